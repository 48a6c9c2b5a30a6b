use crate::artifact::arm::literal;
use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::required::{Owner, text_flaw};
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
    if let Some((span, message)) = text_flaw(connector.resource.value, "name", Owner::The("data connector")) {
        report.at(file, span, message);
        return;
    }
    // A template names the workspace ahead of it, and does not pass through the packager.
    if !connector.resource.is_packaged() {
        return;
    }
    let Some((value, name)) =
        connector.resource.find("/name").and_then(|value| Some((value, literal(value)?)))
    else {
        return;
    };
    if name.contains('/') {
        report.at(file, value.span, format!("The data connector's name {} has a `/` in it.", quoted(name)));
    } else if name.contains('\'') {
        report.at(file, value.span, format!("The data connector's name {} has a `'` in it.", quoted(name)));
    }
}
