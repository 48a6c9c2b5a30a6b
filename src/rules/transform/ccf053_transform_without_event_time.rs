use super::time::suggest_time;
use crate::artifact::dcr::Output;
use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::{self, Origin};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF053",
    name: "transform-without-event-time",
    severity: Severity::Error,
    page: include_str!("ccf053_transform_without_event_time.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    // A stream that passes as it is has a rule of its own.
    if !transform.is_understood() || transform.passes_through() {
        return;
    }
    let file = transform.file();
    let output = &transform.outline.output;
    let Some(column) = output.column("TimeGenerated") else {
        if output.complete {
            missing(transform, report);
        }
        return;
    };
    let mut times = kql::times::event_times(&transform.input).map(|column| quoted(&column.name)).peekable();
    if column.origin != Origin::Now || times.peek().is_none() {
        return;
    }
    let place = column.span.map_or(transform.whole(), |span| transform.place(span));
    let names: Vec<String> = times.take(4).collect();
    let message =
        format!("`TimeGenerated` becomes the time of arrival, though the stream has {}.", names.join(", "));
    let finding = report.at(file, place, message);
    finding.severity(Severity::Warning).help(
        "Take `TimeGenerated` from the event: `TimeGenerated = todatetime(…)`. Keep `now()` if none of the columns is the time of the event, or if events can be older than two days.",
    );
    if let Some((time, expression)) = transform.event_time().zip(column.expression) {
        finding.suggest(format!("Take it from {}", quoted(&time)), transform.replace(expression, &time));
    }
}

/// Rows without a time.
fn missing(transform: &Transform<'_>, report: &mut Report) {
    let certain = matches!(transform.flow.output(), Some(Output::Custom(_)));
    let chosen =
        transform.outline.operators.iter().rev().find(|operator| operator.name.starts_with("project"));
    let place = chosen.map_or(transform.whole(), |operator| transform.place(operator.span));
    let message = match chosen {
        Some(operator) => {
            format!("No column `TimeGenerated` is left behind this {}.", quoted(&operator.name))
        }
        None => "No column `TimeGenerated` comes out of this transformation.".to_owned(),
    };
    let finding = report.at(transform.file(), place, message);
    if !certain {
        finding.severity(Severity::Warning);
    }
    suggest_time(transform, finding);
}
