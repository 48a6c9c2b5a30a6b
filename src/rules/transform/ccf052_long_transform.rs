use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF052",
    name: "long-transform",
    severity: Severity::Warning,
    page: include_str!("ccf052_long_transform.md"),
    check: Check::Transform(check),
};

/// How many characters Azure takes.
const LIMIT: usize = 15_360;

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let length = transform.text.chars().count();
    if length > LIMIT {
        let message = format!("This transformation has {length} characters; Azure takes {LIMIT}.");
        report.at(transform.file(), transform.whole(), message);
    }
}
