use crate::artifact::arm;
use crate::artifact::package::Package;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF128",
    name: "connector-of-another-version",
    severity: Severity::Info,
    page: include_str!("ccf128_connector_of_another_version.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(package) = Package::of(solution) else { return };
    let read = |name: &str| package.variable(name).and_then(|value| Some((value, arm::literal(value)?)));
    let (Some((value, connector)), Some((other, version))) =
        (read("dataConnectorCCPVersion"), read("_solutionVersion"))
    else {
        return;
    };
    if connector != version {
        let message = format!(
            "The connectors in the package have the version {}, the solution {}.",
            quoted(connector),
            quoted(version)
        );
        report.at(package.file, value.span, message).related(
            package.file.id,
            other.span,
            "the solution's version",
        );
    }
}
