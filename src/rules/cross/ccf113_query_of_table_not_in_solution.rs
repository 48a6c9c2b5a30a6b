use super::likeness::nearest_of_few;
use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::links::{Tables, custom_table, mentioned_tables};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::{BTreeMap, HashMap};

pub(super) const RULE: Rule = Rule {
    code: "CCF113",
    name: "query-of-table-not-in-solution",
    severity: Severity::Warning,
    page: include_str!("ccf113_query_of_table_not_in_solution.md"),
    check: Check::Solution(check),
};

/// More places than this are not looked for in one definition.
const MOST: usize = 100;

fn check(solution: &Solution<'_>, report: &mut Report) {
    if solution.is_part() || (solution.tables.is_empty() && solution.dcrs.is_empty()) {
        return;
    }
    let tables = Tables::new(solution);
    let outputs = solution.dcrs.iter().flat_map(|dcr| dcr.flows());
    let outputs = outputs.filter_map(|flow| custom_table(arm::literal(flow.output_stream()?)?));
    // In any case, to the name as it is.
    let known: HashMap<String, &str> =
        outputs.chain(tables.names()).map(|name| (name.to_ascii_lowercase(), name)).collect();
    solution.push_definitions().for_each(|definition| check_one(definition, &tables, &known, report));
}

fn check_one(
    definition: &Definition<'_>,
    tables: &Tables<'_, '_>,
    known: &HashMap<String, &str>,
    report: &mut Report,
) {
    let file = definition.resource.file;
    let mut unknown: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    let mut found = 0_usize;
    for value in mentioning(definition) {
        for mention in mentioned_tables(value.as_str().unwrap_or_default()) {
            let name = mention.name;
            let same = known.get(&name.to_ascii_lowercase());
            if tables.has(name) || same.is_some_and(|same| *same == name) {
                continue;
            }
            // A table ending in `_cl` is wrong by itself.
            if name.ends_with("_CL") && same.is_some_and(|same| !same.ends_with("_CL")) {
                continue;
            }
            found = found.saturating_add(1);
            if found <= MOST {
                unknown.entry(name).or_default().push(arm::place(file, value, mention.span));
            }
        }
    }
    for (name, spans) in unknown {
        let Some(first) = spans.iter().min() else { continue };
        let others = spans.iter().filter(|span| *span != first);
        let same = known.get(&name.to_ascii_lowercase()).copied();
        let near = match known.len() {
            1 => known.values().next().copied(),
            _ => nearest_of_few(name, known.values().copied()),
        };
        let message = match same {
            Some(same) => format!(
                "The table {} is called {}: queries tell upper from lower case.",
                quoted(name),
                quoted(same)
            ),
            None => format!("No table {} is in the solution.", quoted(name)),
        };
        let finding = report.at(file, *first, message);
        for other in others.take(3) {
            finding.related(file.id, *other, "here as well");
        }
        if let Some(meant) = same.or(near) {
            let edits = spans.iter().flat_map(|span| edit::replace(file, *span, meant)).collect();
            finding.suggest(format!("Change it to {}", quoted(meant)), edits);
        }
    }
}

/// The strings of a definition that are queries or name tables.
fn mentioning<'f>(definition: &Definition<'f>) -> impl Iterator<Item = &'f Value> {
    let types = definition.find("/dataTypes").and_then(Value::as_array).unwrap_or_default();
    let names = types.iter().filter_map(|item| item.find("/name"));
    let names = names.chain(definition.find("/graphQueriesTableName"));
    definition.queries().chain(names.filter(|value| value.as_str().is_some()))
}
