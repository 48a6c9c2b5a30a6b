use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::{Spelling, TableType};
use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF020",
    name: "column-type-case",
    severity: Severity::Warning,
    page: include_str!("ccf020_column_type_case.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    for column in table.columns() {
        let (Some(value), Some(text)) = (column.type_value(), column.type_name()) else { continue };
        let Some((kind, Spelling::OtherCase)) = TableType::read(text) else { continue };
        let wanted = kind.name();
        report
            .at(file, value.span, format!("The type {} is written `{wanted}`.", quoted(text)))
            .fix(format!("Write `{wanted}`"), edit::replace_string(file, value.span, wanted));
    }
}
