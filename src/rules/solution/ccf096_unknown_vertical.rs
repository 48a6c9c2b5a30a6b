use super::category;
use crate::artifact::category::{Membership, VERTICALS, membership};
use crate::artifact::folder::File;
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF096",
    name: "unknown-vertical",
    severity: Severity::Error,
    page: include_str!("ccf096_unknown_vertical.md"),
    check: Check::Metadata(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(verticals) = file.value().and_then(|root| root.find("/categories/verticals")) else { return };
    let Some(items) = verticals.as_array() else {
        let message = format!("`verticals` is {}, not an array.", verticals.described());
        report.at(file, verticals.span, message);
        return;
    };
    for item in items {
        if report.is_full(file) {
            return;
        }
        let Some(text) = item.as_str() else {
            report.at(file, item.span, format!("This vertical is {}, not a string.", item.described()));
            continue;
        };
        let membership = membership(text, &VERTICALS);
        if membership == Membership::Known {
            continue;
        }
        let finding = report.at(file, item.span, format!("There is no vertical {}.", quoted(text)));
        if !category::offer(finding, file, item, membership) {
            finding.suggest("Remove it", edit::remove(file, verticals, item.span));
        }
    }
}
