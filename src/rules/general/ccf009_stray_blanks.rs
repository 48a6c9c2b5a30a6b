use crate::artifact::arm;
use crate::artifact::folder::File;
use crate::artifact::resource::Role;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF009",
    name: "stray-blanks",
    severity: Severity::Warning,
    page: include_str!("ccf009_stray_blanks.md"),
    check: Check::Solution(check),
};

/// How many runs of one string are mended.
const SHOWN: usize = 100;

fn check(solution: &Solution<'_>, report: &mut Report) {
    for resource in solution.resources() {
        // CCF048 says what is wrong with the endpoint of a DCR.
        let endpoint =
            (resource.role == Role::Dcr).then(|| resource.find("/properties/dataCollectionEndpointId"));
        for (value, text) in resource.strings() {
            if !endpoint.flatten().is_some_and(|endpoint| std::ptr::eq(endpoint, value)) {
                tell(resource.file, value, text, report);
            }
        }
    }
    for file in solution.data_files.iter().copied().chain(solution.metadata) {
        let values = file.value().into_iter().flat_map(Value::descendants);
        values.filter_map(|value| Some((value, value.as_str()?))).for_each(|(value, text)| {
            tell(file, value, text, report);
        });
    }
}

fn tell(file: &File, value: &Value, text: &str, report: &mut Report) {
    if report.is_full(file) {
        return;
    }
    let found: Vec<Stray<'_>> = strays(text).take(SHOWN).collect();
    let Some(first) = found.first() else { return };
    let edits = found.iter().flat_map(|stray| edit::replace(file, arm::place(file, value, stray.span), ""));
    let edits = edits.collect();
    report
        .at(
            file,
            arm::place(file, value, first.span),
            format!(
                "{} blanks stand in the middle of the {} behind {}.",
                text.get(first.span.start..first.span.end).map_or(0, |run| run.chars().count()),
                first.what,
                quoted(first.ahead)
            ),
        )
        .fix("Remove the blanks", edits);
}

/// A run of blanks that cuts something in two.
#[derive(Debug)]
struct Stray<'t> {
    span: Span,
    what: &'static str,
    ahead: &'t str,
}

fn strays(text: &str) -> impl Iterator<Item = Stray<'_>> {
    let mut at = 0_usize;
    // Elsewhere `1.  5` may be the first item of a list.
    let is_drawing = text.contains("<svg");
    std::iter::from_fn(move || {
        loop {
            let found = text.get(at..)?.find("  ")?;
            let start = at.saturating_add(found);
            let rest = text.get(start..)?;
            let behind = rest.trim_start_matches(' ');
            let end = start.saturating_add(rest.len().saturating_sub(behind.len()));
            let ahead = text.get(at..start)?;
            at = end;
            let cuts =
                |char: char| char.is_whitespace() || matches!(char, '\'' | '"' | '(' | '<' | '>' | '`');
            let ahead = ahead.rsplit(cuts).next().unwrap_or_default();
            if let Some(what) = split(ahead, behind, is_drawing) {
                return Some(Stray { span: Span { start, end }, what, ahead });
            }
        }
    })
}

/// What the blanks between two texts cut in two, if anything.
fn split(ahead: &str, behind: &str, is_drawing: bool) -> Option<&'static str> {
    let next = behind.chars().next()?;
    let last = ahead.chars().next_back()?;
    let lower = ahead.to_ascii_lowercase();
    let is_url = lower.contains("://");
    let is_id = lower.starts_with("/subscriptions")
        || lower.contains("/providers")
        || lower.starts_with("microsoft.");
    let goes_on = match last {
        '/' => next.is_alphanumeric() || matches!(next, '{' | '\''),
        '=' | '&' | '?' | '-' | '_' | '%' | '#' => next.is_alphanumeric(),
        // Behind the full stop of a sentence comes a capital letter.
        '.' => next.is_lowercase() || next.is_ascii_digit(),
        _ => next == '/',
    };
    if is_url && goes_on {
        return Some("URL");
    }
    if is_id && goes_on {
        return Some("resource id");
    }
    let is_number = last == '.' && ahead.trim_end_matches('.').ends_with(|char: char| char.is_ascii_digit());
    (is_drawing && is_number && next.is_ascii_digit()).then_some("number")
}
