use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF032",
    name: "stream-name-without-custom",
    severity: Severity::Error,
    page: include_str!("ccf032_stream_name_without_custom.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, solution: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for stream in dcr.streams() {
        let name = stream.name();
        if name.strip_prefix("Custom-").is_some_and(|rest| !rest.is_empty()) || report.is_full(file) {
            continue;
        }
        let span = stream.member.key_span;
        let stem = stem(name);
        if stem.is_empty() {
            report
                .at(file, span, format!("The stream's name {} has nothing behind `Custom-`.", quoted(name)))
                .help("Name the stream after the product: `Custom-Larkspur`.");
            continue;
        }
        let mended = format!("Custom-{stem}");
        let taken = dcr.stream(&mended).is_some();
        let finding =
            report.at(file, span, format!("The stream's name {} does not start with `Custom-`.", quoted(name)));
        finding.help(format!(
            "Name it {} here, in the flows' `streams`, in the connector's `streamName`, and where the connector's page shows it.",
            quoted(&mended)
        ));
        if !taken {
            let mut edits = edit::replace_string(file, span, &mended);
            edits.extend(references(dcr, solution, name, &mended));
            finding.suggest(format!("Rename the stream to {}", quoted(&mended)), edits);
        }
    }
}

/// The name without a prefix in another case, or one that streams of Azure's own have.
fn stem(name: &str) -> &str {
    for prefix in ["Custom-", "Microsoft-", "Custom_"] {
        if let Some((head, stem)) = name.split_at_checked(prefix.len())
            && head.eq_ignore_ascii_case(prefix)
        {
            return stem;
        }
    }
    name
}

/// Edits of everything in the solution that names the stream.
fn references(dcr: &Dcr<'_>, solution: &Solution<'_>, name: &str, mended: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    let flows = dcr.flows().flat_map(|flow| flow.streams());
    for stream in flows.filter(|stream| literal(stream) == Some(name)) {
        edits.extend(edit::replace_string(dcr.resource.file, stream.span, mended));
    }
    for connector in &solution.connectors {
        if let Some(stream) = connector.stream_name().filter(|stream| literal(stream) == Some(name)) {
            edits.extend(edit::replace_string(connector.resource.file, stream.span, mended));
        }
    }
    for definition in &solution.definitions {
        for instruction in definition.instructions() {
            let shown = instruction.parameter("value").filter(|value| value.as_str() == Some(name));
            if let Some(shown) = shown {
                edits.extend(edit::replace_string(definition.resource.file, shown.span, mended));
            }
        }
    }
    edits
}
