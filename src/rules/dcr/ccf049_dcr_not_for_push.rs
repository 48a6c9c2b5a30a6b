use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF049",
    name: "dcr-not-for-push",
    severity: Severity::Warning,
    page: include_str!("ccf049_dcr_not_for_push.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    // A template may hold a rule of agents beside the connector's.
    if report.is_full(file) || !dcr.resource.is_packaged() && dcr.streams().next().is_none() {
        return;
    }
    let kind = dcr.resource.member("/kind");
    if let Some((member, kind)) = kind.and_then(|member| Some((member, literal(&member.value)?)))
        && !kind.is_empty()
        && !kind.eq_ignore_ascii_case("Direct")
    {
        report
            .at(
                file,
                member.value.span,
                format!("{} is no kind of DCR that takes in pushed rows.", quoted(kind)),
            )
            .help("Remove `kind`, or write `Direct`.")
            .suggest("Remove `kind`", edit::remove(file, dcr.resource.value, member.value.span));
    }
    for name in ["dataSources", "dataImports"] {
        let Some(member) = dcr.resource.member(&format!("/properties/{name}")) else { continue };
        if is_empty(&member.value) {
            continue;
        }
        let finding = report.at(
            file,
            member.key_span,
            format!("`{name}` is for agents and imports; a Push connector's rows come through the API."),
        );
        finding.help(format!("Remove `{name}`, if the DCR is for this connector alone."));
        if let Some(properties) = dcr.resource.find("/properties") {
            finding.suggest(format!("Remove `{name}`"), edit::remove(file, properties, member.value.span));
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Array(items) => items.is_empty(),
        Kind::Object(members) => members.is_empty(),
        Kind::String(text) => text.starts_with('['),
        Kind::Bool(_) | Kind::Number(_) => false,
    }
}
