//! Findings as Markdown, for issues, pull requests and messages.

use super::{Places, help};
use crate::artifact::folder::Folder;
use crate::finding::Finding;
use crate::rules::rule;
use std::fmt::Write;

/// Writes findings: a list with the path, line and column of each.
pub fn write(folder: &Folder, findings: &[Finding]) -> String {
    let mut places = Places::new(folder);
    let mut out = String::new();
    for finding in findings {
        let Some(file) = folder.file(finding.file) else { continue };
        let start = places.range(file, finding.span).start;
        let url = rule(finding.code).map(|rule| rule.url()).unwrap_or_default();
        let severity = finding.severity.name();
        // A backquote in a path would end the code span.
        let path = file.path.replace('`', "'");
        _ = writeln!(
            out,
            "- **{severity}** [{}]({url}) `{path}:{}:{}` {}",
            finding.code, start.line, start.column, finding.message
        );
        for line in help(finding).lines().filter(|line| !line.trim().is_empty()) {
            _ = writeln!(out, "  {line}");
        }
    }
    out
}
