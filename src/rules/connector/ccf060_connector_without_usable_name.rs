use crate::artifact::arm::literal;
use crate::artifact::connector::Connector;
use crate::artifact::resource::Origin;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF060",
    name: "connector-without-usable-name",
    severity: Severity::Error,
    page: include_str!("ccf060_connector_without_usable_name.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    let Some(value) = connector.resource.find("/name") else {
        report.at(file, connector.resource.head(), "The data connector has no `name`.");
        return;
    };
    let Some(name) = value.as_str() else {
        let message = format!("The data connector's `name` is {}, not a string.", value.described());
        report.at(file, value.span, message);
        return;
    };
    if name.trim().is_empty() {
        report.at(file, value.span, "The data connector's `name` is empty.");
        return;
    }
    // A template names the workspace ahead of it, and does not pass through the packager.
    if connector.resource.origin == Origin::Template {
        return;
    }
    let Some(name) = literal(value) else { return };
    if name.contains('/') {
        report.at(file, value.span, format!("The data connector's name {} has a `/` in it.", quoted(name)));
    } else if name.contains('\'') {
        report.at(file, value.span, format!("The data connector's name {} has a `'` in it.", quoted(name)));
    }
}
