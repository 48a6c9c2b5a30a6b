use crate::artifact::arm;
use crate::artifact::resource::Resource;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Kind, Value};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF008",
    name: "dropped-member",
    severity: Severity::Info,
    page: include_str!("ccf008_dropped_member.md"),
    check: Check::Resource(check),
};

/// What Azure would heed and the packager drops.
const DROPPED: [&str; 6] = ["tags", "dependsOn", "identity", "sku", "condition", "scope"];

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    if !resource.is_packaged() {
        return;
    }
    if let Some(member) = resource.member("/location")
        && let Some(place) = arm::literal(&member.value).filter(|place| !place.trim().is_empty())
    {
        let wanted = "[parameters('workspace-location')]";
        report
            .at(
                resource.file,
                member.value.span,
                format!("The location {} is replaced by the workspace's.", quoted(place)),
            )
            .help(format!("Leave `location` out, or write `{wanted}`."))
            .fix(format!("Write `{wanted}`"), edit::replace_string(resource.file, member.value.span, wanted));
    }
    for key in DROPPED {
        let member = resource.value.member(key).filter(|member| !is_empty(&member.value));
        let Some(member) = member else { continue };
        report
            .at(
                resource.file,
                member.key_span,
                format!("The packager drops {} of a {}.", quoted(&member.key), resource.role.title()),
            )
            .suggest(
                format!("Remove {}", quoted(&member.key)),
                edit::remove(resource.file, resource.value, member.key_span),
            );
    }
}

fn is_empty(value: &Value) -> bool {
    match &value.kind {
        Kind::Null => true,
        Kind::Array(items) => items.is_empty(),
        Kind::Object(members) => members.is_empty(),
        Kind::String(text) => text.is_empty(),
        _ => false,
    }
}
