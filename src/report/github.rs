//! Findings as workflow commands of GitHub Actions, which show them beside the lines of a pull request.
//!
//! Source: GitHub, "Workflow commands for GitHub Actions", setting a notice, warning or error message.

use super::{Places, help};
use crate::artifact::folder::Folder;
use crate::finding::{Finding, Severity};
use crate::rules::rule;

/// Writes findings: one command a line.
pub fn write(folder: &Folder, findings: &[Finding]) -> String {
    let mut places = Places::new(folder);
    let mut out = String::new();
    for finding in findings {
        let Some(file) = folder.file(finding.file) else { continue };
        let range = places.range(file, finding.span);
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let name = rule(finding.code).map_or("", |rule| rule.name);
        let title = property(&format!("{} {name}", finding.code));
        let (start, end) = (range.start, range.end);
        // A column may only be given for a range on one line.
        let columns = if start.line == end.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let place =
            format!("file={},line={},endLine={}{columns}", property(&file.path), start.line, end.line);
        let message = format!("{}\n{}", finding.message, help(finding));
        out.push_str(&format!("::{command} {place},title={title}::{}\n", data(message.trim_end())));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
