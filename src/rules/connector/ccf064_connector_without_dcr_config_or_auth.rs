use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF064",
    name: "connector-without-dcr-config-or-auth",
    severity: Severity::Error,
    page: include_str!("ccf064_connector_without_dcr_config_or_auth.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    if !connector.is_push() || report.is_full(file) {
        return;
    }
    let Some(properties) = connector.resource.member("/properties") else {
        report.at(
            file,
            connector.resource.head(),
            "The data connector has no `properties`, so neither `dcrConfig` nor `auth`.",
        );
        return;
    };
    if properties.value.as_object().is_none() {
        let message = format!("`properties` is {}, not an object.", properties.value.described());
        report.at(file, properties.value.span, message);
        return;
    }
    for name in ["dcrConfig", "auth"] {
        let Some(member) = properties.value.member(name) else {
            let finding =
                report.at(file, properties.key_span, format!("The data connector has no `{name}`."));
            if name == "auth" {
                let edits = edit::append(file, &properties.value, "\"auth\": { \"type\": \"Push\" }");
                finding
                    .help("Add `\"auth\": { \"type\": \"Push\" }`; the packager adds the rest.")
                    .fix("Add `auth`", edits);
            } else {
                finding.help("Add `\"dcrConfig\": { \"streamName\": \"Custom-…\" }` with the name of the DCR's stream; the packager adds the rest.");
            }
            continue;
        };
        if member.value.as_object().is_none() {
            report.at(
                file,
                member.value.span,
                format!("`{name}` is {}, not an object.", member.value.described()),
            );
        }
    }
}
