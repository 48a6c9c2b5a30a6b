use super::missing::{alike, missing, point_at};
use crate::artifact::solution::Solution;
use crate::artifact::table::{Table, is_standard_column};
use crate::artifact::transform::{Target, Transform};
use crate::finding::Severity;
use crate::kql::{self, OutputColumn};
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF105",
    name: "output-column-not-in-table",
    severity: Severity::Warning,
    page: include_str!("ccf105_output_column_not_in_table.md"),
    check: Check::Solution(check),
};

/// How many columns are named.
const NAMED: usize = 5;

/// What the flows bring to a table.
#[derive(Default)]
struct Brought<'t> {
    columns: HashSet<&'t str>,
    /// Whether something cannot be told, or is already reported.
    is_unclear: bool,
}

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut brought: HashMap<&str, Brought<'_>> = HashMap::new();
    for transform in &solution.transforms {
        let Some(target) = transform.target.as_ref().filter(|target| target.is_complete) else { continue };
        let brought = brought.entry(target.name).or_default();
        let output = &transform.outline.output;
        brought.columns.extend(output.columns.iter().map(|column| column.name.as_str()));
        let certain = output.complete && output.columns.iter().all(|column| column.certain);
        if !transform.is_understood() || !certain {
            brought.is_unclear = true;
        }
        let known = |name: &str| {
            // Customers add columns like that to tables of Azure.
            target.table.is_none() && name.ends_with("_CF")
                || target.column(name).is_some()
                || name == "TimeGenerated"
                || is_standard_column(name)
        };
        let strange = output.columns.iter().filter(|column| column.certain && !known(&column.name));
        let mut passing = Vec::new();
        for column in strange {
            brought.is_unclear = true;
            // A stream that passes as it is has a rule of its own.
            if !transform.is_understood() || transform.passes_through() || report.is_full(transform.file()) {
                continue;
            }
            match column.span {
                Some(_) => absent(transform, target, column, report),
                None => passing.push(column.name.as_str()),
            }
        }
        if !passing.is_empty() && !transform.shares_stream {
            dropped(transform, target, &passing, report);
        }
    }
    for table in &solution.tables {
        let Some(brought) = table.own_name().and_then(|name| brought.get(name)) else { continue };
        if !brought.is_unclear {
            unfilled(table, brought, report);
        }
    }
}

/// A column that the table does not have.
fn absent(transform: &Transform<'_>, target: &Target<'_>, column: &OutputColumn, report: &mut Report) {
    let (file, name) = (transform.file(), column.name.as_str());
    let place = column.span.map_or(transform.whole(), |span| transform.place(span));
    let message =
        format!("The column {} is no column of the table {}: it is lost.", quoted(name), quoted(target.name));
    let finding = report.at(file, place, message);
    missing(target, name, finding);
    // `name = …`, which only has to be written otherwise.
    let assigned = column.expression.and(column.span).filter(|span| {
        span.of(transform.text)
            .and_then(|text| text.strip_prefix(name))
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    });
    if let Some((span, alike)) = assigned.zip(alike(target, name)) {
        let end = span.start.saturating_add(name.len());
        let free = transform.outline.output.column(alike).is_none();
        if free {
            finding.suggest(
                format!("Write {}", quoted(alike)),
                transform.replace(Span { start: span.start, end }, &kql::name(alike)),
            );
        }
    }
}

/// Columns of the stream that pass through the transformation, to a table that does not have them.
fn dropped(transform: &Transform<'_>, target: &Target<'_>, names: &[&str], report: &mut Report) {
    let message = match names {
        [name] => {
            format!(
                "The stream's column {} passes through, but the table {} has no such column: it is lost.",
                quoted(name),
                quoted(target.name)
            )
        }
        _ => format!(
            "The stream's columns {} pass through, but the table {} has no such columns: they are lost.",
            listed(names),
            quoted(target.name)
        ),
    };
    let finding = report.at(transform.file(), transform.whole(), message);
    point_at(target, finding);
    let names: Vec<String> = names.iter().map(|name| kql::name(name)).collect();
    let edits = transform.append(&format!("project-away {}", names.join(", ")));
    if !edits.is_empty() {
        finding.suggest("Drop what is lost with `project-away`", edits);
    }
}

/// Names for a message, the first few of them.
fn listed(names: &[&str]) -> String {
    let first: Vec<String> = names.iter().take(NAMED).map(|name| quoted(name)).collect();
    let first = first.join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// Columns that stay empty.
fn unfilled(table: &Table<'_>, brought: &Brought<'_>, report: &mut Report) {
    let file = table.resource.file;
    let empty: Vec<_> = table
        .columns()
        .filter_map(|column| Some((column.name()?, column.name_value()?)))
        .filter(|(name, _)| {
            *name != "TimeGenerated" && !is_standard_column(name) && !brought.columns.contains(name)
        })
        .collect();
    let Some((_, first)) = empty.first() else { return };
    let names: Vec<&str> = empty.iter().map(|(name, _)| *name).collect();
    let message = format!("No flow brings {}: empty in every row.", listed(&names));
    report.at(file, first.span, message).severity(Severity::Info).help(
        "Bring them in the transformation, or remove them from the table. Leave them if an older version of the connector filled them.",
    );
}
