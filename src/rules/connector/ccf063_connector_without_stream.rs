use crate::artifact::arm::literal;
use crate::artifact::connector::Connector;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF063",
    name: "connector-without-stream",
    severity: Severity::Error,
    page: include_str!("ccf063_connector_without_stream.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, solution: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    let config = connector.resource.find("/properties/dcrConfig").filter(|_| connector.is_push());
    // Without the object that is the mistake.
    let Some(config) = config.filter(|config| config.as_object().is_some() && !report.is_full(file)) else {
        return;
    };
    let Some(value) = config.member("streamName").map(|member| &member.value) else {
        let key = connector.resource.member("/properties/dcrConfig").map(|member| member.key_span);
        let finding = report.at(file, key.unwrap_or(head(config)), "`dcrConfig` has no `streamName`.");
        if let Some(stream) = only_stream(solution) {
            let name = crate::json::string_or_null(Some(stream));
            finding.help(format!("Add the name of the DCR's stream: {}.", quoted(stream))).suggest(
                "Add the DCR's stream",
                edit::append(file, config, &format!("\"streamName\": {name}")),
            );
        }
        return;
    };
    if value.as_str().is_none() {
        report.at(file, value.span, format!("`streamName` is {}, not a string.", value.described()));
        return;
    }
    let Some(name) = literal(value) else { return };
    let has = |prefix: &str| name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
    // Where the DCR declares a stream of this name, the name is the DCR's mistake.
    if has("Custom-") || has("Microsoft-") || report.is_full(file) || declares(solution, name) {
        return;
    }
    let message = match name.trim() {
        "" => "`streamName` is empty.".to_owned(),
        _ => format!("The stream's name {} does not start with `Custom-`.", quoted(name)),
    };
    let finding = report.at(file, value.span, message);
    let known =
        solution.dcrs.iter().take(100).flat_map(|dcr| dcr.streams().take(20)).map(|stream| stream.name());
    let known: Vec<&str> = known.filter(|known| known.starts_with("Custom-")).take(100).collect();
    let with_prefix = format!("Custom-{}", name.get("Custom-".len()..).unwrap_or_default());
    let other_case = name.get(.."Custom-".len()).is_some_and(|head| head.eq_ignore_ascii_case("Custom-"));
    let mended = if let Some(known) = crate::text::nearest(name, known.iter().copied()) {
        known.to_owned()
    } else if other_case && with_prefix.len() > "Custom-".len() {
        with_prefix
    } else if let Some(only) = only_stream(solution) {
        only.to_owned()
    } else if name.trim().is_empty() || other_case {
        return;
    } else {
        format!("Custom-{name}")
    };
    finding
        .help(format!("Write {}, if the DCR declares the stream so.", quoted(&mended)))
        .suggest(format!("Write {}", quoted(&mended)), edit::replace_string(file, value.span, &mended));
}

/// The solution's stream, where it has one only.
fn only_stream<'f>(solution: &Solution<'f>) -> Option<&'f str> {
    let [dcr] = solution.dcrs.as_slice() else { return None };
    let mut streams = dcr.streams();
    let only = streams.next().filter(|_| streams.next().is_none())?;
    Some(only.name()).filter(|name| name.starts_with("Custom-"))
}

fn declares(solution: &Solution<'_>, name: &str) -> bool {
    solution.dcrs.iter().take(100).any(|dcr| dcr.stream(name).is_some())
}
