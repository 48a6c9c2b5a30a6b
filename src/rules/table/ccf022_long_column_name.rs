use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF022",
    name: "long-column-name",
    severity: Severity::Warning,
    page: include_str!("ccf022_long_column_name.md"),
    check: Check::Table(check),
};

/// How many characters the documentation allows.
const LONGEST: usize = 45;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    for column in table.columns() {
        let (Some(value), Some(name)) = (column.name_value(), column.name()) else { continue };
        let length = name.chars().count();
        if length > LONGEST {
            report.at(
                table.resource.file,
                value.span,
                format!(
                    "The column's name {} has {length} characters; the documented limit is {LONGEST}.",
                    quoted(name)
                ),
            );
        }
    }
}
