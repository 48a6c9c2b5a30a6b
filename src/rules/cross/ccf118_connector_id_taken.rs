use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::published;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF118",
    name: "connector-id-taken",
    severity: Severity::Warning,
    page: include_str!("ccf118_connector_id_taken.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, solution: &Solution<'_>, report: &mut Report) {
    let Some((value, id)) = definition.id().and_then(|value| Some((value, arm::literal(value)?))) else {
        return;
    };
    let Some(owner) = published::solution_of(id) else { return };
    let data_files = solution.data_files.iter();
    let mut names: Vec<&str> =
        data_files.filter_map(|file| file.value()?.find("/Name").and_then(Value::as_str)).collect();
    names.extend(solution.folder_name());
    // On its own a file does not say which solution it is of.
    if names.is_empty() || solution.is_part() || names.iter().any(|name| name.eq_ignore_ascii_case(owner)) {
        return;
    }
    let message =
        format!("The id {} is that of a connector in the published solution {}.", quoted(id), quoted(owner));
    report.at(definition.resource.file, value.span, message);
}
