use super::names;
use crate::artifact::arm::Text;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use crate::text::{Span, nearest};
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF047",
    name: "flow-without-declared-destination",
    severity: Severity::Error,
    page: include_str!("ccf047_flow_without_declared_destination.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let declared: HashMap<&str, Span> = dcr
        .destinations()
        .filter_map(|destination| Some((destination.name()?, destination.name_value()?.span)))
        .collect();
    for flow in dcr.flows().filter(|flow| flow.value.as_object().is_some()) {
        if report.is_full(file) {
            return;
        }
        names::check_list(file, &flow, "destinations", report);
        for value in flow.destinations() {
            let Some(name) = value.as_str() else {
                let message = format!("A destination's name is a string, not {}.", value.described());
                report.at(file, value.span, message);
                continue;
            };
            // Without any named destination that is the mistake.
            let literal = matches!(Text::of(name), Text::Literal(_));
            if !literal || declared.is_empty() || declared.contains_key(name) {
                continue;
            }
            if report.is_full(file) {
                return;
            }
            let message = format!("The DCR has no destination {}.", quoted(name));
            let finding = report.at(file, value.span, message);
            let names = || dcr.destinations().filter_map(|destination| destination.name());
            let only = names().next().filter(|_| declared.len() == 1);
            let Some(meant) = only.or_else(|| nearest(name, names().take(50))) else { continue };
            let title = format!("Write {}", quoted(meant));
            let edits = edit::replace_string(file, value.span, meant);
            if let Some(span) = declared.get(meant) {
                finding.related(file.id, *span, "this one is declared");
            }
            finding.help(format!("Write {}.", quoted(meant)));
            // With a single destination nothing else can be meant.
            if only.is_some() {
                finding.fix(title, edits);
            } else {
                finding.suggest(title, edits);
            }
        }
    }
}
