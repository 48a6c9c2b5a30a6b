use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF055",
    name: "parse-into-many-columns",
    severity: Severity::Warning,
    page: include_str!("ccf055_parse_into_many_columns.md"),
    check: Check::Transform(check),
};

/// How many columns one `parse` may make.
const LIMIT: usize = 10;

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    for parse in transform.outline.parses.iter().filter(|parse| parse.columns > LIMIT) {
        let message = format!("This `parse` makes {} columns; transformations take {LIMIT}.", parse.columns);
        report.at(transform.file(), transform.place(parse.span), message);
    }
}
