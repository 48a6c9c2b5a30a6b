use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Member;
use crate::rules::{Check, Report, Rule};
use crate::text::{Folded, Span, quoted};
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF002",
    name: "duplicate-key",
    severity: Severity::Warning,
    page: include_str!("ccf002_duplicate_key.md"),
    check: Check::File(check),
};

/// Up to how many members an object is small.
const SMALL: usize = 8;

fn check(file: &File, solution: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value() else { return };
    // What stands in `Package` is not read by the packager but by Azure.
    let is_packed = solution.package.iter().any(|packed| packed.id == file.id);
    let objects = root.descendants().filter_map(|value| Some((value, value.as_object()?)));
    let duplicates = objects.flat_map(|(value, members)| {
        duplicates(members).into_iter().map(move |(first, second)| (value, first, second))
    });
    for (object, first, second) in duplicates {
        if report.is_full(file) {
            return;
        }
        if first.key == second.key {
            let finding = report.at(
                file,
                second.key_span,
                format!(
                    "This object has two members {}: only this one, the last, counts.",
                    quoted(&second.key)
                ),
            );
            finding.related(file.id, first.key_span, "this one is ignored");
            let edits = edit::remove(file, object, first.key_span);
            if written(file, first) == written(file, second) {
                finding.fix("Remove the first of the two", edits);
            } else {
                finding.suggest("Remove the first of the two, which is ignored", edits);
            }
        } else if !is_packed {
            report
                .at(
                    file,
                    second.key_span,
                    format!(
                        "The keys {} and {} of one object differ only in case.",
                        quoted(&first.key),
                        quoted(&second.key)
                    ),
                )
                .severity(Severity::Error)
                .help("Remove one of the two: PowerShell and Azure take both for the same member.")
                .related(file.id, first.key_span, "the same key in another case");
        }
    }
}

/// The members that have a namesake ahead of them, in any case, each with that namesake.
fn duplicates(members: &[Member]) -> Vec<(&Member, &Member)> {
    // Nearly every object is small: there comparing costs less than hashing.
    if members.len() <= SMALL {
        let numbered = members.iter().enumerate();
        return numbered
            .filter_map(|(index, second)| {
                let mut ahead = members.iter().take(index).rev();
                Some((ahead.find(|first| Folded(&first.key) == Folded(&second.key))?, second))
            })
            .collect();
    }
    let mut seen: HashMap<Folded<'_>, &Member> = HashMap::with_capacity(members.len());
    members.iter().filter_map(|member| Some((seen.insert(Folded(&member.key), member)?, member))).collect()
}

fn written<'f>(file: &'f File, member: &Member) -> Option<&'f str> {
    let Span { start, end } = member.value.span;
    file.text.get(start..end)
}
