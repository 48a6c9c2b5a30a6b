use crate::artifact::contact::{is_email, is_link};
use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::edit;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::required::{Owner, text_flaw};
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF097",
    name: "support-incomplete",
    severity: Severity::Error,
    page: include_str!("ccf097_support_incomplete.md"),
    check: Check::Metadata(check),
};

const TIERS: [&str; 3] = ["Microsoft", "Partner", "Community"];

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let Some(support) = root.find("/support") else {
        report.at(file, head(root), "The metadata has no `support`.");
        return;
    };
    if support.as_object().is_none() {
        let message = format!("`support` is {}, not an object.", support.described());
        report.at(file, support.span, message);
        return;
    }
    for name in ["name", "tier"] {
        if let Some((span, message)) = text_flaw(support, name, Owner::The("support")) {
            report.at(file, span, message);
        }
    }
    check_tier(file, support, report);
    let says = |name: &str| support.member(name).map(|member| &member.value).filter(|value| !is_blank(value));
    let (email, link) = (says("email"), says("link"));
    if email.is_none() && link.is_none() {
        report.at(file, head(support), "The support has neither an `email` nor a `link`.");
    }
    if let Some(email) = email.filter(|value| !value.as_str().is_some_and(is_email)) {
        let message = match email.as_str() {
            Some(text) => format!("{} is no e-mail address.", quoted(text)),
            None => format!("The support's `email` is {}, not a string.", email.described()),
        };
        report.at(file, email.span, message);
    }
    if let Some(link) = link.filter(|value| !value.as_str().is_some_and(is_link)) {
        let message = match link.as_str() {
            Some(text) => format!("{} is no web address.", quoted(text)),
            None => format!("The support's `link` is {}, not a string.", link.described()),
        };
        let finding = report.at(file, link.span, message);
        let mended = link.as_str().map(|text| format!("https://{}", text.trim()));
        if let Some(mended) = mended.filter(|text| is_link(text) && text.contains('.')) {
            finding.suggest(
                format!("Change it to {}", quoted(&mended)),
                edit::replace_string(file, link.span, &mended),
            );
        }
    }
}

fn check_tier(file: &File, support: &Value, report: &mut Report) {
    let tier = support.member("tier").map(|member| &member.value).filter(|value| !is_blank(value));
    let Some((value, text)) = tier.and_then(|value| Some((value, value.as_str()?))) else { return };
    if TIERS.contains(&text) {
        return;
    }
    if let Some(known) = TIERS.into_iter().find(|known| known.eq_ignore_ascii_case(text)) {
        report
            .at(file, value.span, format!("The tier {} differs from `{known}` in its case.", quoted(text)))
            .severity(Severity::Warning)
            .fix(format!("Change it to `{known}`"), edit::replace_string(file, value.span, known));
        return;
    }
    let finding = report.at(file, value.span, format!("There is no support tier {}.", quoted(text)));
    if let Some(known) = nearest(text, TIERS) {
        finding.suggest(format!("Change it to `{known}`"), edit::replace_string(file, value.span, known));
    }
}
