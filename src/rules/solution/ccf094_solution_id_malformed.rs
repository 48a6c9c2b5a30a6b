use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF094",
    name: "solution-id-malformed",
    severity: Severity::Error,
    page: include_str!("ccf094_solution_id_malformed.md"),
    check: Check::Metadata(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    for name in ["publisherId", "offerId"] {
        let Some(value) = root.find(&format!("/{name}")) else {
            report.at(file, head(root), format!("The metadata has no `{name}`."));
            continue;
        };
        let Some(text) = value.as_str() else {
            let message = format!("`{name}` is {}, not a string.", value.described());
            report.at(file, value.span, message);
            continue;
        };
        if is_blank(value) {
            report.at(file, value.span, format!("`{name}` is empty."));
            continue;
        }
        let problem = if text.contains(char::is_whitespace) {
            "a blank"
        } else if text.contains('.') {
            "a dot"
        } else if text.to_ascii_lowercase() != text {
            "capital letters"
        } else {
            continue;
        };
        let finding = report.at(file, value.span, format!("The `{name}` {} has {problem}.", quoted(text)));
        if problem == "capital letters" {
            let lower = text.to_ascii_lowercase();
            finding.suggest("Write it in lower case", edit::replace_string(file, value.span, &lower));
        }
    }
}
