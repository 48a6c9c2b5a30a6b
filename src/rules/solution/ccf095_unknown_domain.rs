use super::category;
use crate::artifact::category::{DOMAINS, Membership, membership};
use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF095",
    name: "unknown-domain",
    severity: Severity::Error,
    page: include_str!("ccf095_unknown_domain.md"),
    check: Check::Metadata(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let Some(categories) = root.find("/categories") else {
        report.at(file, head(root), "The metadata has no `categories`, so the solution has no domain.");
        return;
    };
    let Some(domains) = categories.find("/domains") else {
        let span = if categories.as_object().is_some() { head(categories) } else { categories.span };
        report.at(file, span, "The `categories` have no `domains`.");
        return;
    };
    let Some(items) = domains.as_array() else {
        let message = format!("`domains` is {}, not an array.", domains.described());
        report.at(file, domains.span, message);
        return;
    };
    if items.is_empty() {
        report.at(file, domains.span, "The solution has no domain.");
    }
    for item in items {
        if report.is_full(file) {
            return;
        }
        let Some(text) = item.as_str().filter(|_| !is_blank(item)) else {
            report.at(
                file,
                item.span,
                format!("This domain is {}.", if is_blank(item) { "empty" } else { item.described() }),
            );
            continue;
        };
        let membership = membership(text, &DOMAINS);
        if membership == Membership::Known {
            continue;
        }
        let finding = report.at(file, item.span, format!("There is no domain {}.", quoted(text)));
        category::offer(finding, file, item, membership);
    }
}
