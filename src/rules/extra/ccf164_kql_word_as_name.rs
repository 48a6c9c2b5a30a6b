use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::{self, ProblemKind};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF164",
    name: "kql-word-as-name",
    severity: Severity::Warning,
    page: include_str!("ccf164_kql_word_as_name.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = transform.file();
    for problem in transform.outline.local_problems() {
        let ProblemKind::NeedsBrackets { name } = &problem.kind else { continue };
        if report.is_full(file) {
            return;
        }
        let written = kql::name(name);
        report
            .at(file, transform.place(problem.span), format!("{} is not read as a name here.", quoted(name)))
            .help(format!("Write {}.", quoted(&written)))
            .fix(format!("Write {}", quoted(&written)), transform.replace(problem.span, &written));
    }
}
