use crate::artifact::package::{self, Package};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF123",
    name: "package-solution-id-malformed",
    severity: Severity::Error,
    page: include_str!("ccf123_package_solution_id_malformed.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(package) = Package::of(solution) else { return };
    let Some((value, id)) = package.variable("solutionId").and_then(|value| Some((value, value.as_str()?)))
    else {
        return;
    };
    // What the metadata has is wrong there.
    let of_metadata = solution.metadata.and_then(package::solution_id);
    if package::is_solution_id(id) || of_metadata.as_deref() == Some(id) {
        return;
    }
    report.at(
        package.file,
        value.span,
        format!("The solution's id {} is not `publisher.offer` in lower case.", quoted(id)),
    );
}
