use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::ColumnNode;
use crate::edit;
use crate::text::{Folded, quoted};
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF023",
    name: "duplicate-column",
    severity: Severity::Error,
    page: include_str!("ccf023_duplicate_column.md"),
    check: Check::Table(check),
};

/// How many of one table are reported: a table with more is made by a machine.
const SHOWN: usize = 100;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let Some(list) = table.resource.find("/properties/schema/columns") else { return };
    let mut seen: HashMap<Folded<'_>, ColumnNode<'_>> = HashMap::new();
    let mut found = Vec::new();
    for column in table.columns() {
        let Some(name) = column.name().filter(|name| !name.trim().is_empty()) else { continue };
        match seen.get(&Folded(name)) {
            Some(first) => found.push((*first, column)),
            None => drop(seen.insert(Folded(name), column)),
        }
        if found.len() >= SHOWN {
            break;
        }
    }
    for (first, second) in found {
        let (Some(value), Some(name)) = (second.name_value(), second.name()) else { continue };
        let Some((first_value, first_name)) = first.name_value().zip(first.name()) else { continue };
        let message = if first_name == name {
            format!("The table has two columns {}.", quoted(name))
        } else {
            format!("The columns {} and {} differ only in case.", quoted(first_name), quoted(name))
        };
        let finding = report.at(file, value.span, message);
        finding.related(file.id, first_value.span, "the first of the two");
        if first.type_name() == second.type_name() {
            finding.suggest("Remove the second of the two", edit::remove(file, list, second.value.span));
        }
    }
}
