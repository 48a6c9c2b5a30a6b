use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::{Kind, ProblemKind};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF161",
    name: "member-of-plain-value",
    severity: Severity::Error,
    page: include_str!("ccf161_member_of_plain_value.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    if transform.stream.is_none() {
        return;
    }
    let file = transform.file();
    for problem in transform.outline.local_problems() {
        let ProblemKind::NoMembers { kind } = problem.kind else { continue };
        if report.is_full(file) {
            return;
        }
        let member = quoted(problem.span.of(transform.text).unwrap_or_default());
        let message = format!("{member} is taken of a value of type {}, which has no members.", kind.name());
        let finding = report.at(file, transform.place(problem.span), message);
        // The column right ahead of it.
        let read = transform.outline.reads.iter().find(|read| read.span.end == problem.span.start);
        if let (Kind::String, Some(read)) = (kind, read) {
            let edits = transform.wrap(read.span, "parse_json(", ")");
            finding.suggest("Read the text as JSON with `parse_json`", edits);
        }
    }
}
