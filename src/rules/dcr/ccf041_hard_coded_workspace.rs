use crate::artifact::arm::Text;
use crate::artifact::arm::has_guid;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF041",
    name: "hard-coded-workspace",
    severity: Severity::Warning,
    page: include_str!("ccf041_hard_coded_workspace.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    let packed = dcr.resource.is_packaged();
    let workspaces = dcr.destinations().filter(|destination| destination.is_log_analytics());
    for (index, workspace) in workspaces.enumerate() {
        // A further workspace is a mistake whatever it names, and reported as that.
        if index > 0 && packed {
            break;
        }
        let Some(id) = workspace.value.member("workspaceResourceId") else { continue };
        let Some(text) = id.value.as_str() else { continue };
        let hard_coded = match Text::of(text) {
            Text::Literal(text) => !text.trim().is_empty(),
            Text::Expression(text) | Text::Escaped(text) => has_guid(text),
            Text::Placeholder(_) => false,
        };
        if !hard_coded {
            continue;
        }
        let finding =
            report.at(file, id.value.span, "`workspaceResourceId` names one workspace of one subscription.");
        if packed {
            let edits = edit::replace_string(file, id.value.span, "[variables('workspaceResourceId')]");
            finding
                .help("Write `[variables('workspaceResourceId')]`: the workspace that the customer chooses.")
                .fix("Write `[variables('workspaceResourceId')]`", edits);
        } else {
            finding.help("Make the workspace's resource id a parameter of the template.");
        }
    }
}
