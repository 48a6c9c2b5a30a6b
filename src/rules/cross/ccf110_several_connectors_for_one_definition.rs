use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::links::Streams;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF110",
    name: "several-connectors-for-one-definition",
    severity: Severity::Warning,
    page: include_str!("ccf110_several_connectors_for_one_definition.md"),
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
    let push = solution.connectors_of(definition).find(|connector| connector.is_push());
    let others = solution.connectors_of(definition).filter(|connector| connector.resource.is_packaged());
    for connector in others.filter(|connector| !connector.is_push()) {
        let (Some(value), Some(push)) = (connector.kind(), push) else { continue };
        let Some(kind) = arm::literal(value) else { continue };
        let message = format!(
            "A data connector of the kind {} and a Push connector have one definition.",
            quoted(kind)
        );
        report
            .at(connector.resource.file, value.span, message)
            .help("Give each of the two a definition of its own: what its page asks for differs.")
            .related(
                push.resource.id(),
                push.kind().map_or(push.resource.head(), |kind| kind.span),
                "the Push connector",
            );
    }
    let connectors: Vec<_> = solution
        .connectors_of(definition)
        .filter(|connector| connector.is_push() && connector.resource.is_packaged())
        .filter_map(|connector| {
            let value = connector.stream_name()?;
            Some((connector.resource.file, value, arm::literal(value)?))
        })
        .collect();
    let Some(((last_file, last, last_name), others)) =
        connectors.split_last().filter(|(_, rest)| !rest.is_empty())
    else {
        return;
    };
    let mut first = HashMap::new();
    for (file, value, name) in &connectors {
        if let Some((other, place)) = first.insert(name.to_ascii_lowercase(), (*file, value.span)) {
            let message = format!("Two data connectors of one definition have the stream {}.", quoted(name));
            report.at(file, value.span, message).related(other.id, place, "the other one");
        }
    }
    let folder = definition.resource.file.directory();
    let rule = |name: &str| Some(streams.rule(name, folder)?.resource);
    let Some(last_rule) = rule(last_name) else { return };
    for (file, value, name) in others {
        let Some(other) = rule(name).filter(|other| !std::ptr::eq(other.value, last_rule.value)) else {
            continue;
        };
        let message = format!(
            "The stream {} is in another DCR than {}, by which the packager looks for the DCR.",
            quoted(name),
            quoted(last_name)
        );
        report
            .at(file, value.span, message)
            .related(other.file.id, other.head(), "this DCR is not packaged")
            .related(last_file.id, last.span, "the last of the definition's connectors");
    }
}
