use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
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

/// Names that nobody gives to a column for good, without the digits behind them.
const ALONE: [&str; 6] = ["test", "tmp", "foo", "dummy", "asdf", "todo"];

/// Names that mean nothing when there are only digits behind them.
const NUMBERED: [&str; 3] = ["column", "newcolumn", "temp"];

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let Some(list) = table.resource.find("/properties/schema/columns") else { return };
    let leftovers = table.columns().filter(|column| column.name().is_some_and(is_leftover));
    for column in leftovers.take(SHOWN) {
        let (Some(value), Some(name)) = (column.name_value(), column.name()) else { continue };
        report
            .at(file, value.span, format!("The column {} looks like a leftover of a test.", quoted(name)))
            .suggest(format!("Remove the column {}", quoted(name)), edit::remove(file, list, column.value.span));
    }
}

/// How many of one table are reported.
const SHOWN: usize = 20;

fn is_leftover(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.trim_end_matches(|char: char| char.is_ascii_digit());
    let is_numbered = stem.len() < lower.len();
    let stem = stem.trim_end_matches('_');
    ALONE.contains(&stem) || (is_numbered && NUMBERED.contains(&stem))
}
