use crate::artifact::folder::File;
use crate::artifact::secret::{self, Secret};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::{Value, offset_in_string};
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF069",
    name: "secret-in-artifact",
    severity: Severity::Warning,
    page: include_str!("ccf069_secret_in_artifact.md"),
    check: Check::File(check),
};

/// The names of members whose long texts are pictures or ids.
const HARMLESS: [&str; 4] = ["logo", "templateHash", "$schema", "contentId"];

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value() else {
        // Release notes and other texts.
        if file.json.is_none() {
            let mut start = 0_usize;
            for line in file.text.split_inclusive('\n') {
                if let Some(secret) = secret::find(line) {
                    let at = |offset: usize| start.saturating_add(offset);
                    found(file, Span { start: at(secret.start), end: at(secret.end) }, secret.kind, report);
                }
                start = start.saturating_add(line.len());
            }
        }
        return;
    };
    // What the packager wrote has ids of its own.
    let packed = solution.package.iter().any(|packed| packed.id == file.id);
    for value in root.descendants() {
        for (name, value) in named(value) {
            let Some(text) = value.as_str() else { continue };
            if report.is_full(file) {
                return;
            }
            if let Some(Secret { start, end, kind }) = secret::find(text) {
                let at = |offset| offset_in_string(&file.text, value.span, offset);
                found(file, Span { start: at(start), end: at(end) }, kind, report);
            } else if name.is_some_and(secret::is_name) && secret::is_value(text) {
                let message =
                    format!("The value of {} looks like a secret.", quoted(name.unwrap_or_default()));
                report.at(file, value.span, message).hide();
            } else if name.is_some_and(|name| name.eq_ignore_ascii_case("Authorization"))
                && is_credential(text)
            {
                report.at(file, value.span, "This `Authorization` header has a credential in it.").hide();
            } else if !packed
                && !name
                    .is_some_and(|name| HARMLESS.iter().any(|harmless| harmless.eq_ignore_ascii_case(name)))
                && secret::is_long_base64(text)
            {
                report.at(file, value.span, "This long text in base64 looks like a key.").hide();
            }
        }
    }
}

fn found(file: &File, span: Span, kind: &str, report: &mut Report) {
    report.at(file, span, format!("This looks like {kind}.")).hide();
}

/// The texts directly in a value, each with its name. What is called `value` has the name that stands beside it, as in
/// `{ "label": "API key", "value": "…" }`.
fn named(value: &Value) -> impl Iterator<Item = (Option<&str>, &Value)> {
    let beside = value.member("value").and_then(|_| {
        let names = ["label", "name", "key", "header"];
        names.iter().find_map(|name| value.member(name)?.value.as_str())
    });
    let members = value.as_object().unwrap_or_default().iter().map(move |member| {
        let name = if member.key.eq_ignore_ascii_case("value") { beside } else { None };
        (Some(name.unwrap_or(&member.key)), &member.value)
    });
    members.chain(value.as_array().unwrap_or_default().iter().map(|item| (None, item)))
}

/// Whether a header's value is a scheme with a credential that means itself.
fn is_credential(text: &str) -> bool {
    ["Bearer ", "Basic "].iter().any(|scheme| {
        text.strip_prefix(scheme).is_some_and(|rest| rest.len() >= 12 && secret::is_value(rest))
    })
}
