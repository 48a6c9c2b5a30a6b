use crate::artifact::dcr::Dcr;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF039",
    name: "dcr-without-workspace",
    severity: Severity::Error,
    page: include_str!("ccf039_dcr_without_workspace.md"),
    check: Check::Dcr(check),
};

/// What the packager writes for the first destination, whatever stands there.
const WORKSPACE: &str = "\"workspaceResourceId\": \"[variables('workspaceResourceId')]\"";

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let properties = dcr.resource.member("/properties");
    let destinations = dcr.resource.member("/properties/destinations");
    let Some(list) = dcr.resource.member("/properties/destinations/logAnalytics") else {
        let parent = destinations.or(properties).map_or(dcr.resource.head(), |member| member.key_span);
        report.at(
            file,
            parent,
            "The DCR has no workspace to send rows to: `destinations.logAnalytics` is missing.",
        );
        return;
    };
    let Some(items) = list.value.as_array().filter(|items| !items.is_empty()) else {
        let message = match list.value.as_array() {
            Some(_) => "The DCR has no workspace to send rows to: `logAnalytics` is empty.".to_owned(),
            None => format!("`logAnalytics` is {}, not an array of workspaces.", list.value.described()),
        };
        report.at(file, list.value.span, message);
        return;
    };
    for (index, item) in items.iter().enumerate() {
        if report.is_full(file) {
            return;
        }
        if item.as_object().is_none() {
            let message = format!("A workspace is an object with a `name`, not {}.", item.described());
            report.at(file, item.span, message);
            continue;
        }
        match item.member("name") {
            None => {
                report
                    .at(file, head(item), "This workspace has no `name` that flows could refer to.")
                    .help("Give it the name that the flows' `destinations` have.");
            }
            Some(name) if name.value.as_str().is_none_or(|name| name.trim().is_empty()) => {
                report
                    .at(
                        file,
                        name.value.span,
                        "This workspace's `name` is not a string with something in it.",
                    )
                    .help("Give it the name that the flows' `destinations` have.");
            }
            Some(_) => {}
        }
        // The packager writes the first one's itself.
        let packed = index == 0 && dcr.resource.is_packaged();
        if item.member("workspaceResourceId").is_none() && !packed {
            let finding = report.at(file, head(item), "This workspace has no `workspaceResourceId`.");
            finding.help("Add the resource id of the workspace.");
            if dcr.resource.is_packaged() {
                finding.suggest("Add the workspace's resource id", edit::append(file, item, WORKSPACE));
            }
        }
    }
}
