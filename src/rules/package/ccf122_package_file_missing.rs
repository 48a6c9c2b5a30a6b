use crate::artifact::package;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF122",
    name: "package-file-missing",
    severity: Severity::Error,
    page: include_str!("ccf122_package_file_missing.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(first) = solution.package.first() else { return };
    for name in ["mainTemplate.json", "createUiDefinition.json", "testParameters.json"] {
        match package::file(solution, name) {
            None => {
                let place = Span { start: 0, end: 0 };
                let finding = report.at(first, place, format!("`Package` has no `{name}` beside this file."));
                if name == "testParameters.json" {
                    // The portal does without it; only the tests of Azure/Azure-Sentinel read it.
                    finding.severity(Severity::Info);
                }
            }
            Some(file) if name == "mainTemplate.json" => {
                let Some(root) = file.value() else { continue };
                let resources = root.find("/resources").and_then(Value::as_array);
                if resources.is_none_or(|resources| resources.is_empty()) {
                    report.at(file, head(root), "This is no template: it has no `resources`.");
                }
            }
            Some(_) => {}
        }
    }
}
