use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::json::{self, Dialect};
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF056",
    name: "dynamic-literal-in-transform",
    severity: Severity::Warning,
    page: include_str!("ccf056_dynamic_literal_in_transform.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    if transform.outline.broken().is_some() {
        return;
    }
    let file = transform.file();
    for literal in &transform.outline.dynamics {
        if report.is_full(file) {
            return;
        }
        let finding = report.at(
            file,
            transform.place(literal.span),
            "Transformations do not take `dynamic(…)` literals.",
        );
        let content = literal.content.of(transform.text).unwrap_or_default().trim();
        // In a `dynamic` literal more is allowed than JSON.
        if json::parse(content, Dialect::Strict).errors.is_empty() {
            let escaped = content.replace('\\', "\\\\").replace('\'', "\\'");
            let line: Vec<&str> = escaped.lines().map(str::trim).collect();
            let call = format!("parse_json('{}')", line.join(" "));
            finding.fix("Write it with `parse_json`", transform.replace(literal.span, &call));
        }
    }
}
