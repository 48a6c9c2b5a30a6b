use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::offset_in_string;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF145",
    name: "label-value-without-place",
    severity: Severity::Warning,
    page: include_str!("ccf145_label_value_without_place.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    for instruction in definition.instructions() {
        if report.is_full(file) {
            return;
        }
        let Some(value) = instruction.parameter("value") else { continue };
        let Some(text) = value.as_str().filter(|text| !text.trim().is_empty()) else { continue };
        let filled = instruction.fill_with();
        let listed = instruction.parameter("fillWith").map(|value| value.as_array().map_or(1, <[_]>::len));
        // Values that are no names are CCF078's.
        if listed.is_some_and(|count| count != filled.len()) {
            continue;
        }
        let places = places(text);
        let span = |(start, end, _): (usize, usize, usize)| Span {
            start: offset_in_string(&file.text, value.span, start),
            end: offset_in_string(&file.text, value.span, end),
        };
        if let Some(place) = places.iter().copied().find(|(_, _, number)| *number >= filled.len()) {
            let message = match filled.len() {
                0 => "There is nothing to fill in here: the label has no `fillWith`.".to_owned(),
                1 => "There is nothing to fill in here: `fillWith` has only one value, which is `{0}`."
                    .to_owned(),
                count => format!(
                    "There is nothing to fill in here: `fillWith` has {count} values, counted from 0."
                ),
            };
            report.at(file, span(place), message);
        }
        let is_used = |number: usize| places.iter().any(|(_, _, place)| *place == number);
        // A hostile label may have very many.
        let unused = filled.iter().take(100).enumerate().find(|(number, _)| !is_used(*number));
        if let Some((number, (name, item))) = unused {
            let message = format!("The label's `value` has no place `{{{number}}}` for {}.", quoted(name));
            report.at(file, item.span, message).related(file.id, value.span, "the text that is shown");
        }
    }
}

/// The places `{0}`, `{1}` … of a text: where each starts and ends, and its number.
fn places(text: &str) -> Vec<(usize, usize, usize)> {
    let mut places = Vec::new();
    for (start, _) in text.match_indices('{') {
        let rest = text.get(start.saturating_add(1)..).unwrap_or_default();
        let digits = rest.bytes().take(4).take_while(u8::is_ascii_digit).count();
        let number = rest.get(..digits).and_then(|digits| digits.parse().ok());
        if let Some(number) = number.filter(|_| rest.as_bytes().get(digits) == Some(&b'}')) {
            places.push((start, start.saturating_add(digits).saturating_add(2), number));
        }
    }
    places
}
