use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF037",
    name: "unused-stream",
    severity: Severity::Warning,
    page: include_str!("ccf037_unused_stream.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, solution: &Solution<'_>, report: &mut Report) {
    let declared: HashSet<&str> = dcr.streams().map(|stream| stream.name()).collect();
    let mut used = HashSet::new();
    for stream in dcr.flows().flat_map(|flow| flow.streams()) {
        match stream.as_str() {
            Some(name) if declared.contains(name) => drop(used.insert(name)),
            Some(name) if name.starts_with("Microsoft-") => {}
            // A flow of a stream that is not declared means one of those that nothing seems to use.
            _ => return,
        }
    }
    // Without any flow, or with one that names no stream, that is the mistake.
    if dcr.flows().next().is_none() || dcr.flows().any(|flow| flow.streams().next().is_none()) {
        return;
    }
    // What a connector names is meant to be used: that no flow takes it in is said of the connector.
    let unused = dcr.streams().filter(|stream| !used.contains(stream.name()));
    for stream in unused.filter(|stream| !solution.is_connector_stream(stream.name())) {
        report.at(
            dcr.resource.file,
            stream.member.key_span,
            format!("No flow takes in the stream {}.", quoted(stream.name())),
        );
    }
}
