use crate::artifact::folder::File;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::artifact::version::Version;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF087",
    name: "solution-version-malformed",
    severity: Severity::Error,
    page: include_str!("ccf087_solution_version_malformed.md"),
    check: Check::DataFile(check),
};

/// The first major version that is packaged as content templates.
const CONTENT_TEMPLATES: u32 = 3;

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let Some(value) = root.find("/Version") else {
        report
            .at(file, head(root), "The data file has no `Version`.")
            .severity(Severity::Warning)
            .help("Add the version that the release notes begin with: the packager takes 3.0.0 otherwise.")
            .suggest("Add version 3.0.0", edit::append(file, root, "\"Version\": \"3.0.0\""));
        return;
    };
    let Some(text) = value.as_str() else {
        let message = format!("`Version` is {}, not a string such as \"3.0.0\".", value.described());
        let finding = report.at(file, value.span, message);
        if let Some(mended) = value.span.of(&file.text).and_then(mended) {
            finding.suggest(
                format!("Change it to {}", quoted(&mended)),
                edit::replace_string(file, value.span, &mended),
            );
        }
        return;
    };
    match Version::parse(text) {
        None => {
            let message =
                format!("The version {} is not three numbers with dots between them.", quoted(text));
            let finding = report.at(file, value.span, message);
            if let Some(mended) = mended(text) {
                finding.suggest(
                    format!("Change it to {}", quoted(&mended)),
                    edit::replace_string(file, value.span, &mended),
                );
            }
        }
        Some(version) if version.major < CONTENT_TEMPLATES => {
            report
                .at(file, value.span, format!("Version {version} is packaged in the old format."))
                .severity(Severity::Warning)
                .help("Start with 3.0.0, in the release notes too.")
                .suggest("Change it to 3.0.0", edit::replace_string(file, value.span, "3.0.0"));
        }
        Some(_) => {}
    }
}

/// The version that was meant, when parts are missing or a letter stands ahead.
fn mended(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches(['v', 'V']);
    let mut parts: Vec<&str> = text.split('.').collect();
    parts.resize(3, "0");
    Version::parse(&parts.join("."))
        .map(|version| version.to_string())
        .filter(|_| text.split('.').count() <= 3)
}
