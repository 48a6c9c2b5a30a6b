use crate::artifact::definition::{Definition, OTHER_VALUES, PUSH_VALUES};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::nearest;

pub(super) const RULE: Rule = Rule {
    code: "CCF077",
    name: "connection-value-not-shown",
    severity: Severity::Error,
    page: include_str!("ccf077_connection_value_not_shown.md"),
    check: Check::Definition(check),
};

const LABELS: [&str; 5] = [
    "Tenant ID",
    "Application ID",
    "Application secret",
    "Data collection endpoint",
    "Data collection rule ID",
];

/// How many unknown names are looked at for what they may mean.
const GUESSES: usize = 100;

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    // Missing or empty steps are CCF072's.
    let Some(steps) = definition.steps() else { return };
    let instructions = definition.instructions();
    let named: Vec<&str> =
        instructions.iter().flat_map(|instruction| instruction.fill_with()).map(|(name, _)| name).collect();
    let known = || PUSH_VALUES.into_iter().chain(OTHER_VALUES);
    let is_known = |name: &str| known().any(|known| known.eq_ignore_ascii_case(name));
    // A misspelled name is CCF078's; it stands for the value that it means.
    let guessed: Vec<&str> = named
        .iter()
        .filter(|name| !is_known(name))
        .take(GUESSES)
        .filter_map(|name| nearest(name, known()))
        .collect();
    let is_shown =
        |value: &str| guessed.contains(&value) || named.iter().any(|name| name.eq_ignore_ascii_case(value));
    let missing: Vec<(&str, &str)> =
        PUSH_VALUES.into_iter().zip(LABELS).filter(|(value, _)| !is_shown(value)).collect();
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
    let message = format!("No label shows {}.", names.join(" and "));
    let finding = report.at(file, steps.key_span, message);
    // The labels belong beside their like.
    let lists = definition.instruction_lists();
    let has_label = |list: &&&Value| {
        let items = list.as_array().unwrap_or_default();
        items.iter().any(|item| item.find("/type").and_then(Value::as_str) == Some("CopyableLabel"))
    };
    if let Some(list) = lists.iter().rev().find(has_label).or(lists.last()) {
        let labels: Vec<String> = missing
            .iter()
            .map(|(name, label)| {
                format!(
                    "{{ \"type\": \"CopyableLabel\", \"parameters\": {{ \"label\": \"{label}\", \"fillWith\": [\"{name}\"] }} }}"
                )
            })
            .collect();
        finding.suggest("Add a label for each", edit::append(file, list, &labels.join(", ")));
    }
}
