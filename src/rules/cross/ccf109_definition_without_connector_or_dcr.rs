use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF109",
    name: "definition-without-connector-or-dcr",
    severity: Severity::Error,
    page: include_str!("ccf109_definition_without_connector_or_dcr.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    if solution.is_part() {
        return;
    }
    // A connector that names no definition is wrong by itself.
    let lone =
        solution.connectors.iter().any(|connector| match connector.definition_name().map(arm::literal) {
            Some(Some(name)) => solution.definition(name).is_none(),
            _ => true,
        });
    solution.push_definitions().for_each(|definition| check_one(definition, lone, solution, report));
}

fn check_one(definition: &Definition<'_>, lone: bool, solution: &Solution<'_>, report: &mut Report) {
    let Some((value, id)) = definition.id().and_then(|value| Some((value, arm::literal(value)?))) else {
        return;
    };
    if !definition.resource.is_packaged() {
        return;
    }
    let connector = solution.connectors_of(definition).next().is_some() || lone;
    let lacks = match (connector, solution.dcrs.is_empty()) {
        (true, false) => return,
        (false, false) => "data connector",
        (true, true) => "DCR",
        (false, true) => "data connector and no DCR",
    };
    let file = definition.resource.file;
    report.at(file, value.span, format!("The solution has no {lacks} for the definition {}.", quoted(id)));
}
