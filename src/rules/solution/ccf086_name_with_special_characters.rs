use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF086",
    name: "name-with-special-characters",
    severity: Severity::Warning,
    page: include_str!("ccf086_name_with_special_characters.md"),
    check: Check::DataFile(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let value = file.value().and_then(|root| root.find("/Name"));
    let Some((value, name)) = value.and_then(|value: &Value| Some((value, value.as_str()?))) else { return };
    // An empty name is CCF085's.
    if name.trim().is_empty() {
        return;
    }
    let special = name.chars().find(|char| !is_plain(*char) && *char != ' ');
    if let Some(char) = special {
        let message =
            format!("The name {} has the character {}.", quoted(name), quoted(char.encode_utf8(&mut [0; 4])));
        report.at(file, value.span, message).help("Use letters, digits, `_`, `-` and `.` only.");
    } else if name != name.trim() {
        report
            .at(file, value.span, format!("The name {} has a blank at its edge.", quoted(name)))
            .help("Remove the blank, in the name of the folder too.");
    } else if name.contains(' ') {
        report
            .at(file, value.span, format!("The name {} has a blank.", quoted(name)))
            .severity(Severity::Info)
            .help("This works, as many published solutions show; a name without blanks is safer in scripts.");
    }
}

/// Published names have these, and blanks.
fn is_plain(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.' | '(' | ')' | '&')
}
