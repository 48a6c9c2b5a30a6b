use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::links::Streams;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF115",
    name: "parts-in-different-folders",
    severity: Severity::Warning,
    page: include_str!("ccf115_parts_in_different_folders.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let streams = Streams::new(solution);
    solution.push_definitions().for_each(|definition| check_one(definition, &streams, solution, report));
}

fn check_one(
    definition: &Definition<'_>,
    streams: &Streams<'_, '_>,
    solution: &Solution<'_>,
    report: &mut Report,
) {
    let Some(id) = definition.id().filter(|_| definition.resource.is_packaged()) else { return };
    let file = definition.resource.file;
    let mut apart = Vec::new();
    let mut rules = Vec::new();
    for connector in solution.connectors_of(definition).filter(|connector| connector.resource.is_packaged()) {
        if connector.resource.file.directory() != file.directory() {
            apart.push(("data connector", connector.resource));
        }
        let name = connector.stream_name().and_then(arm::literal);
        let rule = name.and_then(|name| streams.rule(name, file.directory()));
        let rule = rule.map(|rule| rule.resource).filter(|rule| rule.is_packaged());
        if let Some(rule) = rule.filter(|rule| rule.file.directory() != file.directory())
            && !rules.contains(&rule.id())
        {
            rules.push(rule.id());
            apart.push(("DCR", rule));
        }
    }
    let Some((what, first)) = apart.first() else { return };
    let folder = match first.file.directory() {
        "" => "the folder above".to_owned(),
        directory => quoted(directory),
    };
    let message = match apart.as_slice() {
        [_] => format!("The {what} of this definition lies in another folder: {folder}."),
        _ => "The data connector and the DCR of this definition do not all lie in its folder.".to_owned(),
    };
    let finding = report.at(file, id.span, message);
    for (what, resource) in apart {
        finding.related(resource.file.id, resource.head(), format!("the {what}"));
    }
}
