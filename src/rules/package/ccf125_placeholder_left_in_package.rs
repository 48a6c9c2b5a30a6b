use crate::artifact::arm;
use crate::artifact::package::Package;
use crate::artifact::resource::Role;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};
use std::collections::HashSet;

pub(super) const RULE: Rule = Rule {
    code: "CCF125",
    name: "placeholder-left-in-package",
    severity: Severity::Error,
    page: include_str!("ccf125_placeholder_left_in_package.md"),
    check: Check::Solution(check),
};

/// More places than this are not looked for.
const MOST: usize = 100;

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(package) = Package::of(solution) else { return };
    // What the packager could not find in the sources is wrong there.
    let known: HashSet<&str> = solution
        .resources()
        .flat_map(|source| source.value.descendants())
        .filter_map(|value| value.as_str())
        .flat_map(arm::placeholders)
        .filter(|placeholder| !placeholder.is_found())
        .map(|placeholder| placeholder.name)
        .collect();
    let mut found = 0_usize;
    // The portal has placeholders of its own in definitions.
    for resource in package.resources.iter().filter(|resource| resource.role != Role::Definition) {
        for value in resource.value.descendants() {
            let Some(text) = value.as_str() else { continue };
            for placeholder in arm::placeholders(text) {
                let name = placeholder.name;
                let is_name =
                    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
                if name.is_empty() || !is_name || known.contains(name) {
                    continue;
                }
                found = found.saturating_add(1);
                if found > MOST {
                    return;
                }
                let span: Span = arm::place(package.file, value, placeholder.span);
                let message =
                    format!("The placeholder {} was not replaced.", quoted(&format!("{{{{{name}}}}}")));
                report.at(package.file, span, message);
            }
        }
    }
}
