use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF038",
    name: "too-many-streams-or-flows",
    severity: Severity::Warning,
    page: include_str!("ccf038_too_many_streams_or_flows.md"),
    check: Check::Dcr(check),
};

/// How many flows, streams or workspaces a rule may have.
const LIMIT: usize = 10;

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let workspaces = dcr.destinations().filter(|destination| destination.is_log_analytics()).count();
    let counts = [
        ("/properties/streamDeclarations", "streams", dcr.streams().count()),
        ("/properties/dataFlows", "data flows", dcr.flows().count()),
        ("/properties/destinations/logAnalytics", "workspaces", workspaces),
    ];
    let over: Vec<_> = counts.iter().filter(|(.., count)| *count > LIMIT).collect();
    let Some((pointer, ..)) = over.first() else { return };
    let Some(member) = dcr.resource.member(pointer) else { return };
    let list: Vec<String> = over.iter().map(|(_, what, count)| format!("{count} {what}")).collect();
    let of_each = if over.len() > 1 { " of each" } else { "" };
    let message = format!("The DCR has {}; Azure Monitor's limit is {LIMIT}{of_each}.", list.join(" and "));
    report.at(dcr.resource.file, member.key_span, message);
}
