use super::missing::{alike, missing};
use super::types::mismatch;
use crate::artifact::solution::Solution;
use crate::artifact::table::is_standard_column;
use crate::artifact::transform::Transform;
use crate::edit;
use crate::finding::Severity;
use crate::json::string_or_null;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF103",
    name: "stream-column-unfit-for-table",
    severity: Severity::Error,
    page: include_str!("ccf103_stream_column_unfit_for_table.md"),
    check: Check::Transform(check),
};

fn check(transform: &Transform<'_>, _: &Solution<'_>, report: &mut Report) {
    let passing = transform.stream.filter(|_| transform.passes_through() && transform.is_understood());
    let Some(stream) = passing else { return };
    let file = transform.file();
    let target = transform.target.as_ref();
    for node in stream.columns() {
        if report.is_full(file) {
            return;
        }
        let (Some(name), Some(value)) = (node.name(), node.name_value()) else { continue };
        let column = transform.outline.output.column(name);
        if let Some(mismatch) = mismatch(transform, name, column.and_then(|column| column.kind)) {
            let place = node.type_value().map_or(value.span, |value| value.span);
            let finding = report.at(file, place, mismatch.message(transform, "The stream's column"));
            mismatch.complete(transform, None, finding);
            continue;
        }
        let Some(target) = target.filter(|target| target.is_complete && !transform.shares_stream) else {
            continue;
        };
        let added = target.table.is_none() && name.ends_with("_CF");
        if added || target.column(name).is_some() || name == "TimeGenerated" || is_standard_column(name) {
            continue;
        }
        let table = quoted(target.name);
        let message =
            format!("The stream's column {} is no column of the table {table}: it is lost.", quoted(name));
        let finding = report.at(file, value.span, message);
        finding.severity(Severity::Warning);
        missing(target, name, finding);
        if let (None, Some(table), Some(kind)) = (alike(target, name), target.table, node.type_name()) {
            let entry = format!(
                "{{ \"name\": {}, \"type\": {} }}",
                string_or_null(Some(name)),
                string_or_null(Some(kind))
            );
            if let (Some(columns), true) = (table.resource.find("/properties/schema/columns"), is_plain(name))
            {
                let edits = edit::append(table.resource.file, columns, &entry);
                finding.suggest("Add the column to the table", edits);
            }
        }
    }
}

/// Whether a table can have a column of that name.
fn is_plain(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
