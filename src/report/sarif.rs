//! Findings as SARIF 2.1.0, which code scanning services read.
//!
//! Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".

use super::json::{array, object, text};
use super::{Places, help, why};
use crate::artifact::folder::{File, FileId, Folder};
use crate::finding::{Finding, Fix, Severity};
use crate::rules::{REPOSITORY, Rule, rules};
use crate::text::Span;

/// Writes findings: one run, with every rule that there is.
pub fn write(folder: &Folder, findings: &[Finding]) -> String {
    let mut places = Places::new(folder);
    let driver = object(&[
        ("name", text("ccf-edge")),
        ("version", text(env!("CARGO_PKG_VERSION"))),
        ("informationUri", text(REPOSITORY)),
        ("rules", array(rules().map(descriptor))),
    ]);
    let results = array(findings.iter().filter_map(|finding| result(&mut places, finding)));
    let run = object(&[
        ("tool", object(&[("driver", driver)])),
        // SARIF counts columns in UTF-16 code units when told so.
        ("columnKind", text("utf16CodeUnits")),
        ("results", results),
    ]);
    object(&[
        ("$schema", text("https://json.schemastore.org/sarif-2.1.0.json")),
        ("version", text("2.1.0")),
        ("runs", array([run].into_iter())),
    ])
}

fn level(severity: Severity) -> String {
    text(match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    })
}

fn message(words: &str) -> String {
    object(&[("text", text(words))])
}

fn descriptor(rule: &Rule) -> String {
    object(&[
        ("id", text(rule.code)),
        ("name", text(rule.name)),
        ("shortDescription", message(rule.summary())),
        ("fullDescription", message(rule.why())),
        ("help", message(rule.help())),
        ("helpUri", text(&rule.url())),
        ("defaultConfiguration", object(&[("level", level(rule.severity))])),
    ])
}

fn result(places: &mut Places<'_>, finding: &Finding) -> Option<String> {
    let folder = places.folder;
    let index = rules().position(|rule| rule.code == finding.code)?;
    let location = location(places, folder.file(finding.file)?, finding.span, None);
    let mut words = finding.message.clone();
    for more in [why(finding), help(finding)] {
        if !more.is_empty() {
            words.push_str("\n\n");
            words.push_str(more);
        }
    }
    let mut members = vec![
        ("ruleId", text(finding.code)),
        ("ruleIndex", index.to_string()),
        ("level", level(finding.severity)),
        ("message", message(&words)),
        ("locations", array([location].into_iter())),
    ];
    if !finding.related.is_empty() {
        let related = finding.related.iter().filter_map(|label| {
            Some(self::location(places, folder.file(label.file)?, label.span, Some(&label.message)))
        });
        members.push(("relatedLocations", array(related)));
    }
    if !finding.fixes.is_empty() {
        members.push(("fixes", array(finding.fixes.iter().map(|fix| write_fix(places, fix)))));
    }
    Some(object(&members))
}

fn artifact(file: &File) -> String {
    object(&[("uri", text(&uri(&file.path)))])
}

fn region(places: &mut Places<'_>, file: &File, span: Span) -> String {
    let range = places.range(file, span);
    object(&[
        ("startLine", range.start.line.to_string()),
        ("startColumn", range.start.column.to_string()),
        ("endLine", range.end.line.to_string()),
        ("endColumn", range.end.column.to_string()),
    ])
}

fn location(places: &mut Places<'_>, file: &File, span: Span, words: Option<&str>) -> String {
    let physical = object(&[("artifactLocation", artifact(file)), ("region", region(places, file, span))]);
    let mut members = vec![("physicalLocation", physical)];
    if let Some(words) = words {
        members.push(("message", message(words)));
    }
    object(&members)
}

fn write_fix(places: &mut Places<'_>, fix: &Fix) -> String {
    let folder = places.folder;
    let mut files: Vec<FileId> = fix.edits.iter().map(|edit| edit.file).collect();
    files.sort();
    files.dedup();
    let changes = files.into_iter().filter_map(|id| {
        let file = folder.file(id)?;
        let edits = fix.edits.iter().filter(|edit| edit.file == id);
        let replacements = edits.map(|edit| {
            object(&[
                ("deletedRegion", region(places, file, edit.span)),
                ("insertedContent", message(&edit.text)),
            ])
        });
        let replacements = array(replacements);
        Some(object(&[("artifactLocation", artifact(file)), ("replacements", replacements)]))
    });
    let changes = array(changes);
    object(&[("description", message(&fix.title)), ("artifactChanges", changes)])
}

/// A path as a relative URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
