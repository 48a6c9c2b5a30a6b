use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF044",
    name: "dcr-without-data-flow",
    severity: Severity::Error,
    page: include_str!("ccf044_dcr_without_data_flow.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let Some(value) = dcr.resource.find("/properties/dataFlows") else {
        let properties = dcr.resource.member("/properties");
        let span = properties.map_or(dcr.resource.head(), |member| member.key_span);
        report.at(file, span, "The DCR has no `dataFlows`, so no row reaches a table.");
        return;
    };
    let Some(flows) = value.as_array() else {
        report.at(file, value.span, format!("`dataFlows` is {}, not an array of flows.", value.described()));
        return;
    };
    if flows.is_empty() {
        report.at(file, value.span, "`dataFlows` is empty, so no row reaches a table.");
    }
    for flow in flows.iter().filter(|flow| flow.as_object().is_none()) {
        report.at(file, flow.span, format!("A flow is an object, not {}.", flow.described()));
    }
}
