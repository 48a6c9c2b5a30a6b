use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::Span;
use crate::text::quoted;
use std::collections::{HashMap, HashSet};

pub(super) const RULE: Rule = Rule {
    code: "CCF032",
    name: "stream-name-without-custom",
    severity: Severity::Error,
    page: include_str!("ccf032_stream_name_without_custom.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, solution: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let declared: HashSet<&str> = dcr.streams().map(|stream| stream.name()).collect();
    let mut references = None;
    for stream in dcr.streams() {
        let name = stream.name();
        if name.strip_prefix("Custom-").is_some_and(|rest| !rest.is_empty()) || report.is_full(file) {
            continue;
        }
        let span = stream.member.key_span;
        let Some(mended) = stream.mended_name() else {
            report
                .at(file, span, format!("The stream's name {} has nothing behind `Custom-`.", quoted(name)))
                .help("Name the stream after the product: `Custom-Larkspur`.");
            continue;
        };
        let taken = declared.contains(mended.as_str());
        let finding = report.at(
            file,
            span,
            format!("The stream's name {} does not start with `Custom-`.", quoted(name)),
        );
        finding.help(format!(
            "Name it {} here, in the flows' `streams`, in the connector's `streamName`, and where the connector's page shows it.",
            quoted(&mended)
        ));
        if !taken {
            let mut edits = edit::replace_string(file, span, &mended);
            let references = references.get_or_insert_with(|| references_of(dcr, solution));
            for (file, span) in references.get(name).into_iter().flatten() {
                edits.extend(edit::replace_string(file, *span, &mended));
            }
            finding.suggest(format!("Rename the stream to {}", quoted(&mended)), edits);
        }
    }
}

/// Where the flows, the connectors and their pages name each stream.
fn references_of<'f>(dcr: &Dcr<'f>, solution: &Solution<'f>) -> HashMap<&'f str, Vec<(&'f File, Span)>> {
    let mut found: HashMap<&str, Vec<(&File, Span)>> = HashMap::new();
    let mut add = |file, value: &'f Value| {
        if let Some(name) = literal(value) {
            found.entry(name).or_default().push((file, value.span));
        }
    };
    dcr.flows().flat_map(|flow| flow.streams()).for_each(|stream| add(dcr.resource.file, stream));
    for connector in &solution.connectors {
        connector.stream_name().into_iter().for_each(|stream| add(connector.resource.file, stream));
    }
    for definition in &solution.definitions {
        let shown =
            definition.instructions().into_iter().filter_map(|instruction| instruction.parameter("value"));
        shown.for_each(|value| add(definition.resource.file, value));
    }
    found
}
