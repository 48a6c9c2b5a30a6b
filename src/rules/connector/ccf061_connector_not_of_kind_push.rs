use crate::artifact::arm::literal;
use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF061",
    name: "connector-not-of-kind-push",
    severity: Severity::Error,
    page: include_str!("ccf061_connector_not_of_kind_push.md"),
    check: Check::Connector(check),
};

/// The kinds of data connectors besides Push that the packager takes.
const OTHERS: [&str; 7] = [
    "RestApiPoller",
    "WebSocket",
    "GCP",
    "PurviewAudit",
    "AmazonWebServicesS3",
    "StorageAccountBlobContainer",
    "OCI",
];

fn check(connector: &Connector<'_>, solution: &Solution<'_>, report: &mut Report) {
    let resource = &connector.resource;
    let file = resource.file;
    if report.is_full(file) {
        return;
    }
    let Some(value) = connector.kind() else {
        report
            .at(file, resource.head(), "The data connector has no `kind`.")
            .fix("Add the kind", edit::append(file, resource.value, "\"kind\": \"Push\""));
        return;
    };
    let title = "Write `Push`";
    let edits = edit::replace_string(file, value.span, "Push");
    if value.as_str().is_none() {
        let message = format!("The data connector's `kind` is {}, not a string.", value.described());
        report.at(file, value.span, message).suggest(title, edits);
        return;
    }
    let Some(kind) = literal(value).filter(|kind| *kind != "Push") else { return };
    if kind.eq_ignore_ascii_case("Push") {
        report
            .at(file, value.span, format!("The kind is written {} instead of `Push`.", quoted(kind)))
            .severity(Severity::Warning)
            .fix(title, edits);
        return;
    }
    let other = OTHERS.iter().find(|other| other.eq_ignore_ascii_case(kind));
    if is_for_push(connector, solution) {
        let finding =
            report.at(file, value.span, format!("The kind of this Push connector is {}.", quoted(kind)));
        finding.suggest(title, edits);
    } else if let Some(other) = other {
        // Beside a Push connector of the same definition it is a mistake of its own.
        if push_beside(connector, solution) {
            return;
        }
        report
            .at(file, value.span, format!("This is a `{other}` connector; only Push connectors are checked."))
            .severity(Severity::Info)
            .help("If it is to be a Push connector, write `Push`. Otherwise check it with other tools.");
    } else if resource.is_packaged() {
        let message = format!("The packager knows no data connector of the kind {}.", quoted(kind));
        report.at(file, value.span, message);
    }
}

/// Whether a Push connector has the same definition.
fn push_beside(connector: &Connector<'_>, solution: &Solution<'_>) -> bool {
    let id = connector.definition_name().and_then(literal);
    let definition = id.and_then(|id| solution.definition(id));
    definition.is_some_and(|definition| solution.connectors_of(definition).any(Connector::is_push))
}

/// Whether everything but the kind says that it is a Push connector.
fn is_for_push(connector: &Connector<'_>, solution: &Solution<'_>) -> bool {
    if let Some(kind) = connector.resource.literal("/properties/auth/type") {
        return kind.eq_ignore_ascii_case("Push");
    }
    // Its page has the button that only Push connectors have.
    let Some(id) = connector.definition_name().and_then(literal) else { return false };
    solution.definition(id).is_some_and(|definition| {
        let mut types =
            definition.instructions().into_iter().filter_map(|instruction| instruction.type_name());
        types.any(|kind| kind.starts_with("DeployPushConnectorButton"))
    })
}
