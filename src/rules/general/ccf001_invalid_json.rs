use crate::artifact::folder::{File, Flaw};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::Span;

pub(super) const RULE: Rule = Rule {
    code: "CCF001",
    name: "invalid-json",
    severity: Severity::Error,
    page: include_str!("ccf001_invalid_json.md"),
    check: Check::File(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    match file.flaw {
        Some(Flaw::TooLong(bytes)) => {
            report.at(file, Span::default(), format!("This file has {bytes} bytes and was not read.")).help(
                "Remove it from the connector's folder: artifacts of a connector stay far below 16 MiB.",
            );
            return;
        }
        Some(Flaw::NotUtf8(offset)) => {
            // In the lossy text everything up to the flaw stands where it stood.
            let end = offset.saturating_add('\u{fffd}'.len_utf8());
            report
                .at(file, Span { start: offset, end }, "From here on the file is not UTF-8.")
                .help("Save the file as UTF-8.");
        }
        None => {}
    }
    let Some(json) = &file.json else { return };
    if file.text.starts_with('\u{feff}') {
        let mark = Span { start: 0, end: '\u{feff}'.len_utf8() };
        report
            .at(file, mark, "The file starts with a byte order mark, which RFC 8259 forbids.")
            .severity(Severity::Warning)
            .help("Save the file as UTF-8 without a byte order mark.")
            .fix("Remove the byte order mark", edit::replace(file, mark, ""));
    }
    for error in &json.errors {
        let mut message = error.message.clone();
        if let Some(first) = message.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        report.at(file, error.span, format!("{message}."));
    }
}
