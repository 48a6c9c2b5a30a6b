use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF129",
    name: "token-scope-with-two-slashes",
    severity: Severity::Info,
    page: include_str!("ccf129_token_scope_with_two_slashes.md"),
    check: Check::File(check),
};

const SCOPE: &str = "monitor.azure.com//.default";

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    // What a package has was made of the sources.
    let packed = solution.package.iter().any(|packed| packed.id == file.id);
    if packed || !(file.json.is_some() || file.name().to_ascii_lowercase().ends_with(".md")) {
        return;
    }
    for (at, _) in file.text.match_indices(SCOPE).take(100) {
        let span = Span { start: at, end: at.saturating_add(SCOPE.len()) };
        report
            .at(file, span, "The scope of the token has two slashes.")
            .fix("Remove a slash", edit::replace(file, span, "monitor.azure.com/.default"));
    }
}
