use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::opinion::Diagnostic;
use crate::kql::{OperatorVerdict, Outline, Resolution, Verdict};
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF165",
    name: "kusto-diagnostic",
    severity: Severity::Error,
    page: include_str!("ccf165_kusto_diagnostic.md"),
    check: Check::Transform(check),
};

/// The codes of names that the service does not know. It knows Kusto, but not everything that transformations have.
const NAMES: [&str; 5] = ["KS142", "KS204", "KS208", "KS210", "KS211"];

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let outline = &transform.outline;
    // What is wrong with a text that cannot be read is said by rules of its own.
    let Some(opinion) = transform.opinion.filter(|_| outline.broken().is_none()) else { return };
    let file = transform.file();
    for diagnostic in &opinion.diagnostics {
        if report.is_full(file) {
            return;
        }
        if is_known(outline, diagnostic) {
            continue;
        }
        let mut said = diagnostic.message.trim().trim_end_matches('.').to_owned();
        said.retain(|char| !char.is_control());
        let message = format!("Microsoft's language service for Kusto says: {said} ({}).", diagnostic.code);
        let finding = report.at(file, transform.place(diagnostic.span), message);
        if !diagnostic.is_error || NAMES.contains(&diagnostic.code.as_str()) {
            finding.severity(Severity::Warning);
        }
    }
}

/// Whether other rules report what stands there, or know better.
fn is_known(outline: &Outline, diagnostic: &Diagnostic) -> bool {
    let other = diagnostic.span;
    let touches = |span: Span| span == other || span.start < other.end && other.start < span.end;
    let reported = outline.problems.iter().map(|problem| problem.span);
    let missing = outline.reads.iter().filter(|read| matches!(read.resolution, Resolution::Missing { .. }));
    let operators =
        outline.operators.iter().filter(|operator| operator.verdict != OperatorVerdict::Supported);
    // A function that Microsoft lists for transformations is there, whatever the service says.
    let calls = outline.calls.iter().filter(|call| {
        call.verdict == Verdict::Unknown || diagnostic.code == "KS211" && call.verdict != Verdict::Local
    });
    let spans = reported
        .chain(missing.map(|read| read.span))
        .chain(operators.map(|operator| operator.stage))
        .chain(calls.map(|call| call.span));
    let mut spans = spans;
    spans.any(touches)
}
