use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::ProblemKind;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF163",
    name: "output-column-twice",
    severity: Severity::Error,
    page: include_str!("ccf163_output_column_twice.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = transform.file();
    for problem in transform.outline.local_problems() {
        let ProblemKind::DuplicateColumn { name } = &problem.kind else { continue };
        if report.is_full(file) {
            return;
        }
        let message = format!("The column {} is given a second time.", quoted(name));
        report.at(file, transform.place(problem.span), message);
    }
}
