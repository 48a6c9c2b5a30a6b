use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF070",
    name: "definition-kind-not-customizable",
    severity: Severity::Error,
    page: include_str!("ccf070_definition_kind_not_customizable.md"),
    check: Check::Definition(check),
};

const KIND: &str = "Customizable";

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &definition.resource;
    let file = resource.file;
    let title = "Set `kind` to `Customizable`";
    let Some(kind) = resource.find("/kind") else {
        let edits = edit::append(file, resource.value, "\"kind\": \"Customizable\"");
        report
            .at(file, resource.head(), "The connector definition has no `kind`.")
            .fix("Add `\"kind\": \"Customizable\"`", edits);
        return;
    };
    let edits = edit::replace_string(file, kind.span, KIND);
    match kind.as_str() {
        Some(KIND) => {}
        Some(_) if arm::literal(kind).is_none() => {}
        Some(text) if text.eq_ignore_ascii_case(KIND) => {
            report
                .at(
                    file,
                    kind.span,
                    format!("The kind {} differs from `Customizable` in its case.", quoted(text)),
                )
                .severity(Severity::Warning)
                .fix(title, edits);
        }
        Some(text) => {
            report
                .at(
                    file,
                    kind.span,
                    format!("The definition's kind is {}, not `Customizable`.", quoted(text)),
                )
                .suggest(title, edits);
        }
        None => {
            report
                .at(
                    file,
                    kind.span,
                    format!("The definition's `kind` is {}, not a string.", kind.described()),
                )
                .suggest(title, edits);
        }
    }
}
