use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::ProblemKind;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF162",
    name: "column-in-literal",
    severity: Severity::Warning,
    page: include_str!("ccf162_column_in_literal.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = transform.file();
    for problem in transform.outline.local_problems() {
        let ProblemKind::NotLiteral { conversion } = problem.kind else { continue };
        if report.is_full(file) {
            return;
        }
        let text = problem.span.of(transform.text).unwrap_or_default();
        let message = format!("{} is a literal, and what stands in it is no constant.", quoted(text));
        let finding = report.at(file, transform.place(problem.span), message);
        finding.help(format!("Call the function: {}.", quoted(&format!("{conversion}(…)"))));
        if let Some(name) = text.split('(').next() {
            let end = problem.span.start.saturating_add(name.trim_end().len());
            finding.suggest(
                format!("Write {}", quoted(conversion)),
                transform.replace(Span { start: problem.span.start, end }, conversion),
            );
        }
    }
}
