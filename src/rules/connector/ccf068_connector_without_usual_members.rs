use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF068",
    name: "connector-without-usual-members",
    severity: Severity::Info,
    page: include_str!("ccf068_connector_without_usual_members.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    let properties = connector.resource.member("/properties");
    let properties = properties.filter(|_| connector.is_push() && !report.is_full(file));
    let Some(properties) = properties.filter(|properties| properties.value.as_object().is_some()) else {
        return;
    };
    let has = |pointer: &str| connector.resource.find(pointer).is_some();
    let usual = [("request", "RetryCount", "1"), ("response", "eventsJsonPaths", "[\"$\"]")];
    for (parent, name, value) in usual {
        if has(&format!("/properties/{parent}/{name}")) {
            continue;
        }
        let (span, edits) = match properties.value.member(parent) {
            Some(member) => {
                (member.key_span, edit::append(file, &member.value, &format!("\"{name}\": {value}")))
            }
            None => {
                let entry = format!("\"{parent}\": {{ \"{name}\": {value} }}");
                (properties.key_span, edit::append(file, &properties.value, &entry))
            }
        };
        let message = format!("The data connector has no `{parent}.{name}`, which every published one has.");
        let finding = report.at(file, span, message);
        finding.help(format!("Add `\"{parent}\": {{ \"{name}\": {value} }}`."));
        if !edits.is_empty() {
            finding.suggest(format!("Add `{name}`"), edits);
        }
    }
}
