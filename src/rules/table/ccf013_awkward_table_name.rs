use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF013",
    name: "awkward-table-name",
    severity: Severity::Warning,
    page: include_str!("ccf013_awkward_table_name.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let (Some(name), Some(value)) = (table.own_name(), table.resource.find("/name")) else { return };
    let allowed = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
    // CCF012 and CCF014 say what is wrong with these.
    if name.len() < 4 || !name.chars().all(allowed) || name.to_ascii_lowercase().starts_with("custom-") {
        return;
    }
    let fault = if !name.starts_with(|char: char| char.is_ascii_alphabetic()) {
        "does not start with a letter"
    } else if name.contains('-') {
        "has a hyphen in it"
    } else {
        return;
    };
    let finding =
        report.at(table.resource.file, value.span, format!("The table's name {} {fault}.", quoted(name)));
    let mended = name.replace('-', "_");
    if mended != name && mended.starts_with(|char: char| char.is_ascii_alphabetic()) {
        let mut edits = edit::replace_string(table.resource.file, value.span, &mended);
        let schema_name = table.resource.find("/properties/schema/name");
        if let Some(schema_name) = schema_name.filter(|value| value.as_str() == Some(name)) {
            edits.extend(edit::replace_string(table.resource.file, schema_name.span, &mended));
        }
        finding.suggest(format!("Rename the table to {}", quoted(&mended)), edits);
    }
}
