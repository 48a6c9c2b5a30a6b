use super::likeness::nearest_of_few;
use crate::artifact::arm;
use crate::artifact::links::{CUSTOM, Tables, custom_table};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF100",
    name: "output-table-not-in-solution",
    severity: Severity::Error,
    page: include_str!("ccf100_output_table_not_in_solution.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    if solution.is_part() {
        return;
    }
    let tables = Tables::new(solution);
    if tables.any_nameless() {
        // The table may be the one that lacks its name.
        return;
    }
    for dcr in &solution.dcrs {
        let file = dcr.resource.file;
        for value in dcr.flows().filter_map(|flow| flow.output_stream()) {
            let Some(name) = arm::literal(value).and_then(custom_table) else { continue };
            // An output stream without `_CL` is wrong by itself, whatever tables there are.
            if !name.ends_with("_CL") || tables.has(name) {
                continue;
            }
            let stream = quoted(&format!("{CUSTOM}{name}"));
            let alike = tables.alike(name);
            if let Some((table, own)) = alike.and_then(|table| Some((table, table.own_name()?))) {
                // Else the table's name is wrong by itself: `Larkspur`, `Larkspur_cl`, `Custom-Larkspur_CL`, or not its
                // schema's.
                if own.eq_ignore_ascii_case(name) && own.ends_with("_CL") {
                    let mended = format!("{CUSTOM}{own}");
                    let message = format!(
                        "The output stream {stream} and the table {} differ in upper and lower case.",
                        quoted(own)
                    );
                    let place = table.resource.find("/name").map_or(table.resource.head(), |name| name.span);
                    report
                        .at(file, value.span, message)
                        .help(format!(
                            "Write {} here, or rename the table to {}.",
                            quoted(&mended),
                            quoted(name)
                        ))
                        .related(table.resource.file.id, place, "the table")
                        .suggest(
                            format!("Change the output stream to {}", quoted(&mended)),
                            edit::replace_string(file, value.span, &mended),
                        );
                }
                continue;
            }
            let finding = report.at(
                file,
                value.span,
                format!(
                    "No table {} is in the solution, but the output stream {stream} leads to it.",
                    quoted(name)
                ),
            );
            let near = match solution.tables.len() {
                1 => tables.names().next(),
                _ => nearest_of_few(name, tables.names()),
            };
            let table =
                near.and_then(|near| solution.tables.iter().find(|table| table.own_name() == Some(near)));
            if let Some((table, near)) = table.zip(near) {
                let mended = format!("{CUSTOM}{near}");
                let place = table.resource.find("/name").map_or(table.resource.head(), |name| name.span);
                finding.related(table.resource.file.id, place, "a table that is there").suggest(
                    format!("Change the output stream to {}", quoted(&mended)),
                    edit::replace_string(file, value.span, &mended),
                );
            }
        }
    }
}
