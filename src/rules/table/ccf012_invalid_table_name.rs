use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF012",
    name: "invalid-table-name",
    severity: Severity::Error,
    page: include_str!("ccf012_invalid_table_name.md"),
    check: Check::Table(check),
};

/// How long a table's name may be.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=63;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let (Some(name), Some(value)) = (table.own_name(), table.resource.find("/name")) else { return };
    if name.trim().is_empty() {
        return;
    }
    let (file, whole): (_, Span) = (table.resource.file, value.span);
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    if let Some(char) = name.chars().find(|char| !allowed(*char)) {
        let char = match char {
            ' ' => "a blank".to_owned(),
            _ => quoted(char.encode_utf8(&mut [0; 4])),
        };
        report
            .at(file, whole, format!("The table's name {} has {char} in it.", quoted(name)))
            .help("Use the letters A to Z and a to z, digits and `_` only.");
    }
    let length = name.chars().count();
    if !LENGTHS.contains(&length) {
        report
            .at(file, whole, format!("The table's name {} has {length} characters.", quoted(name)))
            .help(format!("Azure wants {} to {} of them.", LENGTHS.start(), LENGTHS.end()));
    }
}
