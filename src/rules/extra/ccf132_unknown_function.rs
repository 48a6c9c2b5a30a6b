use crate::artifact::arm;
use crate::artifact::resource::Resource;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF132",
    name: "unknown-function",
    severity: Severity::Warning,
    page: include_str!("ccf132_unknown_function.md"),
    check: Check::Resource(check),
};

/// How many calls of one expression are looked at: real ones have under twenty.
const CALLS: usize = 100;

fn check(resource: &Resource<'_>, _: &Solution<'_>, report: &mut Report) {
    for (value, text) in resource.strings() {
        let Some(expression) = arm::expression(text).filter(|expression| expression.fault.is_none()) else {
            continue;
        };
        let calls = expression.calls.iter().take(CALLS);
        for call in calls.filter(|call| !arm::is_function(call.name)) {
            let place = arm::place(resource.file, value, call.span);
            let finding =
                report.at(resource.file, place, format!("Azure has no function {}.", quoted(call.name)));
            if let Some(near) = nearest(call.name, arm::FUNCTIONS.split_whitespace()) {
                finding
                    .help(format!("Write {}, if that is meant.", quoted(near)))
                    .suggest(format!("Write {}", quoted(near)), edit::replace(resource.file, place, near));
            }
        }
    }
}
