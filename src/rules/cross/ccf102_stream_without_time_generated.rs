use crate::artifact::dcr::Output;
use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::rules::transform::time::suggest_time;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF102",
    name: "stream-without-time-generated",
    severity: Severity::Error,
    page: include_str!("ccf102_stream_without_time_generated.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let output = &transform.outline.output;
    let lacks = transform.passes_through() && output.complete && output.column("TimeGenerated").is_none();
    let Some(stream) = transform.stream.filter(|_| lacks && transform.is_understood()) else { return };
    let message = format!(
        "The stream {} declares no `TimeGenerated`, and this flow passes it on as it is.",
        quoted(stream.name())
    );
    let finding = report.at(transform.file(), transform.whole(), message);
    finding.related(transform.file().id, stream.member.key_span, "the stream");
    if !matches!(transform.flow.output(), Some(Output::Custom(_))) {
        finding.severity(Severity::Warning);
    }
    suggest_time(transform, finding);
}
