use crate::artifact::arm::literal;
use crate::artifact::dcr::Dcr;
use crate::artifact::dcr::Output;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::artifact::standard;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF042",
    name: "output-stream-without-table",
    severity: Severity::Error,
    page: include_str!("ccf042_output_stream_without_table.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, solution: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for flow in dcr.flows().filter(|flow| flow.value.as_object().is_some()) {
        if report.is_full(file) {
            return;
        }
        let Some(value) = flow.output_stream() else {
            // Azure knows the table of its own streams.
            let own = |stream: &crate::json::Value| {
                stream.as_str().is_some_and(|name| name.starts_with("Microsoft-"))
            };
            if flow.streams().next().is_none() || !flow.streams().all(own) {
                report.at(file, head(flow.value), "This flow has no `outputStream`, so it reaches no table.");
            }
            continue;
        };
        if value.as_str().is_none() {
            let message = format!("`outputStream` is {}, not a string.", value.described());
            report.at(file, value.span, message);
            continue;
        }
        let Some(name) = literal(value).filter(|name| Output::of(name).is_none()) else { continue };
        let finding = report.at(
            file,
            value.span,
            format!("{} names no table: it is neither `Custom-…_CL` nor `Microsoft-…`.", quoted(name)),
        );
        if let Some(mended) = meant(name, solution) {
            finding.help(format!("Write {}, if that is the table.", quoted(&mended))).suggest(
                format!("Write {}", quoted(&mended)),
                edit::replace_string(file, value.span, &mended),
            );
        }
    }
}

/// The output stream that a name most likely stands for.
fn meant(name: &str, solution: &Solution<'_>) -> Option<String> {
    let prefixes = ["custom-", "microsoft-"];
    let prefix = prefixes.iter().find_map(|prefix| {
        let (head, stem) = name.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(stem)
    });
    let stem = prefix.unwrap_or(name).trim();
    if stem.is_empty() || stem.eq_ignore_ascii_case("_CL") {
        return None;
    }
    if let Some(table) = standard::table(stem) {
        return Some(format!("Microsoft-{}", table.name));
    }
    let bare = match stem.split_at_checked(stem.len().saturating_sub(3)) {
        Some((bare, suffix)) if suffix.eq_ignore_ascii_case("_cl") => bare,
        _ => stem,
    };
    let table = format!("{bare}_CL");
    // The solution's own spelling, where it has that table.
    let known = solution.tables.iter().take(1000).filter_map(|table| table.name());
    let known = known.filter(|known| known.ends_with("_CL")).find(|known| known.eq_ignore_ascii_case(&table));
    Some(format!("Custom-{}", known.unwrap_or(&table)))
}
