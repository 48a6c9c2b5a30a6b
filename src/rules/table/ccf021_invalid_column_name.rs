use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::is_standard_column;
use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF021",
    name: "invalid-column-name",
    severity: Severity::Error,
    page: include_str!("ccf021_invalid_column_name.md"),
    check: Check::Table(check),
};

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let wrong =
        table.columns().filter(|column| column.literal_name().is_some_and(|name| fault(name).is_some()));
    for column in wrong {
        if report.is_full(file) {
            return;
        }
        let (Some(value), Some(name)) = (column.name_value(), column.literal_name()) else { continue };
        let finding = report.at(
            file,
            value.span,
            format!("The column's name {} {}.", quoted(name), fault(name).unwrap_or_default()),
        );
        let mended: String = name.trim().chars().map(|char| if is_part(char) { char } else { '_' }).collect();
        let mended = mended.trim_start_matches('_');
        if mended.starts_with(|char: char| char.is_ascii_alphabetic()) && table.column(mended).is_none() {
            finding
                .help(format!(
                    "Name it {}, say, and write that name in the DCR's transformation and in queries too.",
                    quoted(mended)
                ))
                .suggest(
                    format!("Rename the column to {}", quoted(mended)),
                    edit::replace_string(file, value.span, mended),
                );
        }
    }
}

fn is_part(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// What keeps a text from being a column's name.
fn fault(name: &str) -> Option<String> {
    // CCF024 knows the columns that Azure itself has, CCF017 a slip in this name, CCF016 an empty one.
    let is_known = is_standard_column(name) || name.trim().eq_ignore_ascii_case("TimeGenerated");
    if name.trim().is_empty() || is_known {
        return None;
    }
    match name.chars().find(|char| !is_part(*char)) {
        Some(' ') => Some("has a blank in it".to_owned()),
        Some(char) => Some(format!("has {} in it", quoted(char.encode_utf8(&mut [0; 4])))),
        None if name.starts_with(|char: char| char.is_ascii_alphabetic()) => None,
        None => Some("does not start with a letter".to_owned()),
    }
}
