use crate::artifact::arm::placeholders;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF030",
    name: "dcr-without-usable-name",
    severity: Severity::Error,
    page: include_str!("ccf030_dcr_without_usable_name.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    if let Some((span, message)) = text_flaw(dcr.resource.value, "name", Owner::The("DCR")) {
        report.at(file, span, message);
        return;
    }
    // A template that embeds the rule does not pass through the packager.
    if !dcr.resource.is_packaged() {
        return;
    }
    let Some((value, name)) = dcr.resource.find("/name").and_then(|value| Some((value, value.as_str()?)))
    else {
        return;
    };
    let placeholder = placeholders(name).find(|placeholder| placeholder.is_found());
    if let Some((kept, behind)) = placeholder.and_then(|found| name.split_at_checked(found.span.end))
        && !behind.is_empty()
    {
        report
            .at(
                file,
                value.span,
                format!("The packager drops what stands behind the placeholder of the DCR's name: {}.", quoted(behind)),
            )
            .severity(Severity::Warning)
            .help(
                "Write the fixed text ahead of the placeholder, which becomes the workspace's name: `LarkspurDCR-{{workspace}}`.",
            )
            .suggest("Remove the text behind the placeholder", edit::replace_string(file, value.span, kept));
    }
}
