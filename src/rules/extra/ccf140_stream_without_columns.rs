use crate::artifact::dcr::Dcr;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF140",
    name: "stream-without-columns",
    severity: Severity::Error,
    page: include_str!("ccf140_stream_without_columns.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for stream in dcr.streams() {
        let name = quoted(stream.name());
        let declaration = &stream.member.value;
        if declaration.as_object().is_none() {
            let message = format!(
                "The declaration of the stream {name} is {}, not an object.",
                declaration.described()
            );
            report.at(file, declaration.span, message);
            continue;
        }
        let Some(columns) = declaration.member("columns") else {
            report.at(file, stream.member.key_span, format!("The stream {name} has no `columns`."));
            continue;
        };
        let Some(items) = columns.value.as_array() else {
            let message = format!(
                "The `columns` of the stream {name} are {}, not an array.",
                columns.value.described()
            );
            report.at(file, columns.value.span, message);
            continue;
        };
        if items.is_empty() {
            report.at(file, columns.value.span, format!("The stream {name} has no column."));
        }
        for item in items.iter().filter(|item| item.as_object().is_none()) {
            let message = format!("A column of the stream {name} is {}, not an object.", item.described());
            report.at(file, item.span, message);
        }
    }
}
