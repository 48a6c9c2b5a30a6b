use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::{is_reserved_column, is_standard_column};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF024",
    name: "reserved-column-name",
    severity: Severity::Warning,
    page: include_str!("ccf024_reserved_column_name.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    for column in table.columns() {
        let (Some(value), Some(name)) = (column.name_value(), column.name()) else { continue };
        if is_standard_column(name) {
            report
                .at(
                    table.resource.file,
                    value.span,
                    format!("Azure itself fills the column {} of every table.", quoted(name)),
                )
                .severity(Severity::Error)
                .help("Remove the column, or give it a name of your own, such as one with the product's ahead of it.");
        } else if is_reserved_column(name) {
            report.at(
                table.resource.file,
                value.span,
                format!("Microsoft reserves the column name {}.", quoted(name)),
            );
        }
    }
}
