use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::{Value, offset_in_string};
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF146",
    name: "sentinel-without-microsoft",
    severity: Severity::Info,
    page: include_str!("ccf146_sentinel_without_microsoft.md"),
    check: Check::Solution(check),
};

const SENTINEL: &str = "Sentinel";

const AZURE: &str = "Azure ";

/// How often one text is told the same.
const PER_TEXT: usize = 8;

fn check(solution: &Solution<'_>, report: &mut Report) {
    for definition in solution.push_definitions() {
        for value in definition.config().into_iter().flat_map(Value::descendants) {
            // Azure Sentinel on a page is CCF083's.
            check_text(definition.resource.file, value, false, report);
        }
    }
    for file in &solution.data_files {
        for pointer in ["/Name", "/Description"] {
            if let Some(value) = file.value().and_then(|root| root.find(pointer)) {
                check_text(file, value, true, report);
            }
        }
    }
}

fn check_text(file: &File, value: &Value, with_azure: bool, report: &mut Report) {
    let Some(text) = value.as_str() else { return };
    if report.is_full(file) {
        return;
    }
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    let mut told = 0_usize;
    for (start, _) in text.match_indices(SENTINEL) {
        if told == PER_TEXT {
            return;
        }
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(start.saturating_add(SENTINEL.len())..).unwrap_or_default();
        let inside = before.ends_with(|char| is_word(char) || char == '-') || after.starts_with(is_word);
        let named = before.trim_end().len() < before.len() && before.trim_end().ends_with("Microsoft");
        let azure = before.ends_with(AZURE);
        if inside || named || (azure && !with_azure) {
            continue;
        }
        let from = if azure { start.saturating_sub(AZURE.len()) } else { start };
        let span = Span {
            start: offset_in_string(&file.text, value.span, from),
            end: offset_in_string(&file.text, value.span, start.saturating_add(SENTINEL.len())),
        };
        told = told.saturating_add(1);
        let finding = report.at(file, span, "This text does not call Microsoft Sentinel by its name.");
        if azure {
            finding.severity(Severity::Warning);
        }
        finding.suggest("Change it to `Microsoft Sentinel`", edit::replace(file, span, "Microsoft Sentinel"));
    }
}
