use crate::artifact::arm;
use crate::artifact::definition::{Definition, is_id, is_id_char};
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Value, string_or_null};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF071",
    name: "definition-id-malformed",
    severity: Severity::Error,
    page: include_str!("ccf071_definition_id_malformed.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, solution: &Solution<'_>, report: &mut Report) {
    // A definition without `connectorUiConfig` is CCF072's.
    let Some(config) = definition.config().filter(|config| config.as_object().is_some()) else { return };
    let file = definition.resource.file;
    let Some(id) = definition.id() else {
        let finding = report.at(file, head(config), "`connectorUiConfig` has no `id`.");
        // The connector that lacks its definition names the id that is meant.
        let meant = definition.resource.name().filter(|name| is_id(name));
        if let Some(name) = meant {
            let entry = format!("\"id\": {}", string_or_null(Some(name)));
            finding.suggest(format!("Add {} as the id", quoted(name)), edit::append(file, config, &entry));
        }
        return;
    };
    let Some(text) = id.as_str() else {
        report.at(file, id.span, format!("The `id` is {}, not a string.", id.described()));
        return;
    };
    if is_id(text) || arm::literal(id).is_none() {
        return;
    }
    if text.is_empty() {
        report.at(file, id.span, "The `id` is empty.");
        return;
    }
    let wrong: String = text.chars().filter(|char| !is_id_char(*char)).take(1).collect();
    let wrong = if wrong.trim().is_empty() {
        "a blank".to_owned()
    } else {
        format!("the character {}", quoted(&wrong))
    };
    let message = format!("The id {} has {wrong} in it.", quoted(text));
    let mended: String = text.chars().filter(|char| is_id_char(*char)).collect();
    let finding = report.at(file, id.span, message);
    if !mended.is_empty() {
        let mut edits = edit::replace_string(file, id.span, &mended);
        for connector in solution.connectors_of(definition) {
            let name = connector.definition_name().map(|name: &Value| name.span);
            edits.extend(
                name.map(|span| edit::replace_string(connector.resource.file, span, &mended))
                    .unwrap_or_default(),
            );
        }
        finding.suggest(format!("Change the id to {}", quoted(&mended)), edits);
    }
}
