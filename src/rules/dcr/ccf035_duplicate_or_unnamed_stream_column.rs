use crate::artifact::dcr::Dcr;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;
use std::collections::HashMap;

pub(super) const RULE: Rule = Rule {
    code: "CCF035",
    name: "duplicate-or-unnamed-stream-column",
    severity: Severity::Error,
    page: include_str!("ccf035_duplicate_or_unnamed_stream_column.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for stream in dcr.streams() {
        let place = format!("the stream {}", quoted(stream.name()));
        let mut names = HashMap::new();
        for column in stream.columns().filter(|column| column.value.as_object().is_some()) {
            if report.is_full(file) {
                return;
            }
            let Some(value) = column.name_value() else {
                report.at(file, head(column.value), format!("A column of {place} has no `name`."));
                continue;
            };
            let Some(name) = value.as_str() else {
                let message =
                    format!("The `name` of a column of {place} is {}, not a string.", value.described());
                report.at(file, value.span, message);
                continue;
            };
            if name.trim().is_empty() {
                report.at(file, value.span, format!("A column of {place} has an empty `name`."));
                continue;
            }
            let Some((first, first_name)) = names.insert(name.to_ascii_lowercase(), (column, name)) else {
                continue;
            };
            let first_span = first.name_value().map_or(first.value.span, |value| value.span);
            if first_name != name {
                report
                    .at(
                        file,
                        value.span,
                        format!(
                            "The columns {} and {} of {place} differ only in case.",
                            quoted(first_name),
                            quoted(name)
                        ),
                    )
                    .severity(Severity::Warning)
                    .help("Keep the one that the product sends. If it sends both, leave both and switch this rule off.")
                    .related(file.id, first_span, "the other column");
                continue;
            }
            let finding = report
                .at(file, value.span, format!("{} is a column of {place} already.", quoted(name)))
                .help("Remove or rename one of the two.")
                .related(file.id, first_span, "first declared here");
            let columns = stream.member.value.find("/columns");
            if let Some(columns) = columns {
                let edits = edit::remove(file, columns, column.value.span);
                if first.type_name() == column.type_name() {
                    finding.fix("Remove the second declaration", edits);
                } else {
                    finding.suggest("Remove the second declaration, which has another type", edits);
                }
            }
        }
    }
}
