use crate::artifact::arm;
use crate::artifact::links::{Tables, custom_table};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF101",
    name: "table-without-flow",
    severity: Severity::Warning,
    page: include_str!("ccf101_table_without_flow.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    if solution.dcrs.is_empty() {
        return;
    }
    let tables = Tables::new(solution);
    let mut fed = HashSet::new();
    for dcr in &solution.dcrs {
        for flow in dcr.flows() {
            let stream = flow.output_stream().and_then(arm::literal);
            match stream.map(|stream| (stream, custom_table(stream))) {
                Some((_, Some(name))) if tables.has(name) => fed.insert(name.to_ascii_lowercase()),
                // `Microsoft-Larkspur_CL` is meant for a table of the solution.
                Some((stream, None)) if stream.starts_with("Microsoft-") && !stream.ends_with("_CL") => true,
                // This flow may be meant for the table; what is wrong is its output stream.
                _ => return,
            };
        }
    }
    if solution.dcrs.iter().all(|dcr| dcr.flows().next().is_none()) {
        return;
    }
    for table in &solution.tables {
        let (Some(name), Some(value)) = (table.own_name(), table.resource.find("/name")) else { continue };
        // Two names that differ in case only are another rule's.
        if fed.contains(&name.to_ascii_lowercase()) {
            continue;
        }
        let message = format!("No data flow leads to the table {}: it stays empty.", quoted(name));
        let finding = report.at(table.resource.file, value.span, message);
        if let [dcr] = solution.dcrs.as_slice() {
            let flows = dcr.resource.member("/properties/dataFlows");
            let place = flows.map_or(dcr.resource.head(), |member| member.key_span);
            finding.related(dcr.resource.file.id, place, "the data flows");
        }
    }
}
