use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::ProblemKind;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF160",
    name: "unexpected-token-in-transform",
    severity: Severity::Error,
    page: include_str!("ccf160_unexpected_token_in_transform.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let Some(problem) = transform.outline.broken() else { return };
    let found = problem.span.of(transform.text).unwrap_or_default();
    let name = quoted(found);
    let (message, instead) = match problem.kind {
        ProblemKind::Unexpected { instead } => (format!("{name} cannot stand here."), instead),
        ProblemKind::UnknownType => (format!("KQL has no type {name}."), None),
        ProblemKind::Missing if found.is_empty() => {
            ("Something is missing here: an expression or a name.".to_owned(), None)
        }
        ProblemKind::Missing => (format!("Something is missing at {name}: an expression or a name."), None),
        _ => return,
    };
    let finding = report.at(transform.file(), transform.place(problem.span), message);
    if problem.kind == ProblemKind::UnknownType {
        finding.help("The types are `string`, `int`, `long`, `real`, `bool`, `datetime`, `timespan`, `guid`, `decimal` and `dynamic`.");
    }
    let Some(instead) = instead else { return };
    // The sign may be written twice, as `&&` is.
    let end = match transform.text.get(problem.span.end..).is_some_and(|rest| rest.starts_with(found)) {
        true => problem.span.end.saturating_add(found.len()),
        false => problem.span.end,
    };
    finding.help(format!("KQL writes {}.", quoted(instead))).suggest(
        format!("Write {}", quoted(instead)),
        transform.replace(Span { start: problem.span.start, end }, instead),
    );
}
