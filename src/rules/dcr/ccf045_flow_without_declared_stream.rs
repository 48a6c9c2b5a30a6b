use super::names;
use crate::artifact::arm::Text;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use crate::text::{Span, nearest};
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF045",
    name: "flow-without-declared-stream",
    severity: Severity::Error,
    page: include_str!("ccf045_flow_without_declared_stream.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let declared: HashMap<&str, Span> =
        dcr.streams().map(|stream| (stream.name(), stream.member.key_span)).collect();
    // A declaration without `Custom-` is wrong by itself.
    let meant: HashSet<String> = dcr.streams().filter_map(|stream| stream.mended_name()).collect();
    for flow in dcr.flows().filter(|flow| flow.value.as_object().is_some()) {
        if report.is_full(file) {
            return;
        }
        names::check_list(file, &flow, "streams", report);
        for value in flow.streams() {
            let Some(name) = value.as_str() else {
                let message = format!("A stream's name is a string, not {}.", value.described());
                report.at(file, value.span, message);
                continue;
            };
            // Without any declaration that is the mistake; streams of Azure's own need none.
            let literal = matches!(Text::of(name), Text::Literal(_));
            if !literal
                || declared.is_empty()
                || declared.contains_key(name)
                || name.starts_with("Microsoft-")
            {
                continue;
            }
            if meant.contains(name) {
                continue;
            }
            if report.is_full(file) {
                return;
            }
            let message = format!("The stream {} is not declared in `streamDeclarations`.", quoted(name));
            let finding = report.at(file, value.span, message);
            let same = |known: &&str| known.eq_ignore_ascii_case(name);
            let alike = declared.keys().copied().find(same);
            let near = || nearest(name, dcr.streams().take(50).map(|stream| stream.name()));
            let only = || dcr.streams().map(|stream| stream.name()).next().filter(|_| declared.len() == 1);
            let Some(meant) = alike.or_else(near).or_else(only) else { continue };
            let title = format!("Write {}", quoted(meant));
            let edits = edit::replace_string(file, value.span, meant);
            if let Some(span) = declared.get(meant) {
                finding.related(file.id, *span, "this one is declared");
            }
            finding.help(format!("Write {}, or declare the stream.", quoted(meant)));
            if alike.is_some() {
                finding.fix(title, edits);
            } else {
                finding.suggest(title, edits);
            }
        }
    }
}
