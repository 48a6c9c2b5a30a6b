use std::collections::HashSet;

use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::{self, Read, Resolution};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF058",
    name: "unknown-column-in-transform",
    severity: Severity::Error,
    page: include_str!("ccf058_unknown_column_in_transform.md"),
    check: Check::Transform(check),
};

/// How many uses of a name one fix changes.
const SAME: usize = 100;

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let Some(stream) = transform.stream.filter(|_| transform.outline.broken().is_none()) else { return };
    let file = transform.file();
    let mut seen = HashSet::new();
    for read in &transform.outline.reads {
        let Resolution::Missing { nearest } = &read.resolution else { continue };
        if report.is_full(file) {
            return;
        }
        if !seen.insert(read.name.as_str()) {
            continue;
        }
        let name = quoted(&read.name);
        let declared = transform.input.iter().any(|column| column.name == read.name);
        let message = match declared {
            true => format!("The column {name} is no longer there at this place."),
            false => format!(
                "No column {name} is there: the stream does not declare it, and nothing before makes it."
            ),
        };
        let finding = report.at(file, transform.place(read.span), message);
        finding.related(file.id, stream.member.key_span, "the stream that the flow takes");
        if declared {
            finding.help("Use it before the operator that drops or renames it, or use its new name.");
        } else if let Some(nearest) = nearest {
            let missing = |other: &&Read| matches!(other.resolution, Resolution::Missing { .. });
            let same = transform.outline.reads.iter().filter(missing).filter(|other| other.name == read.name);
            let written = kql::name(nearest);
            let edits = same.take(SAME).flat_map(|other| transform.replace(other.span, &written)).collect();
            finding
                .help(format!("Did you mean {}? Names are case-sensitive.", quoted(nearest)))
                .suggest(format!("Write {}", quoted(&written)), edits);
        }
    }
}
