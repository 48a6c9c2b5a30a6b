use crate::artifact::category::{self, Membership};
use crate::artifact::contact;
use crate::artifact::package::{Package, values_differ};
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::{Span, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF126",
    name: "package-metadata-invalid",
    severity: Severity::Error,
    page: include_str!("ccf126_package_metadata_invalid.md"),
    check: Check::Solution(check),
};

fn check(solution: &Solution<'_>, report: &mut Report) {
    let Some(package) = Package::of(solution) else { return };
    let Some(properties) = package.content.and_then(|content| content.find("/properties")) else { return };
    for key in ["support", "categories"] {
        // What the metadata has is wrong there.
        let ours = solution.metadata.and_then(|file| file.value()?.member(key));
        let theirs = properties.member(key);
        let same = ours
            .zip(theirs)
            .is_some_and(|(ours, theirs)| values_differ(&ours.value, &theirs.value, &[]).is_none());
        if same {
            continue;
        }
        for (span, message) in faults(properties, key) {
            report.at(package.file, span, message);
        }
    }
}

/// What the tests of Azure/Azure-Sentinel would refuse in a member of the solution's own resource.
pub(super) fn faults(properties: &Value, key: &str) -> Vec<(Span, String)> {
    match key {
        "support" => support(properties),
        "categories" => categories(properties),
        _ => Vec::new(),
    }
}

fn support(properties: &Value) -> Vec<(Span, String)> {
    let Some(support) = properties.find("/support").filter(|support| support.as_object().is_some()) else {
        return vec![(head(properties), "The solution has no `support`.".to_owned())];
    };
    let member = |name: &str| support.find(name).filter(|value| !is_blank(value));
    let mut faults = Vec::new();
    if member("/name").is_none() {
        faults.push((head(support), "The solution's `support` has no `name`.".to_owned()));
    }
    let (email, link) = (member("/email"), member("/link"));
    if email.is_none() && link.is_none() {
        faults.push((head(support), "The solution's `support` has neither `email` nor `link`.".to_owned()));
    }
    let wrong = |value: &Value, sound: fn(&str) -> bool| value.as_str().is_none_or(|text| !sound(text));
    if let Some(email) = email.filter(|email| wrong(email, contact::is_email)) {
        faults.push((email.span, "The `email` of the solution's `support` is no e-mail address.".to_owned()));
    }
    if let Some(link) = link.filter(|link| wrong(link, contact::is_link)) {
        faults.push((link.span, "The `link` of the solution's `support` is no web address.".to_owned()));
    }
    faults
}

fn categories(properties: &Value) -> Vec<(Span, String)> {
    let mut faults = Vec::new();
    let lists: [(&str, &str, &[&str]); 2] = [
        ("/categories/domains", "domain", &category::DOMAINS),
        ("/categories/verticals", "vertical", &category::VERTICALS),
    ];
    for (pointer, what, known) in lists {
        let items = properties.find(pointer).and_then(Value::as_array).unwrap_or_default();
        for (item, text) in items.iter().filter_map(|item| Some((item, item.as_str()?))).take(100) {
            if category::membership(text, known) != Membership::Known {
                faults.push((item.span, format!("The content hub has no {what} {}.", quoted(text))));
            }
        }
    }
    faults
}
