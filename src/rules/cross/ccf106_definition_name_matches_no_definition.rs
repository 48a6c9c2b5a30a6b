use crate::artifact::arm;
use crate::artifact::definition::is_id;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF106",
    name: "definition-name-matches-no-definition",
    severity: Severity::Error,
    page: include_str!("ccf106_definition_name_matches_no_definition.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut ids = HashMap::new();
    for definition in &solution.definitions {
        // Without an id that can be read, or with one that is wrong by itself, this may be the one that is meant.
        let id = definition.id().and_then(|id| Some((arm::literal(id)?, id)));
        let Some(id) = id.filter(|(id, _)| is_id(id)) else { return };
        ids.entry(id.0.to_ascii_lowercase()).or_insert((id, definition.resource.file));
    }
    if ids.is_empty() {
        return;
    }
    for connector in solution.push_connectors() {
        let Some(value) = connector.definition_name() else { continue };
        let Some(name) = arm::literal(value).filter(|name| !name.trim().is_empty()) else { continue };
        let file = connector.resource.file;
        let rename = |id: &str| edit::replace_string(file, value.span, id);
        match ids.get(&name.to_ascii_lowercase()) {
            Some(((id, _), _)) if *id == name => {}
            Some(((id, place), other)) => {
                let message = format!(
                    "`connectorDefinitionName` {} and the definition's id {} differ in upper and lower case.",
                    quoted(name),
                    quoted(id)
                );
                report
                    .at(file, value.span, message)
                    .severity(Severity::Warning)
                    .help(format!("Write {}.", quoted(id)))
                    .related(other.id, place.span, "the definition's id")
                    .fix(format!("Change it to {}", quoted(id)), rename(id));
            }
            None => {
                let message = format!("No connector definition of the solution has the id {}.", quoted(name));
                let finding = report.at(file, value.span, message);
                let mut all = ids.values();
                if let (Some(((id, place), other)), None) = (all.next(), all.next()) {
                    finding
                        .related(other.id, place.span, "the id of the only definition")
                        .suggest(format!("Change it to {}", quoted(id)), rename(id));
                }
            }
        }
    }
}
