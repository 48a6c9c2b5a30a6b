use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::table::TableType;
use crate::edit;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF018",
    name: "unknown-column-type",
    severity: Severity::Error,
    page: include_str!("ccf018_unknown_column_type.md"),
    check: Check::Table(check),
};

/// How many of one table are reported: a table with more is made by a machine.
const SHOWN: usize = 100;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    let is_unknown = |text: &str| !text.trim().is_empty() && TableType::read(text).is_none();
    let unknown = table.columns().filter(|column| column.type_name().is_some_and(is_unknown));
    for column in unknown.take(SHOWN) {
        let (Some(value), Some(text)) = (column.type_value(), column.type_name()) else { continue };
        let names: Vec<String> = TableType::names().map(|name| format!("`{name}`")).collect();
        let names = names.join(", ");
        let finding = report.at(file, value.span, format!("{} is no type of a column.", quoted(text)));
        match TableType::nearest(text) {
            Some(kind) => {
                let wanted = kind.name();
                finding
                    .help(format!("Write `{wanted}`. The types are {names}."))
                    .suggest(format!("Write `{wanted}`"), edit::replace_string(file, value.span, wanted));
            }
            None => {
                finding.help(format!("The types are {names}."));
            }
        }
    }
}
