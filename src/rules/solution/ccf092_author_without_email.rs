use crate::artifact::contact::is_email;
use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF092",
    name: "author-without-email",
    severity: Severity::Warning,
    page: include_str!("ccf092_author_without_email.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let Some(value) = root.find("/Author") else {
        report.at(file, head(root), "The data file has no `Author`.").severity(Severity::Error);
        return;
    };
    let Some(text) = value.as_str() else {
        let message = format!("`Author` is {}, not a string.", value.described());
        report.at(file, value.span, message).severity(Severity::Error);
        return;
    };
    if is_blank(value) {
        report.at(file, value.span, "`Author` is empty.");
        return;
    }
    match text.split_once(" - ") {
        Some((_, email)) if !is_email(email) => {
            report.at(
                file,
                value.span,
                format!("The author's address {} is no e-mail address.", quoted(email)),
            );
        }
        Some(_) => {}
        None if text.contains('@') => {
            report
                .at(file, value.span, "The author's e-mail address does not stand behind ` - `.")
                .help("Write `<name> - <e-mail address>`, with a blank on both sides of the hyphen.");
        }
        None => {
            report
                .at(file, value.span, format!("The author {} has no e-mail address.", quoted(text)))
                .severity(Severity::Info);
        }
    }
}
