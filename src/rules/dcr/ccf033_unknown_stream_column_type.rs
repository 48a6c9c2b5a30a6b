use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::resource::head;
use crate::artifact::schema::ColumnType;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF033",
    name: "unknown-stream-column-type",
    severity: Severity::Error,
    page: include_str!("ccf033_unknown_stream_column_type.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for stream in dcr.streams() {
        for column in stream.columns() {
            let name = match column.name() {
                Some(name) => format!("column {}", quoted(name)),
                None => "column".to_owned(),
            };
            let place = format!("The {name} of the stream {}", quoted(stream.name()));
            let Some(value) = column.type_value() else {
                // What is no object is reported as a broken declaration.
                if column.value.as_object().is_some() {
                    report.at(file, head(column.value), format!("{place} has no `type`."));
                }
                continue;
            };
            if value.as_str().is_none() {
                let message = format!("{place} has {} for a type, not a string.", value.described());
                report.at(file, value.span, message);
                continue;
            }
            let Some(kind) = literal(value) else { continue };
            // What tables call a type that streams have not is a mistake of its own.
            let of_tables = ["bool", "guid", "datetime"].iter().any(|other| kind.eq_ignore_ascii_case(other));
            if ColumnType::parse(kind).is_some() || of_tables {
                continue;
            }
            let finding = report.at(
                file,
                value.span,
                format!("{place} has the type {}, which streams do not have.", quoted(kind)),
            );
            if let Some(nearest) = ColumnType::nearest(kind) {
                finding.help(format!("Write `{}`. The types of a stream are `string`, `int`, `long`, `real`, `boolean`, `datetime` and `dynamic`.", nearest.name()));
                let title = format!("Write `{}`", nearest.name());
                let edits = edit::replace_string(file, value.span, nearest.name());
                if kind.eq_ignore_ascii_case(nearest.name()) {
                    finding.fix(title, edits);
                } else {
                    finding.suggest(title, edits);
                }
            }
        }
    }
}
