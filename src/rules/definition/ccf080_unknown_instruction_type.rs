use crate::artifact::definition::{
    DEPLOY_BUTTON, Definition, PULL_INSTRUCTIONS, PUSH_INSTRUCTIONS, TEST_BUTTON,
};
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF080",
    name: "unknown-instruction-type",
    severity: Severity::Warning,
    page: include_str!("ccf080_unknown_instruction_type.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    for instruction in definition.instructions() {
        if report.is_full(file) {
            return;
        }
        // What is no object is CCF079's.
        if instruction.value.as_object().is_none() {
            continue;
        }
        let Some(kind) = instruction.type_value() else {
            report
                .at(file, head(instruction.value), "This instruction has no `type`.")
                .severity(Severity::Error);
            continue;
        };
        let Some(name) = kind.as_str() else {
            let message = format!("The instruction's `type` is {}, not a string.", kind.described());
            report.at(file, kind.span, message).severity(Severity::Error);
            continue;
        };
        if PUSH_INSTRUCTIONS.contains(&name) {
            continue;
        }
        if PULL_INSTRUCTIONS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            report
                .at(file, kind.span, format!("{} is for connectors that fetch data.", quoted(name)))
                .help("Remove it: a Push connector asks for nothing, it shows values to copy.");
            continue;
        }
        let message = format!("{} is not a known type of instruction.", quoted(name));
        let meant = nearest(name, PUSH_INSTRUCTIONS);
        let finding = report.at(file, kind.span, message);
        if let Some(meant) = meant {
            // Without the button nothing is deployed.
            if [DEPLOY_BUTTON, TEST_BUTTON].contains(&meant) {
                finding.severity(Severity::Error);
            }
            finding.suggest(format!("Change it to `{meant}`"), edit::replace_string(file, kind.span, meant));
        }
    }
}
