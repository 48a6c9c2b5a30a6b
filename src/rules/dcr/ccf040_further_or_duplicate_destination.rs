use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF040",
    name: "further-or-duplicate-destination",
    severity: Severity::Warning,
    page: include_str!("ccf040_further_or_duplicate_destination.md"),
    check: Check::Dcr(check),
};

/// What the packager writes for the first destination; written by hand it is right for the others too.
const WORKSPACE: &str = "[variables('workspaceResourceId')]";

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let mut names = HashMap::new();
    let mut workspaces = 0_usize;
    for destination in dcr.destinations() {
        let Some((name, value)) = destination.name().zip(destination.name_value()) else { continue };
        if let Some(first) = names.insert(name, value.span) {
            report
                .at(file, value.span, format!("Two destinations have the name {}.", quoted(name)))
                .severity(Severity::Error)
                .help("Give each destination a name of its own, and name the right one in each flow's `destinations`.")
                .related(file.id, first, "the other destination");
            continue;
        }
        if !destination.is_log_analytics() {
            continue;
        }
        workspaces = workspaces.saturating_add(1);
        let id = destination.value.member("workspaceResourceId");
        let Some(id) = id.filter(|_| workspaces > 1 && dcr.resource.is_packaged()) else { continue };
        let message = if id.value.as_str().is_some_and(|id| id.eq_ignore_ascii_case(WORKSPACE)) {
            format!("The workspace {} is the same as the first: the customer's.", quoted(name))
        } else {
            format!(
                "The packager leaves the workspace {} as it stands here, the same for every customer.",
                quoted(name)
            )
        };
        report
            .at(file, id.value.span, message)
            .help("A connector has one workspace, the customer's: remove this one, and name the first in the flows' `destinations`.");
    }
}
