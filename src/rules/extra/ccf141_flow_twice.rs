use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF141",
    name: "flow-twice",
    severity: Severity::Warning,
    page: include_str!("ccf141_flow_twice.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let mut known = HashMap::new();
    for flow in dcr.flows() {
        let streams: Vec<_> = flow.streams().map(literal).collect();
        let destinations: Vec<_> = flow.destinations().map(literal).collect();
        let output = flow.output_stream().and_then(literal);
        // Without its parts a flow is broken in another way.
        if output.is_none() || streams.is_empty() || destinations.is_empty() {
            continue;
        }
        let transform = flow.transform().and_then(literal).unwrap_or("source").trim();
        let Some(first) = known.insert((streams, destinations, transform, output), head(flow.value)) else {
            continue;
        };
        let finding = report.at(
            file,
            head(flow.value),
            "This flow does the same as another: every row reaches the table twice.",
        );
        finding.related(file.id, first, "the other flow");
        if let Some(flows) = dcr.resource.find("/properties/dataFlows") {
            finding.suggest("Remove the flow", edit::remove(file, flows, flow.value.span));
        }
    }
}
