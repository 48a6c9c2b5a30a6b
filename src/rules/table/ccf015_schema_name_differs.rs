use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::arm;
use crate::edit;
use crate::json::string_or_null;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF015",
    name: "schema-name-differs",
    severity: Severity::Error,
    page: include_str!("ccf015_schema_name_differs.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &table.resource;
    let (Some(name), Some(name_value)) = (table.own_name(), resource.find("/name")) else { return };
    let Some(schema) = resource.find("/properties/schema").filter(|schema| schema.as_object().is_some())
    else {
        return;
    };
    if name.trim().is_empty() {
        return;
    }
    let json = string_or_null(Some(name));
    let Some(member) = schema.member("name") else {
        let Some(key) = resource.member("/properties/schema") else { return };
        report
            .at(resource.file, key.key_span, "The table's schema has no `name`.")
            .severity(Severity::Warning)
            .help(format!("Add `\"name\": {json}`, the table's name, to it."))
            .related(resource.file.id, name_value.span, "the table's name")
            .fix("Add the table's name", edit::append(resource.file, schema, &format!("\"name\": {json}")));
        return;
    };
    let value = &member.value;
    if value.as_str().is_some() && arm::literal(value).is_none() {
        return;
    }
    let inner = value.as_str();
    // Where a mistake in the table's name makes them differ, CCF011 and CCF014 have named it.
    let is_named = !name.ends_with("_CL") || name.to_ascii_lowercase().starts_with("custom-");
    if inner == Some(name) || (is_named && inner.is_some_and(|inner| plain(inner) == plain(name))) {
        return;
    }
    let message = match inner {
        Some(inner) => {
            format!("The schema's name {} is not the table's name {}.", quoted(inner), quoted(name))
        }
        None => format!("The schema's `name` must be a string, not {}.", value.described()),
    };
    let finding = report.at(resource.file, value.span, message);
    if inner.is_some_and(|inner| inner.eq_ignore_ascii_case(name)) {
        finding.severity(Severity::Warning);
    }
    finding
        .help(format!("Write {}.", quoted(name)))
        .related(resource.file.id, name_value.span, "the table's name")
        .suggest(format!("Write {}", quoted(name)), edit::replace(resource.file, value.span, json));
}

/// A name without prefix and suffix.
fn plain(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_prefix("custom-").unwrap_or(&lower);
    stem.strip_suffix("_cl").unwrap_or(stem).to_owned()
}
