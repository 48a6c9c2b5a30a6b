use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF036",
    name: "stream-column-needs-quotes",
    severity: Severity::Info,
    page: include_str!("ccf036_stream_column_needs_quotes.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    // The names that the transforms of each stream write in brackets.
    let mut quoted_names: HashMap<&str, HashSet<&str>> = HashMap::new();
    for flow in dcr.flows() {
        let transform = flow.transform().and_then(literal).unwrap_or_default();
        for stream in flow.streams().filter_map(literal) {
            quoted_names.entry(stream).or_default().extend(in_brackets(transform));
        }
    }
    for stream in dcr.streams() {
        // A stream without a flow has no transform to write names in.
        let Some(written) = quoted_names.get(stream.name()) else { continue };
        for column in stream.columns() {
            let (Some(name), Some(value)) = (column.name(), column.name_value()) else { continue };
            if name.trim().is_empty() || is_plain(name) || written.contains(name) {
                continue;
            }
            report
                .at(
                    file,
                    value.span,
                    format!(
                        "The column {} of the stream {} reaches no table yet: no transform writes it as `['…']`.",
                        quoted(name),
                        quoted(stream.name())
                    ),
                )
                .help(format!(
                    "Give it a name that a table can have: `| extend PatchIsRunning = {}`. If it is not wanted, leave it as it is.",
                    quoted(&format!("['{name}']")).trim_matches('`')
                ));
        }
    }
}

/// Whether the transform can write the name as it is, which holds for every name of a table's column.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// What stands between `['` and the next `']`, or between the same with double quotes.
fn in_brackets(transform: &str) -> impl Iterator<Item = &str> {
    transform.split('[').filter_map(|part| {
        let part = part.trim_start();
        let mark = part.chars().next().filter(|mark| matches!(mark, '\'' | '"'))?;
        part.get(1..)?.split_once(mark).map(|(name, _)| name)
    })
}
