use std::collections::HashSet;

use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::Verdict;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF054",
    name: "function-not-for-transforms",
    severity: Severity::Warning,
    page: include_str!("ccf054_function_not_for_transforms.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    // Where the text is broken a word may be anything.
    if transform.outline.broken().is_some() {
        return;
    }
    let file = transform.file();
    let mut seen = HashSet::new();
    for call in &transform.outline.calls {
        let bad = matches!(call.verdict, Verdict::Undocumented | Verdict::Unknown);
        if !bad || report.is_full(file) || !seen.insert(call.name.as_str()) {
            continue;
        }
        let name = quoted(&call.name);
        let place = transform.place(call.span);
        if call.verdict == Verdict::Undocumented {
            let message =
                format!("{name} is not among the functions that Microsoft lists for transformations.");
            report.at(file, place, message);
            continue;
        }
        let finding = report.at(file, place, format!("Kusto has no function {name}."));
        if let Some(nearest) = call.nearest {
            let same = transform.outline.calls.iter().filter(|other| other.name == call.name);
            let edits = same.take(SAME).flat_map(|other| transform.replace(other.span, nearest)).collect();
            finding
                .help(format!("Did you mean {}? Functions are written in lower case.", quoted(nearest)))
                .suggest(format!("Write {}", quoted(nearest)), edits);
        }
    }
}

/// How many uses of a name one fix changes.
const SAME: usize = 100;
