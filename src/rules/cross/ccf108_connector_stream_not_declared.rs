use super::likeness::nearest_of_few;
use crate::artifact::arm;
use crate::artifact::links::{CUSTOM, Streams};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF108",
    name: "connector-stream-not-declared",
    severity: Severity::Error,
    page: include_str!("ccf108_connector_stream_not_declared.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let streams = Streams::new(solution);
    if streams.count() == 0 {
        return;
    }
    for connector in solution.push_connectors() {
        let Some((value, name)) =
            connector.stream_name().and_then(|value| Some((value, arm::literal(value)?)))
        else {
            continue;
        };
        // A name without `Custom-` is wrong by itself, here and in the declaration; one that a flow takes is missing in
        // the declarations.
        if !name.starts_with(CUSTOM) || streams.get(name).is_some() || streams.is_meant(name) {
            continue;
        }
        let same = streams.in_any_case(name);
        if same.is_none() && streams.is_used(name) {
            continue;
        }
        let file = connector.resource.file;
        let near = match streams.count() {
            1 => streams.names().next(),
            _ => nearest_of_few(name, streams.names()),
        };
        let meant = same.or(near).and_then(|name| streams.get(name));
        let message = match same {
            Some(same) => {
                let same = quoted(same);
                format!(
                    "The stream {} and its declaration {same} differ in upper and lower case.",
                    quoted(name)
                )
            }
            None => format!("No DCR of the solution declares the stream {}.", quoted(name)),
        };
        let finding = report.at(file, value.span, message);
        if same.is_some() {
            finding.severity(Severity::Warning);
        }
        if let Some((dcr, stream)) = meant {
            let declared = quoted(stream.name());
            finding
                .related(dcr.resource.file.id, stream.member.key_span, "a stream that is declared")
                .suggest(
                    format!("Change it to {declared}"),
                    edit::replace_string(file, value.span, stream.name()),
                );
        }
    }
}
