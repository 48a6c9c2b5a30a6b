use crate::artifact::connector::Connector;
use crate::artifact::resource::Origin;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use super::filled_in;

pub(super) const RULE: Rule = Rule {
    code: "CCF067",
    name: "fixed-application",
    severity: Severity::Error,
    page: include_str!("ccf067_fixed_application.md"),
    check: Check::Connector(check),
};

/// What the portal fills in when the customer connects.
const NAMES: [&str; 2] = ["appId", "servicePrincipalId"];

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    // Only what passes through the packager is filled in by it.
    if !connector.is_push() || connector.resource.origin == Origin::Template {
        return;
    }
    for name in NAMES {
        let Some(value) = connector.resource.find(&format!("/properties/auth/{name}")) else { continue };
        if let Some(flaw) = filled_in::flaw(value, "auth", name) {
            filled_in::report(report, connector.resource.file, value, flaw, "auth", name);
        }
    }
}
