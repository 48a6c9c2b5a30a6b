use crate::artifact::arm::first_placeholder;
use crate::artifact::dcr::Dcr;
use crate::artifact::resource::Origin;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
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
    let Some(value) = dcr.resource.find("/name") else {
        report.at(file, dcr.resource.head(), "The DCR has no `name`.");
        return;
    };
    let Some(name) = value.as_str() else {
        report.at(file, value.span, format!("The DCR's `name` is {}, not a string.", value.described()));
        return;
    };
    if name.trim().is_empty() {
        report.at(file, value.span, "The DCR's `name` is empty.");
        return;
    }
    // A template that embeds the rule does not pass through the packager.
    if dcr.resource.origin == Origin::Template {
        return;
    }
    if let Some((ahead, placeholder, behind)) = first_placeholder(name)
        && !behind.is_empty()
    {
        let kept = format!("{ahead}{{{{{placeholder}}}}}");
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
            .suggest("Remove the text behind the placeholder", edit::replace_string(file, value.span, &kept));
    }
}
