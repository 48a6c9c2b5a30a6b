use super::filled_in;
use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

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
    filled_in::check(connector, "auth", NAMES, report);
}
