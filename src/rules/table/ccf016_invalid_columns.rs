use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::arm;
use crate::artifact::folder::File;
use crate::artifact::resource::{Origin, head};
use crate::artifact::table::COLUMNS;
use crate::edit;
use crate::json::Value;
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF016",
    name: "invalid-columns",
    severity: Severity::Error,
    page: include_str!("ccf016_invalid_columns.md"),
    check: Check::Table(check),
};

/// What a column may have.
const MEMBERS: [&str; 5] = ["name", "type", "description", "displayName", "dataTypeHint"];

/// How many members of a column are compared with those that it may have.
const MOST: usize = 20;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &table.resource;
    let file = resource.file;
    let Some(columns) = resource.find("/properties/schema/columns") else {
        // A template may change a table that is there, such as its retention.
        if resource.origin != Origin::Template {
            let place = ["/properties/schema", "/properties"].iter().find_map(|at| resource.member(at));
            let span = place.map_or(resource.head(), |member| member.key_span);
            report
                .at(file, span, "The table has no columns.")
                .help("Add `properties.schema.columns`: an array of objects with `name` and `type`.");
        }
        return;
    };
    let Some(items) = columns.as_array() else {
        // An expression may give an array.
        if columns.as_str().is_none() || arm::literal(columns).is_some() {
            report.at(
                file,
                columns.span,
                format!("`columns` must be an array of objects, not {}.", columns.described()),
            );
        }
        return;
    };
    if items.is_empty() {
        report.at(file, columns.span, "The table's list of columns is empty.");
    }
    items.iter().take(COLUMNS).for_each(|item| check_column(file, item, report));
}

fn check_column(file: &File, item: &Value, report: &mut Report) {
    let Some(members) = item.as_object() else {
        report.at(
            file,
            item.span,
            format!("A column must be an object with `name` and `type`, not {}.", item.described()),
        );
        return;
    };
    for key in ["name", "type"] {
        let value = item.member(key).map(|member| &member.value);
        if value.and_then(Value::as_str).is_some_and(|text| !text.trim().is_empty()) {
            continue;
        }
        let which = match item.member("name").and_then(|member| member.value.as_str()) {
            Some(name) if key == "type" && !name.is_empty() => format!("The column {}", quoted(name)),
            _ => "This column".to_owned(),
        };
        match value {
            Some(value) if value.as_str().is_none() => {
                report.at(
                    file,
                    value.span,
                    format!("The `{key}` of a column must be a string, not {}.", value.described()),
                );
            }
            Some(value) => {
                report.at(file, value.span, format!("{which} has an empty `{key}`."));
            }
            None => {
                let finding = report.at(file, head(item), format!("{which} has no `{key}`."));
                let unknown = members.iter().take(MOST).find(|member| {
                    let known = MEMBERS.iter().any(|known| known.eq_ignore_ascii_case(&member.key));
                    !known && nearest(&member.key, MEMBERS) == Some(key)
                });
                if let Some(member) = unknown {
                    finding
                        .help(format!("Write `{key}` for {}.", quoted(&member.key)))
                        .related(file.id, member.key_span, "was this meant?")
                        .suggest(format!("Write `{key}`"), edit::replace_string(file, member.key_span, key));
                }
            }
        }
    }
}
