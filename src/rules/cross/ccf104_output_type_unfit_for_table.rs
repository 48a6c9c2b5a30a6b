use super::types::mismatch;
use crate::artifact::solution::Solution;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::kql::Origin;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF104",
    name: "output-type-unfit-for-table",
    severity: Severity::Error,
    page: include_str!("ccf104_output_type_unfit_for_table.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    if transform.passes_through() || !transform.is_understood() {
        return;
    }
    let file = transform.file();
    for column in transform.outline.output.columns.iter().filter(|column| column.certain) {
        if report.is_full(file) {
            return;
        }
        let Some(mismatch) = mismatch(transform, &column.name, column.kind) else { continue };
        let place = column.span.map_or(transform.whole(), |span| transform.place(span));
        let finding = report.at(file, place, mismatch.message(transform, "The column"));
        mismatch.complete(transform, Some(column), finding);
        if column.origin == Origin::Member {
            finding.help(format!(
                "A member of a dynamic value is dynamic until it is converted. {}",
                finding.help
            ));
        }
    }
}
