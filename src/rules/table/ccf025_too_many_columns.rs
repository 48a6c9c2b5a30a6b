use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF025",
    name: "too-many-columns",
    severity: Severity::Warning,
    page: include_str!("ccf025_too_many_columns.md"),
    check: Check::Table(check),
};

/// How many columns a table may have, as far as is known.
const MOST: usize = 500;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let count = table.columns().count();
    let Some(member) = table.resource.member("/properties/schema/columns") else { return };
    if count > MOST {
        report.at(
            table.resource.file,
            member.key_span,
            format!("The table has {count} columns; more than {MOST} are probably refused."),
        );
    }
}
