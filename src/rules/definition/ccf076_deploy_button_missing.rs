use crate::artifact::definition::{DEPLOY_BUTTON, Definition, Instruction, PUSH_INSTRUCTIONS, TEST_BUTTON};
use crate::artifact::resource::is_blank;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Value, string_or_null};
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};
use crate::text::nearest;

pub(super) const RULE: Rule = Rule {
    code: "CCF076",
    name: "deploy-button-missing",
    severity: Severity::Error,
    page: include_str!("ccf076_deploy_button_missing.md"),
    check: Check::Definition(check),
};

/// How many instructions are looked at for a misspelled button; published pages have at most a dozen.
const GUESSES: usize = 100;

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    // Missing or empty steps are CCF072's.
    let Some(steps) = definition.steps() else { return };
    let instructions = definition.instructions();
    let mut buttons = instructions.iter().filter(|instruction| instruction.is_deploy_button());
    let Some(first) = buttons.next() else {
        // A misspelled button is CCF080's.
        let misspelled = |instruction: &Instruction<'_>| {
            let name = instruction.type_name().unwrap_or_default();
            nearest(name, PUSH_INSTRUCTIONS).is_some_and(|name| [DEPLOY_BUTTON, TEST_BUTTON].contains(&name))
        };
        if instructions.iter().take(GUESSES).any(misspelled) {
            return;
        }
        let finding = report.at(file, steps.key_span, "No step has a `DeployPushConnectorButton`.");
        if let Some(list) = definition.instruction_lists().first() {
            let title = definition.find("/title").and_then(Value::as_str).unwrap_or("the connector");
            let parameters = format!(
                "{{ \"label\": {}, \"applicationDisplayName\": {} }}",
                string_or_null(Some(&format!("Deploy the resources of {title}"))),
                string_or_null(Some(&format!("{title} Application"))),
            );
            let entry = format!("{{ \"type\": \"{DEPLOY_BUTTON}\", \"parameters\": {parameters} }}");
            finding.suggest("Add the button to the first step", edit::append(file, list, &entry));
        }
        return;
    };
    check_button(definition, first, report);
    for again in buttons {
        report
            .at(file, again.type_value().unwrap_or(again.value).span, "The page has a second deploy button.")
            .help("Remove one of the buttons: one deploys everything that the package has.")
            .related(file.id, first.type_value().unwrap_or(first.value).span, "the first button");
    }
}

fn check_button(definition: &Definition<'_>, button: &Instruction<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let Some(kind) = button.type_value() else { return };
    if kind.as_str().is_some_and(|name| name.eq_ignore_ascii_case(TEST_BUTTON)) {
        report
            .at(file, kind.span, format!("`{TEST_BUTTON}` is not the button of a finished connector."))
            .severity(Severity::Warning)
            .help(format!("Use `{DEPLOY_BUTTON}`, and try it before you publish."))
            .suggest(
                format!("Change it to `{DEPLOY_BUTTON}`"),
                edit::replace_string(file, kind.span, DEPLOY_BUTTON),
            );
    }
    // A button without any parameters is CCF079's.
    let parameters = button.value.find("/parameters").filter(|value| !is_blank(value));
    let Some(parameters) = parameters.filter(|value| value.as_object().is_some()) else { return };
    for name in ["label", "applicationDisplayName"] {
        if let Some((span, message)) = text_flaw(parameters, name, Owner::The("deploy button")) {
            report.at(file, span, message);
        }
    }
}
