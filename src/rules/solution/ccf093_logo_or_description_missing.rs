use crate::artifact::folder::File;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF093",
    name: "logo-or-description-missing",
    severity: Severity::Error,
    page: include_str!("ccf093_logo_or_description_missing.md"),
    check: Check::DataFile(check),
};

/// What Azure-Sentinel's logo check refuses in an SVG image.
const REFUSED: [&str; 6] = ["style=", "cls=", "xmlns:xlink", "data-name", "xlink:href", "<title>"];

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let helps = [
        ("Logo", ""),
        ("Description", "Say in a sentence or two what the solution brings into Microsoft Sentinel."),
    ];
    for (name, help) in helps {
        let (span, message) = match root.member(name).map(|member| &member.value) {
            None => (head(root), format!("The data file has no `{name}`.")),
            Some(value) if value.as_str().is_none() => {
                (value.span, format!("`{name}` is {}, not a string.", value.described()))
            }
            Some(value) if is_blank(value) => (value.span, format!("`{name}` is empty.")),
            Some(value) => {
                if name == "Logo" {
                    check_logo(file, value, report);
                }
                continue;
            }
        };
        report.at(file, span, message).help(help);
    }
}

fn check_logo(file: &File, value: &Value, report: &mut Report) {
    let logo = value.as_str().unwrap_or_default();
    let lower = logo.to_ascii_lowercase();
    let problem = if lower.contains("<svg") {
        let refused = REFUSED.into_iter().find(|part| logo.contains(part));
        refused.map(|part| {
            let message = format!("The logo has `{part}`, which Azure-Sentinel's logo check refuses.");
            (message, "Remove it from the image; attributes such as `fill` can say the same.")
        })
    } else if !lower.contains("<img") {
        Some(("The logo is neither an `<img>` nor an `<svg>`.".to_owned(), ""))
    } else if lower.contains("://github.com/") && lower.contains("/blob/") {
        let help = "Link to the image itself, at `https://raw.githubusercontent.com/Azure/Azure-Sentinel/master/Logos/`.";
        Some(("The logo's address leads to a page, not to the image.".to_owned(), help))
    } else if !lower.contains("https://raw.githubusercontent.com/") {
        Some(("The logo does not come from the repository of Azure-Sentinel.".to_owned(), ""))
    } else if !lower.contains(".svg") {
        Some(("The logo is not an SVG image.".to_owned(), ""))
    } else {
        None
    };
    if let Some((message, help)) = problem {
        report.at(file, value.span, message).severity(Severity::Warning).help(help);
    }
}
