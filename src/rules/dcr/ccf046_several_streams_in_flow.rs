use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF046",
    name: "several-streams-in-flow",
    severity: Severity::Warning,
    page: include_str!("ccf046_several_streams_in_flow.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    for flow in dcr.flows() {
        let Some(second) = flow.streams().nth(1) else { continue };
        let transform = flow.transform().and_then(literal).unwrap_or_default().trim();
        let count = flow.streams().count();
        if transform.is_empty() || transform == "source" {
            let message = format!("This flow has {count} streams; the packager sees only the first.");
            report.at(dcr.resource.file, second.span, message);
        } else {
            let message = format!(
                "This flow has {count} streams and a transform, which Azure applies to one stream only."
            );
            report.at(dcr.resource.file, second.span, message).severity(Severity::Error);
        }
    }
}
