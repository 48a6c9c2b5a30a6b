use crate::artifact::resource::Resource;
use crate::artifact::solution::Solution;
use crate::artifact::{api, arm};
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF007",
    name: "unknown-api-version",
    severity: Severity::Info,
    page: include_str!("ccf007_unknown_api_version.md"),
    check: Check::Resource(check),
};

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    let Some(value) = resource.find("/apiVersion").filter(|_| resource.is_packaged()) else { return };
    if value.as_str().is_some() && arm::literal(value).is_none() {
        return;
    }
    let packaged = api::packaged(resource.role);
    let (title, wanted) = (resource.role.title(), quoted(packaged));
    let message = match value.as_str() {
        None => format!("`apiVersion` must be a string, not {}.", value.described()),
        Some(text) if !api::is_version(text) => format!("{} is no API version.", quoted(text)),
        Some(text) if !api::is_known(resource.role, text) => {
            report
                .at(
                    resource.file,
                    value.span,
                    format!("The API of a {title} has no version {}.", quoted(text)),
                )
                .help(format!("Write {wanted}, which the packager writes in any case."))
                .fix(format!("Write {wanted}"), edit::replace_string(resource.file, value.span, packaged));
            return;
        }
        Some(_) => return,
    };
    report
        .at(resource.file, value.span, message)
        .severity(Severity::Warning)
        .help(format!("Write {wanted}, which the packager writes in any case."))
        .fix(format!("Write {wanted}"), edit::replace_string(resource.file, value.span, packaged));
}
