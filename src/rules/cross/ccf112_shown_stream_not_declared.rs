use crate::artifact::arm;
use crate::artifact::definition::Definition;
use crate::artifact::links::{Streams, mentioned_streams};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF112",
    name: "shown-stream-not-declared",
    severity: Severity::Error,
    page: include_str!("ccf112_shown_stream_not_declared.md"),
    check: Check::Solution(check),
};

/// More places than this are not looked for in one definition.
const MOST: usize = 100;

fn check(solution: &Solution<'_>, report: &mut Report) {
    let streams = Streams::new(solution);
    if streams.count() == 0 {
        return;
    }
    let outputs: HashSet<&str> = solution
        .dcrs
        .iter()
        .flat_map(|dcr| dcr.flows())
        .filter_map(|flow| arm::literal(flow.output_stream()?))
        .collect();
    solution.push_definitions().for_each(|definition| check_one(definition, &streams, &outputs, report));
}

fn check_one(
    definition: &Definition<'_>,
    streams: &Streams<'_, '_>,
    outputs: &HashSet<&str>,
    report: &mut Report,
) {
    let Some(config) = definition.config() else { return };
    let file = definition.resource.file;
    let instructions = definition.instructions();
    let copied: HashSet<*const Value> = instructions
        .iter()
        .filter_map(|instruction| instruction.parameter("value"))
        .map(std::ptr::from_ref)
        .collect();
    let mut found = 0_usize;
    for value in config.descendants() {
        let Some(text) = value.as_str() else { continue };
        let to_copy = copied.contains(&std::ptr::from_ref(value));
        for mention in mentioned_streams(text) {
            let name = mention.name;
            // Where the declaration lacks `Custom-` it is that which is wrong.
            if streams.get(name).is_some() || streams.is_meant(name) {
                continue;
            }
            let ahead = text.get(..mention.span.start).unwrap_or_default();
            let address = ahead.ends_with("streams/");
            // In a sentence `Custom-built` is a word, and an output stream may be spoken of.
            let code = ahead.ends_with(['`', '"', '\'', '/']) || name.ends_with("_CL");
            if !to_copy && !address && (!code || outputs.contains(name)) {
                continue;
            }
            let same = streams.in_any_case(name);
            // One that a flow takes is missing in the declarations.
            if same.is_none() && streams.is_used(name) {
                continue;
            }
            found = found.saturating_add(1);
            if found > MOST {
                return;
            }
            let whole = Span { start: 0, end: text.len() };
            let span = if mention.span == whole { value.span } else { arm::place(file, value, mention.span) };
            let message = match same {
                Some(same) => format!(
                    "The stream {} is shown here, but it is declared as {}.",
                    quoted(name),
                    quoted(same)
                ),
                None => format!("The stream {} is shown here, but no DCR declares it.", quoted(name)),
            };
            let finding = report.at(file, span, message);
            if same.is_some() || !(to_copy || address) {
                finding.severity(Severity::Warning);
            }
            let only = || streams.names().next().filter(|_| streams.count() == 1);
            let Some((dcr, stream)) = same.or_else(only).and_then(|name| streams.get(name)) else { continue };
            let declared = stream.name();
            finding.related(dcr.resource.file.id, stream.member.key_span, "the stream that is declared");
            let plain =
                declared.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            if plain {
                let edits = match mention.span == whole {
                    true => edit::replace_string(file, span, declared),
                    false => edit::replace(file, span, declared),
                };
                finding.suggest(format!("Change it to {}", quoted(declared)), edits);
            }
        }
    }
}
