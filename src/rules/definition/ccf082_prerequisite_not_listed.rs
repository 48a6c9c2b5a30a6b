use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF082",
    name: "prerequisite-not-listed",
    severity: Severity::Warning,
    page: include_str!("ccf082_prerequisite_not_listed.md"),
    check: Check::Definition(check),
};

/// A prerequisite of every Push connector: what it is, words that speak of it, and an entry that says it.
const PREREQUISITES: [(&str, &[&str], &str); 2] = [
    (
        "an app registration in Microsoft Entra ID",
        &["entra", "app registration", "azure ad", "azure active directory", "aad"],
        "{ \"name\": \"Microsoft Entra\", \"description\": \"Permission to create an app registration in Microsoft Entra ID.\" }",
    ),
    (
        "a role assignment on the data collection rule",
        &["assign", "rbac", "owner", "user access administrator", "metrics publisher"],
        "{ \"name\": \"Microsoft Azure\", \"description\": \"Permission to assign the Monitoring Metrics Publisher role on the data collection rule (DCR).\" }",
    ),
];

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    // Missing or empty permissions are CCF072's.
    let Some(permissions) = definition.permissions() else { return };
    let customs = permissions.value.member("customs");
    let entries = customs.and_then(|customs| customs.value.as_array());
    if let Some(customs) = customs.filter(|_| entries.is_none()) {
        let message = format!("`customs` is {}, not an array.", customs.value.described());
        report.at(file, customs.value.span, message).severity(Severity::Error);
        return;
    }
    let entries = entries.unwrap_or_default();
    let mut is_sound = true;
    for entry in entries {
        is_sound &= check_entry(definition, entry, report);
    }
    // What an unsound entry was to say cannot be told.
    if !is_sound {
        return;
    }
    let mut said = String::new();
    for text in entries.iter().flat_map(Value::descendants).filter_map(Value::as_str) {
        said.push_str(&text.to_ascii_lowercase());
        said.push('\n');
    }
    let missing: Vec<&(&str, &[&str], &str)> =
        PREREQUISITES.iter().filter(|(_, words, _)| !words.iter().any(|word| said.contains(word))).collect();
    if missing.is_empty() {
        return;
    }
    let what: Vec<&str> = missing.iter().map(|(what, _, _)| *what).collect();
    let message = format!("The prerequisites do not mention {}.", what.join(" and "));
    let span = customs.map_or(permissions.key_span, |customs| customs.key_span);
    let finding = report.at(file, span, message);
    let new: Vec<&str> = missing.iter().map(|(_, _, entry)| *entry).collect();
    let edits = match customs {
        Some(customs) => edit::append(file, &customs.value, &new.join(", ")),
        None => edit::append(file, &permissions.value, &format!("\"customs\": [{}]", new.join(", "))),
    };
    finding.suggest("Add the prerequisites", edits);
}

/// Whether the entry has what it needs.
fn check_entry(definition: &Definition<'_>, entry: &Value, report: &mut Report) -> bool {
    let file = definition.resource.file;
    if entry.as_object().is_none() {
        let message = format!("This prerequisite is {}, not an object.", entry.described());
        report.at(file, entry.span, message).severity(Severity::Error);
        return false;
    }
    let mut is_sound = true;
    for name in ["name", "description"] {
        if let Some((span, message)) = text_flaw(entry, name, Owner::This("prerequisite")) {
            report.at(file, span, message).severity(Severity::Error);
            is_sound = false;
        }
    }
    is_sound
}
