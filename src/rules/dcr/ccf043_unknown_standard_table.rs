use crate::artifact::dcr::Dcr;
use crate::artifact::dcr::Output;
use crate::artifact::solution::Solution;
use crate::artifact::standard;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::nearest;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF043",
    name: "unknown-standard-table",
    severity: Severity::Warning,
    page: include_str!("ccf043_unknown_standard_table.md"),
    check: Check::Dcr(check),
};

fn check(dcr: &Dcr<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = dcr.resource.file;
    for flow in dcr.flows() {
        let (Some(Output::Standard(name)), Some(value)) = (flow.output(), flow.output_stream()) else {
            continue;
        };
        if report.is_full(file) {
            return;
        }
        let known = standard::table(name);
        if known.is_some_and(|table| table.name == name) {
            continue;
        }
        if let Some(table) = known {
            let mended = format!("Microsoft-{}", table.name);
            report
                .at(
                    file,
                    value.span,
                    format!("Azure's table is called {}, not {}.", quoted(table.name), quoted(name)),
                )
                .help(format!("Write {}.", quoted(&mended)))
                .fix(format!("Write {}", quoted(&mended)), edit::replace_string(file, value.span, &mended));
            continue;
        }
        let finding = report.at(
            file,
            value.span,
            format!(
                "{} is none of the tables of Azure's own that are known to take rows from outside.",
                quoted(name)
            ),
        );
        if let Some(nearest) = nearest(name, standard::tables().map(|table| table.name)) {
            let mended = format!("Microsoft-{nearest}");
            finding.help(format!("Write {}, if that is the table.", quoted(&mended))).suggest(
                format!("Write {}", quoted(&mended)),
                edit::replace_string(file, value.span, &mended),
            );
        }
    }
}
