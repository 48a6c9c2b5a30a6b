use crate::artifact::solution::Solution;
use crate::artifact::table::{Table, is_leftover_column};
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF029",
    name: "leftover-column",
    severity: Severity::Warning,
    page: include_str!("ccf029_leftover_column.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let Some(list) = table.resource.find("/properties/schema/columns") else { return };
    let leftovers = table.columns().filter(|column| column.name().is_some_and(is_leftover_column));
    for column in leftovers {
        let (Some(value), Some(name)) = (column.name_value(), column.name()) else { continue };
        report
            .at(file, value.span, format!("The column {} looks like a leftover of a test.", quoted(name)))
            .suggest(
                format!("Remove the column {}", quoted(name)),
                edit::remove(file, list, column.value.span),
            );
    }
}
