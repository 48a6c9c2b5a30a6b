use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF034",
    name: "table-type-in-stream",
    severity: Severity::Error,
    page: include_str!("ccf034_table_type_in_stream.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for stream in dcr.streams() {
        for column in stream.columns() {
            let Some(value) = column.type_value() else { continue };
            let Some(kind) = literal(value) else { continue };
            let right = match kind.to_ascii_lowercase().as_str() {
                "bool" => "boolean",
                "guid" => "string",
                "datetime" if kind != "datetime" => "datetime",
                _ => continue,
            };
            let name = quoted(column.name().unwrap_or_default());
            let finding = report.at(
                file,
                value.span,
                match right {
                    "string" => format!(
                        "The column {name} of the stream {} has the type {}, which tables have and streams do not.",
                        quoted(stream.name()),
                        quoted(kind)
                    ),
                    right => format!(
                        "The column {name} of the stream {} has the type {}, which streams call `{right}`.",
                        quoted(stream.name()),
                        quoted(kind)
                    ),
                },
            );
            let edits = edit::replace_string(file, value.span, right);
            if right == "string" {
                finding.help(
                    "Write `string`, and where the table's column is a `guid` convert it in the transform: `toguid(…)`.",
                );
                finding.suggest("Write `string`", edits);
            } else {
                finding.help(format!("Write `{right}`.")).fix(format!("Write `{right}`"), edits);
            }
        }
    }
}
