use crate::artifact::definition::{Definition, OTHER_VALUES, PUSH_VALUES};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF078",
    name: "unknown-fill-value",
    severity: Severity::Error,
    page: include_str!("ccf078_unknown_fill_value.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let all = || PUSH_VALUES.into_iter().chain(OTHER_VALUES);
    for instruction in definition.instructions() {
        let Some(value) = instruction.parameter("fillWith") else { continue };
        let is_list = value.as_array().is_some();
        if !is_list {
            let message = format!("`fillWith` is {}, not an array.", value.described());
            let finding = report.at(file, value.span, message);
            if value.as_str().is_some()
                && let Some(text) = value.span.of(&file.text)
            {
                finding
                    .fix("Put the value into an array", edit::replace(file, value.span, format!("[{text}]")));
            }
            continue;
        }
        for item in value.as_array().unwrap_or_default() {
            if report.is_full(file) {
                return;
            }
            let Some(name) = item.as_str() else {
                let message = format!("This value of `fillWith` is {}, not a name.", item.described());
                report.at(file, item.span, message);
                continue;
            };
            if all().any(|known| known == name) {
                continue;
            }
            if let Some(known) = all().find(|known| known.eq_ignore_ascii_case(name)) {
                // Microsoft's reference itself writes the values of the workspace in both ways.
                if PUSH_VALUES.contains(&known) {
                    let message = format!("{} differs from `{known}` in its case.", quoted(name));
                    report
                        .at(file, item.span, message)
                        .severity(Severity::Warning)
                        .fix(format!("Change it to `{known}`"), edit::replace_string(file, item.span, known));
                }
                continue;
            }
            let finding = report.at(file, item.span, format!("The portal knows no value {}.", quoted(name)));
            if let Some(known) = nearest(name, all()) {
                finding
                    .suggest(format!("Change it to `{known}`"), edit::replace_string(file, item.span, known));
            }
        }
    }
}
