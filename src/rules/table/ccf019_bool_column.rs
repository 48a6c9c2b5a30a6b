use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::{Spelling, TableType};
use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF019",
    name: "bool-column",
    severity: Severity::Info,
    page: include_str!("ccf019_bool_column.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    for column in table.columns() {
        let (Some(value), Some(text)) = (column.type_value(), column.type_name()) else { continue };
        if TableType::read(text).is_some_and(|(_, spelling)| spelling == Spelling::Bool) {
            report
                .at(
                    file,
                    value.span,
                    format!(
                        "The column {} has the type `bool`, which the API calls `boolean`.",
                        quoted(column.name().unwrap_or_default())
                    ),
                )
                .fix("Write `boolean`", edit::replace_string(file, value.span, "boolean"));
        }
    }
}
