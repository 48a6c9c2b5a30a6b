use crate::artifact::arm;
use crate::artifact::resource::{Resource, Role};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF131",
    name: "placeholder-in-wrong-place",
    severity: Severity::Warning,
    page: include_str!("ccf131_placeholder_in_wrong_place.md"),
    check: Check::Resource(check),
};

/// Where the packager replaces placeholders (CCF005), and where published connectors have some that do no harm.
fn replaced(role: Role) -> &'static [&'static str] {
    match role {
        Role::Table => &[],
        Role::Dcr => &["/name", "/properties/dataCollectionEndpointId"],
        Role::Connector => &["/name", "/properties/dcrConfig", "/properties/auth"],
        Role::Definition => &[],
    }
}

/// Members whose texts people or Kusto read.
const TEXTS: [&str; 4] = ["description", "displayName", "transformKql", "tags"];

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    // The portal fills the placeholders of a definition.
    if !resource.is_packaged() || resource.role == Role::Definition {
        return;
    }
    let mut passed: Vec<&Value> = resource.replaced();
    passed.extend(replaced(resource.role).iter().filter_map(|pointer| resource.find(pointer)));
    let mut left = vec![resource.value];
    while let Some(value) = left.pop() {
        if passed.iter().any(|passed| std::ptr::eq(*passed, value)) {
            continue;
        }
        left.extend(value.as_array().unwrap_or_default().iter().rev());
        let members = value.as_object().unwrap_or_default().iter().rev();
        let is_text = |key: &str| TEXTS.iter().any(|text| text.eq_ignore_ascii_case(key));
        left.extend(members.filter(|member| !is_text(&member.key)).map(|member| &member.value));
        let text = value.as_str().unwrap_or_default();
        let Some(placeholder) = arm::placeholders(text).next() else { continue };
        let whole = format!("{{{{{}}}}}", placeholder.name);
        report.at(
            resource.file,
            arm::place(resource.file, value, placeholder.span),
            format!("The packager does not replace {} here, so it stays in the package.", quoted(&whole)),
        );
    }
}
