use crate::artifact::arm::literal;
use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF066",
    name: "auth-type-not-push",
    severity: Severity::Error,
    page: include_str!("ccf066_auth_type_not_push.md"),
    check: Check::Connector(check),
};

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = connector.resource.file;
    let auth = connector.resource.member("/properties/auth").filter(|_| connector.is_push());
    // Without the object that is the mistake.
    let Some(auth) = auth.filter(|auth| auth.value.as_object().is_some()) else { return };
    let Some(member) = auth.value.member("type") else {
        report
            .at(file, auth.key_span, "`auth` has no `type`.")
            .fix("Add the type", edit::append(file, &auth.value, "\"type\": \"Push\""));
        return;
    };
    let value = &member.value;
    let title = "Write `Push`";
    let edits = edit::replace_string(file, value.span, "Push");
    if value.as_str().is_none() {
        let message = format!("`auth.type` is {}, not a string.", value.described());
        report.at(file, value.span, message).suggest(title, edits);
        return;
    }
    let Some(kind) = literal(value).filter(|kind| *kind != "Push") else { return };
    if kind.eq_ignore_ascii_case("Push") {
        report
            .at(file, value.span, format!("`auth.type` is written {} instead of `Push`.", quoted(kind)))
            .severity(Severity::Warning)
            .fix(title, edits);
    } else {
        report
            .at(file, value.span, format!("`auth.type` of this Push connector is {}.", quoted(kind)))
            .suggest(title, edits);
    }
}
