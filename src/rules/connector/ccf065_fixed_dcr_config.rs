use super::filled_in;
use crate::artifact::connector::Connector;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF065",
    name: "fixed-dcr-config",
    severity: Severity::Error,
    page: include_str!("ccf065_fixed_dcr_config.md"),
    check: Check::Connector(check),
};

/// What the portal fills in when the customer connects.
const NAMES: [&str; 2] = ["dataCollectionEndpoint", "dataCollectionRuleImmutableId"];

fn check(connector: &Connector<'_>, _: &Solution<'_>, report: &mut Report) {
    filled_in::check(connector, "dcrConfig", NAMES, report);
}
