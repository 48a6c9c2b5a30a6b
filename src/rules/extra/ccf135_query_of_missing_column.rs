use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::schema::{Column, ColumnType};
use crate::artifact::solution::Solution;
use crate::artifact::table::{Table, is_standard_column};
use crate::edit;
use crate::finding::Severity;
use crate::kql::{self, Resolution};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF135",
    name: "query-of-missing-column",
    severity: Severity::Warning,
    page: include_str!("ccf135_query_of_missing_column.md"),
    check: Check::Solution(check),
};

/// More queries than this are not looked at in one definition.
const MOST: usize = 100;

/// With more columns than Azure takes a table is made by a machine.
const COLUMNS: usize = 1000;

/// What Azure adds to tables besides the columns with an underscore.
///
/// Source: Microsoft, "Standard columns in Azure Monitor Logs"; the schemas of tables in a workspace.
const ADDED: [&str; 7] =
    ["TimeGenerated", "TenantId", "Type", "SourceSystem", "MG", "ManagementGroupName", "RawData"];

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut tables = HashMap::new();
    for table in &solution.tables {
        if let Some(name) = table.own_name() {
            // Of several with one name none is sure.
            tables.entry(name).and_modify(|known| *known = None).or_insert(Some(table));
        }
    }
    if tables.is_empty() {
        return;
    }
    solution.push_definitions().for_each(|definition| check_one(definition, &tables, report));
}

fn check_one(definition: &Definition<'_>, tables: &HashMap<&str, Option<&Table<'_>>>, report: &mut Report) {
    let file = definition.resource.file;
    for value in definition.queries().take(MOST) {
        let text = value.as_str().unwrap_or_default();
        let word = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let lead = text.len().saturating_sub(text.trim_start().len());
        let rest = text.get(lead..).unwrap_or_default();
        let name = rest.get(..rest.find(|char| !word(char)).unwrap_or(rest.len())).unwrap_or_default();
        let Some(Some(table)) = tables.get(name) else { continue };
        let Some(columns) = columns(table) else { continue };
        // The outline is made for transformations, whose table is called `source`. What stands behind keeps its place.
        let Some(padding) = name.len().checked_sub("source".len()) else { continue };
        let behind = rest.get(name.len()..).unwrap_or_default();
        let query = format!("{}source{}{behind}", " ".repeat(lead), " ".repeat(padding));
        let outline = kql::analyze(&query, &columns);
        if !outline.problems.is_empty() {
            continue;
        }
        let mut told = HashSet::new();
        for read in outline.reads {
            let Resolution::Missing { nearest } = &read.resolution else { continue };
            if read.name.starts_with('_') || !told.insert(read.name.clone()) {
                continue;
            }
            let message = format!("The table {} has no column {} here.", quoted(name), quoted(&read.name));
            let span = arm::place(file, value, read.span);
            let place = table.resource.find("/properties/schema/columns");
            let place = place.map_or(table.resource.head(), crate::artifact::resource::head);
            let finding = report.at(file, span, message);
            finding.related(table.resource.file.id, place, "its columns");
            let is_plain = |name: &str| name.chars().all(word);
            if let Some(meant) = nearest.as_deref().filter(|name| is_plain(name) && is_plain(&read.name)) {
                finding
                    .help(format!("Write {}, or add the column to the table.", quoted(meant)))
                    .suggest(format!("Change it to {}", quoted(meant)), edit::replace(file, span, meant));
            }
        }
    }
}

/// The columns of a table with those that Azure adds, unless one has a name that Azure has yet to evaluate.
fn columns(table: &Table<'_>) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for column in table.columns().take(COLUMNS) {
        let name = column.literal_name()?;
        let kind = column.type_name().and_then(ColumnType::parse).unwrap_or(ColumnType::String);
        columns.push(Column { name: name.to_owned(), kind });
    }
    if columns.iter().all(|column| is_standard_column(&column.name)) {
        return None;
    }
    columns.extend(ADDED.map(|name| Column { name: name.to_owned(), kind: ColumnType::String }));
    Some(columns)
}
