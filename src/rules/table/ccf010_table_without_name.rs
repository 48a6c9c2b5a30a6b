use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::arm;
use crate::edit;
use crate::json::string_or_null;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF010",
    name: "table-without-name",
    severity: Severity::Error,
    page: include_str!("ccf010_table_without_name.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &table.resource;
    let message = match resource.find("/name") {
        None => "This table has no `name`.".to_owned(),
        Some(value) => match value.as_str() {
            Some(text) if text.trim().is_empty() => "The table's `name` is empty.".to_owned(),
            Some(_) => return,
            None => format!("The table's `name` must be a string, not {}.", value.described()),
        },
    };
    let value = resource.find("/name");
    let finding = report.at(resource.file, value.map_or(resource.head(), |value| value.span), message);
    let schema_name = resource.find("/properties/schema/name").and_then(arm::literal);
    let Some(name) = schema_name.filter(|name| !name.trim().is_empty()) else { return };
    let json = string_or_null(Some(name));
    let edits = match value {
        Some(value) => edit::replace(resource.file, value.span, json),
        None => edit::append(resource.file, resource.value, &format!("\"name\": {json}")),
    };
    finding
        .help(format!("Name it {}, as `properties.schema.name` does.", quoted(name)))
        .suggest(format!("Name it {}", quoted(name)), edits);
}
