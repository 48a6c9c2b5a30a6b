use crate::artifact::arm;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF150",
    name: "stream-in-two-dcrs",
    severity: Severity::Warning,
    page: include_str!("ccf150_stream_in_two_dcrs.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut rules: HashMap<(&str, String), Vec<_>> = HashMap::new();
    for dcr in solution.dcrs.iter().filter(|dcr| dcr.resource.is_packaged()) {
        for flow in dcr.flows() {
            let Some(first) = flow.streams().next() else { continue };
            let Some(stream) = arm::literal(first) else { continue };
            let key = (dcr.resource.file.directory(), stream.to_ascii_lowercase());
            let known = rules.entry(key).or_default();
            // A copy under the same name is another rule's; of many the first two are enough.
            let same = known.iter().any(|(_, name)| *name == dcr.resource.find("/name"));
            if !same && known.len() < 2 {
                known.push((dcr.resource, dcr.resource.find("/name")));
            }
        }
    }
    for connector in solution.push_connectors().filter(|connector| connector.resource.is_packaged()) {
        let file = connector.resource.file;
        let Some(value) = connector.stream_name() else { continue };
        let Some(stream) = arm::literal(value) else { continue };
        let Some(known) = rules.get(&(file.directory(), stream.to_ascii_lowercase())) else { continue };
        if let [(one, _), (other, _)] = known.as_slice() {
            let message =
                format!("Two DCRs of this folder have a data flow for the stream {}.", quoted(stream));
            report.at(file, value.span, message).related(one.id(), one.head(), "one of them").related(
                other.id(),
                other.head(),
                "the other",
            );
        }
    }
}
