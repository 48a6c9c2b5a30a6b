use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF062",
    name: "connector-without-definition-name",
    severity: Severity::Error,
    page: include_str!("ccf062_connector_without_definition_name.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    // Without `properties` everything is missing, which is reported once.
    let Some(properties) = connector.resource.member("/properties").filter(|_| connector.is_push()) else {
        return;
    };
    if properties.value.as_object().is_none() {
        return;
    }
    match connector.definition_name() {
        None => {
            report.at(file, properties.key_span, "The data connector has no `connectorDefinitionName`.");
        }
        Some(value) => match value.as_str() {
            None => {
                let message = format!("`connectorDefinitionName` is {}, not a string.", value.described());
                report.at(file, value.span, message);
            }
            Some(name) if name.trim().is_empty() => {
                report.at(file, value.span, "`connectorDefinitionName` is empty.");
            }
            Some(_) => {}
        },
    }
}
