use crate::artifact::arm::{self, Call};
use crate::artifact::connector::Connector;
use crate::artifact::resource::{Resource, Role};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF006",
    name: "unresolvable-reference",
    severity: Severity::Warning,
    page: include_str!("ccf006_unresolvable_reference.md"),
    check: Check::Resource(check),
};

/// The values of a Push connector that the portal fills in.
const FILLED_IN: [&str; 4] = [
    "/properties/dcrConfig/dataCollectionEndpoint",
    "/properties/dcrConfig/dataCollectionRuleImmutableId",
    "/properties/auth/appId",
    "/properties/auth/servicePrincipalId",
];

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    // A template declares parameters of its own.
    if !resource.is_packaged() {
        return;
    }
    // What the portal fills in has one right expression, which other rules ask for (CCF065, CCF067).
    let is_push = resource.role == Role::Connector && Connector { resource: *resource }.is_push();
    let filled_in: Vec<&Value> =
        FILLED_IN.iter().filter(|_| is_push).filter_map(|pointer| resource.find(pointer)).collect();
    for (value, text) in resource.strings() {
        if filled_in.iter().any(|other| std::ptr::eq(*other, value)) {
            continue;
        }
        if report.is_full(resource.file) {
            return;
        }
        let Some(expression) = arm::expression(text).filter(|expression| expression.fault.is_none()) else {
            continue;
        };
        for Call { name, argument, .. } in &expression.calls {
            let (what, known) = match (name.to_ascii_lowercase().as_str(), expression.escaped, resource.role)
            {
                ("parameters", false, _) => ("parameter", arm::PARAMETERS.as_slice()),
                ("parameters", true, Role::Connector) => ("parameter", arm::INNER_PARAMETERS.as_slice()),
                ("variables", false, _) => ("variable", arm::VARIABLES.as_slice()),
                // What the template inside has besides is not known well enough.
                _ => continue,
            };
            let Some((named, span)) = argument else { continue };
            if known.iter().any(|known| known.eq_ignore_ascii_case(named)) || is_numbered(named) {
                continue;
            }
            let place = arm::place(resource.file, value, *span);
            let finding =
                report.at(resource.file, place, format!("The package has no {what} {}.", quoted(named)));
            let list: Vec<String> = known.iter().take(6).map(|name| quoted(name)).collect();
            finding.help(format!("Use one that the packager writes: {}.", list.join(", ")));
            if let Some(near) = nearest(named, known.iter().copied()) {
                finding.suggest(format!("Write {}", quoted(near)), edit::replace(resource.file, place, near));
            }
        }
    }
}

/// Whether the packager makes variables of such a name, with a number for each connector; the e-mail variables exist
/// when the data file names an address.
fn is_numbered(name: &str) -> bool {
    let stem = name.trim_end_matches(|char: char| char.is_ascii_digit());
    let known = [
        "_dataConnectorContentIdConnectorDefinition",
        "dataConnectorTemplateNameConnectorDefinition",
        "_dataConnectorContentIdConnections",
        "dataConnectorTemplateNameConnections",
        "email",
        "_email",
    ];
    known.iter().any(|known| known.eq_ignore_ascii_case(stem))
}
