use crate::artifact::dcr::Output;
use crate::artifact::solution::Solution;
use crate::artifact::table::is_standard_column;
use crate::artifact::transform::Transform;
use crate::finding::Severity;
use crate::rules::cross::types::mismatch;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF166",
    name: "kusto-result-unfit-for-table",
    severity: Severity::Error,
    page: include_str!("ccf166_kusto_result_unfit_for_table.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let Some(opinion) = transform.opinion.filter(|_| transform.is_understood()) else { return };
    // Behind a mistake the service guesses.
    if opinion.diagnostics.iter().any(|diagnostic| diagnostic.is_error) {
        return;
    }
    let file = transform.file();
    let output = &transform.outline.output;
    for column in &opinion.columns {
        if report.is_full(file) {
            return;
        }
        let name = column.name.as_str();
        let own = output.column(name).filter(|own| own.certain);
        let place = own.and_then(|own| own.span).map_or(transform.whole(), |span| transform.place(span));
        // What the outline knows is compared by other rules.
        if own.is_none_or(|own| own.kind.is_none())
            && let Some(mismatch) = mismatch(transform, name, column.kind)
        {
            let what = "For Microsoft's language service the column";
            let finding = report.at(file, place, mismatch.message(transform, what));
            mismatch.complete(transform, own, finding);
            continue;
        }
        let target = transform.target.as_ref().filter(|target| target.is_complete && own.is_none());
        let Some(target) = target else { continue };
        let added = target.table.is_none() && name.ends_with("_CF");
        if added || target.column(name).is_some() || name == "TimeGenerated" || is_standard_column(name) {
            continue;
        }
        let message = format!(
            "For Microsoft's language service a column {} comes out, which the table {} does not have: it is lost.",
            quoted(name),
            quoted(target.name)
        );
        report.at(file, place, message).severity(Severity::Warning);
    }
    let custom = matches!(transform.flow.output(), Some(Output::Custom(_)));
    let has_time = opinion.columns.iter().any(|column| column.name == "TimeGenerated");
    if custom && !has_time && !output.complete && output.column("TimeGenerated").is_none() {
        let message = "For Microsoft's language service no column `TimeGenerated` comes out.";
        report.at(file, transform.whole(), message);
    }
}
