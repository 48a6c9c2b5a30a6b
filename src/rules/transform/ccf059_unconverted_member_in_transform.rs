use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::{Kind, Origin, OutputColumn};
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF059",
    name: "unconverted-member-in-transform",
    severity: Severity::Info,
    page: include_str!("ccf059_unconverted_member_in_transform.md"),
    check: Check::Transform(check),
};

/// How many columns are named.
const NAMED: usize = 4;

fn check(transform: &Transform<'_>, solution: &Solution<'_>, report: &mut Report) {
    // With the table at hand its types decide; then this is no matter of taste.
    if transform.target.is_some() || !solution.is_part() || !transform.is_understood() {
        return;
    }
    let is_member = |column: &&OutputColumn| {
        column.origin == Origin::Member && column.certain && column.kind == Some(Kind::Dynamic)
    };
    let mut columns = transform.outline.output.columns.iter().filter(is_member);
    let Some(first) = columns.next() else { return };
    let place = first.span.map_or(transform.whole(), |span| transform.place(span));
    let rest: Vec<&OutputColumn> = columns.collect();
    let mut names = quoted(&first.name);
    for column in rest.iter().take(NAMED.saturating_sub(1)) {
        names.push_str(", ");
        names.push_str(&quoted(&column.name));
    }
    let message = match (rest.len(), rest.len().saturating_sub(NAMED.saturating_sub(1))) {
        (0, _) => format!("{names} is a member of a dynamic value, and dynamic itself."),
        (1..NAMED, _) => format!("{names} are members of dynamic values, and dynamic themselves."),
        (_, more) => {
            format!("{names} and {more} more are members of dynamic values, and dynamic themselves.")
        }
    };
    let finding = report.at(transform.file(), place, message);
    if let (true, Some(expression)) = (rest.is_empty(), first.expression) {
        finding.suggest("Convert it to a string", transform.wrap(expression, "tostring(", ")"));
    }
}
