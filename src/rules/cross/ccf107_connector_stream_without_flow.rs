use crate::artifact::arm;
use crate::artifact::links::{CUSTOM, Streams};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF107",
    name: "connector-stream-without-flow",
    severity: Severity::Error,
    page: include_str!("ccf107_connector_stream_without_flow.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let streams = Streams::new(solution);
    let flows = || solution.dcrs.iter().flat_map(|dcr| dcr.flows());
    // A flow whose stream is declared nowhere may be the one that is meant.
    let mut undeclared = flows().flat_map(|flow| flow.streams()).filter_map(arm::literal);
    if undeclared.any(|name| name.starts_with(CUSTOM) && streams.in_any_case(name).is_none()) {
        return;
    }
    let firsts: HashSet<String> = flows()
        .filter_map(|flow| arm::literal(flow.streams().next()?))
        .map(str::to_ascii_lowercase)
        .collect();
    if firsts.is_empty() {
        return;
    }
    for connector in solution.push_connectors() {
        let Some((value, name)) =
            connector.stream_name().and_then(|value| Some((value, arm::literal(value)?)))
        else {
            continue;
        };
        // A stream that is declared nowhere is another rule's.
        let Some((dcr, stream)) = streams.in_any_case(name).and_then(|name| streams.get(name)) else {
            continue;
        };
        if firsts.contains(&name.to_ascii_lowercase()) {
            continue;
        }
        let message = if streams.is_used(name) {
            format!("The stream {} is not the first in the `streams` of any data flow.", quoted(name))
        } else {
            format!("No data flow takes the stream {}.", quoted(name))
        };
        report.at(connector.resource.file, value.span, message).related(
            dcr.resource.file.id,
            stream.member.key_span,
            "the stream's declaration",
        );
    }
}
