//! Findings as JSON, for programs. `pkg/index.d.ts` has the types.

use super::{Places, help, why};
use crate::artifact::folder::{FileId, Folder};
use crate::finding::{Finding, Safety};
use crate::json::string_or_null;
use crate::rules::{Rule, rule};
use crate::text::Span;

/// Writes findings: a JSON array of objects.
pub fn write(folder: &Folder, findings: &[Finding]) -> String {
    let mut places = Places::new(folder);
    array(findings.iter().map(|finding| write_finding(&mut places, finding)))
}

/// Writes what there is to know of a rule: a JSON object.
pub fn write_rule(rule: &Rule) -> String {
    object(&[
        ("code", text(rule.code)),
        ("name", text(rule.name)),
        ("severity", text(rule.severity.name())),
        ("family", text(rule.family())),
        ("summary", text(rule.summary())),
        ("why", text(rule.why())),
        ("help", text(rule.help())),
        ("url", text(&rule.url())),
    ])
}

fn write_finding(places: &mut Places<'_>, finding: &Finding) -> String {
    let rule = rule(finding.code);
    let fixes = finding.fixes.iter().map(|fix| {
        let edits = fix.edits.iter().map(|edit| {
            let (path, range, _) = place(places, edit.file, edit.span);
            object(&[("file", path), ("range", range), ("text", text(&edit.text))])
        });
        object(&[
            ("title", text(&fix.title)),
            ("safe", (fix.safety == Safety::Safe).to_string()),
            ("edits", array(edits)),
        ])
    });
    let fixes = array(fixes);
    let related = array(finding.related.iter().map(|label| {
        let (path, range, pointer) = place(places, label.file, label.span);
        let message = text(&label.message);
        object(&[("file", path), ("pointer", pointer), ("range", range), ("message", message)])
    }));
    let (path, range, pointer) = place(places, finding.file, finding.span);
    object(&[
        ("code", text(finding.code)),
        ("name", text(rule.map_or("", |rule| rule.name))),
        ("severity", text(finding.severity.name())),
        ("message", text(&finding.message)),
        ("why", text(why(finding))),
        ("help", text(help(finding))),
        ("file", path),
        ("pointer", pointer),
        ("range", range),
        ("related", related),
        ("fixes", fixes),
        ("url", text(&rule.map(Rule::url).unwrap_or_default())),
    ])
}

/// The path, range and pointer of a place, as JSON.
fn place(places: &mut Places<'_>, file: FileId, span: Span) -> (String, String, String) {
    let Some(file) = places.folder.file(file) else { return Default::default() };
    let range = places.range(file, span);
    let range = object(&[
        ("line", range.start.line.to_string()),
        ("column", range.start.column.to_string()),
        ("endLine", range.end.line.to_string()),
        ("endColumn", range.end.column.to_string()),
        ("from", range.from.to_string()),
        ("to", range.to.to_string()),
    ]);
    (text(&file.path), range, text(&file.pointer(span)))
}

/// `text` as a JSON string.
pub(super) fn text(text: &str) -> String {
    string_or_null(Some(text))
}

/// A JSON object of members whose values are JSON already.
pub(super) fn object(members: &[(&str, String)]) -> String {
    let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// A JSON array of items that are JSON already.
pub(super) fn array(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}
