use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF014",
    name: "table-name-with-custom",
    severity: Severity::Error,
    page: include_str!("ccf014_table_name_with_custom.md"),
    check: Check::Table(check),
};

const PREFIX: &str = "Custom-";

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let (Some(name), Some(value)) = (table.own_name(), table.resource.find("/name")) else { return };
    let Some((_, mended)) =
        name.split_at_checked(PREFIX.len()).filter(|(head, _)| head.eq_ignore_ascii_case(PREFIX))
    else {
        return;
    };
    let whole = table.name().unwrap_or(name);
    let workspace = whole.strip_suffix(name).unwrap_or_default();
    let renamed = format!("{workspace}{mended}");
    let mut edits = edit::replace_string(table.resource.file, value.span, &renamed);
    let schema_name = table.resource.find("/properties/schema/name");
    if let Some(schema_name) = schema_name.filter(|value| value.as_str() == Some(name)) {
        edits.extend(edit::replace_string(table.resource.file, schema_name.span, mended));
    }
    report
        .at(
            table.resource.file,
            value.span,
            format!("The table's name {} starts with `Custom-`.", quoted(name)),
        )
        .help(format!("Name it {}: only the streams of the DCR have the prefix.", quoted(mended)))
        .suggest(format!("Rename the table to {}", quoted(mended)), edits);
}
