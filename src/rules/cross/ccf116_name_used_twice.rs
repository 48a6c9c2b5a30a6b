use crate::artifact::arm;
use crate::artifact::resource::Role;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF116",
    name: "name-used-twice",
    severity: Severity::Error,
    page: include_str!("ccf116_name_used_twice.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let mut seen = HashMap::new();
    for resource in solution.resources().filter(|resource| resource.is_packaged()) {
        let (pointer, what) = match resource.role {
            Role::Table => ("/name", "tables have the name"),
            Role::Dcr => ("/name", "DCRs have the name"),
            Role::Definition => ("/properties/connectorUiConfig/id", "definitions have the id"),
            Role::Connector => ("/name", "data connectors have the name"),
        };
        let Some(value) = resource.find(pointer) else { continue };
        let Some(name) = arm::literal(value).filter(|name| !name.is_empty()) else { continue };
        // Ids become variables of the one package; the rest is looked for folder by folder.
        let folder = if resource.role == Role::Definition { "" } else { resource.file.directory() };
        let key = (resource.role, folder, name.to_ascii_lowercase());
        if let Some((other, place)) = seen.get(&key).copied() {
            report.at(resource.file, value.span, format!("Two {what} {}.", quoted(name))).related(
                other,
                place,
                "the other one",
            );
        } else {
            seen.insert(key, (resource.id(), value.span));
        }
    }
}
