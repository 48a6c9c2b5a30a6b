use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::arm;
use crate::edit;
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF026",
    name: "unknown-table-plan",
    severity: Severity::Error,
    page: include_str!("ccf026_unknown_table_plan.md"),
    check: Check::Table(check),
};

const PLANS: [&str; 3] = ["Analytics", "Basic", "Auxiliary"];

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &table.resource;
    let Some(value) = resource.find("/properties/plan") else { return };
    let Some(text) = value.as_str() else {
        report.at(resource.file, value.span, format!("`plan` must be a string, not {}.", value.described()));
        return;
    };
    if arm::literal(value).is_none() {
        return;
    }
    let known = PLANS.iter().find(|plan| plan.eq_ignore_ascii_case(text));
    match known {
        // Only the package has the old version of the API.
        Some(&"Auxiliary") if resource.is_packaged() => {
            report
                .at(
                    resource.file,
                    value.span,
                    "The API version that the packager writes has no plan `Auxiliary`.",
                )
                .severity(Severity::Warning)
                .help("Write `Basic`, or check with the people who publish the package.");
        }
        Some(plan) if *plan != text => {
            report
                .at(resource.file, value.span, format!("The plan {} is written `{plan}`.", quoted(text)))
                .severity(Severity::Warning)
                .help(format!("Write `{plan}`."))
                .fix(format!("Write `{plan}`"), edit::replace_string(resource.file, value.span, plan));
        }
        Some(_) => {}
        None => {
            let finding =
                report.at(resource.file, value.span, format!("{} is no plan of a table.", quoted(text)));
            if let Some(plan) = nearest(text, PLANS) {
                finding.suggest(
                    format!("Write `{plan}`"),
                    edit::replace_string(resource.file, value.span, plan),
                );
            }
        }
    }
}
