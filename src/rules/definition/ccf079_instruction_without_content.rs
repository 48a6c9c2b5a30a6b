use crate::artifact::definition::{Definition, Instruction};
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF079",
    name: "instruction-without-content",
    severity: Severity::Error,
    page: include_str!("ccf079_instruction_without_content.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    for instruction in definition.instructions() {
        if instruction.value.as_object().is_none() {
            let message = format!("This instruction is {}, not an object.", instruction.value.described());
            report.at(file, instruction.value.span, message);
            continue;
        }
        let Some(parameters) = instruction.value.find("/parameters") else {
            report.at(file, head(instruction.value), "This instruction has no `parameters`.");
            continue;
        };
        if parameters.as_object().is_none_or(<[_]>::is_empty) {
            let message = match parameters.as_object() {
                Some(_) => "The instruction's `parameters` are empty.".to_owned(),
                None => {
                    format!("The instruction's `parameters` are {}, not an object.", parameters.described())
                }
            };
            report.at(file, parameters.span, message);
            continue;
        }
        let kind = instruction.type_name().unwrap_or_default();
        if kind.eq_ignore_ascii_case("CopyableLabel") {
            check_text(definition, parameters, "label", Severity::Error, report);
            check_value(definition, &instruction, parameters, report);
        } else if kind.eq_ignore_ascii_case("Markdown") {
            check_text(definition, parameters, "content", Severity::Warning, report);
        } else if kind.eq_ignore_ascii_case("InfoMessage") {
            check_text(definition, parameters, "text", Severity::Warning, report);
        }
    }
}

fn check_text(
    definition: &Definition<'_>,
    parameters: &Value,
    name: &str,
    severity: Severity,
    report: &mut Report,
) {
    if let Some((span, message)) = text_flaw(parameters, name, Owner::This("instruction")) {
        report.at(definition.resource.file, span, message).severity(severity);
    }
}

fn check_value(
    definition: &Definition<'_>,
    instruction: &Instruction<'_>,
    parameters: &Value,
    report: &mut Report,
) {
    let file = definition.resource.file;
    if let Some(value) =
        instruction.parameter("value").filter(|value| value.as_str().is_none() && !is_blank(value))
    {
        report.at(file, value.span, format!("`value` is {}, not a string.", value.described()));
        return;
    }
    let says = |name: &str| instruction.parameter(name).is_some_and(|value| !is_blank(value));
    if !says("value") && !says("fillWith") {
        report
            .at(file, head(parameters), "This label has neither `fillWith` nor `value`: nothing to copy.")
            .help("Name what the portal fills in with `fillWith`, or write a text of your own as `value`.");
    }
}
