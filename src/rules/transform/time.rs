//! How a flow gets its `TimeGenerated`.

use crate::artifact::transform::Transform;
use crate::finding::Finding;
use crate::kql::{self, Kind};
use crate::text::{Span, quoted};

/// Suggests to add `TimeGenerated` at the end of a transformation that lacks it.
pub(in crate::rules) fn suggest_time(transform: &Transform<'_>, finding: &mut Finding) {
    let mut choices =
        transform.outline.operators.iter().filter(|operator| operator.name.starts_with("project"));
    if let (Some(only), None, Some(time)) = (choices.next(), choices.next(), transform.event_time())
        && only.name == "project"
    {
        let behind = Span { start: only.span.end, end: only.span.end };
        let edits = transform.replace(behind, &format!(" TimeGenerated = {time},"));
        finding.suggest(format!("Take it from {}", quoted(&time)), edits);
        return;
    }
    let output = &transform.outline.output;
    let taken = |name: &str| transform.target.as_ref().is_some_and(|target| target.column(name).is_some());
    let mut times =
        output.columns.iter().filter(|column| column.certain && column.kind == Some(Kind::Datetime));
    let (stage, title) = match (times.next(), times.next()) {
        (Some(only), None) if taken(&only.name) => (
            format!("extend TimeGenerated = {}", kql::name(&only.name)),
            format!("Take it from {}", quoted(&only.name)),
        ),
        (Some(only), None) => (
            format!("project-rename TimeGenerated = {}", kql::name(&only.name)),
            format!("Rename {} to it", quoted(&only.name)),
        ),
        _ if kql::times::event_times(&transform.input).next().is_some() => return,
        _ => ("extend TimeGenerated = now()".to_owned(), "Take the time of arrival".to_owned()),
    };
    let edits = transform.append(&stage);
    if !edits.is_empty() {
        finding.suggest(title, edits);
    }
}
