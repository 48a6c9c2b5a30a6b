use crate::artifact::folder::File;
use crate::artifact::resource::head;
use crate::artifact::solution::Solution;
use crate::artifact::version::Date;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF098",
    name: "publish-date-malformed",
    severity: Severity::Warning,
    page: include_str!("ccf098_publish_date_malformed.md"),
    check: Check::Metadata(check),
};

fn check(file: &File, _: &Solution<'_>, report: &mut Report) {
    let Some(root) = file.value().filter(|root| root.as_object().is_some()) else { return };
    let first = root.find("/firstPublishDate");
    let last = root.find("/lastPublishDate");
    if first.is_none() {
        report.at(file, head(root), "The metadata has no `firstPublishDate`.");
    }
    if last.is_none() {
        report
            .at(file, head(root), "The metadata has no `lastPublishDate`.")
            .severity(Severity::Info)
            .help("Add the date of the newest release; many published solutions do without.");
    }
    let first = first.and_then(|value| Some((value, date(file, "firstPublishDate", value, report)?)));
    let last = last.and_then(|value| Some((value, date(file, "lastPublishDate", value, report)?)));
    if let (Some((first, from)), Some((last, to))) = (first, last)
        && to < from
    {
        report
            .at(file, last.span, "`lastPublishDate` lies before `firstPublishDate`.")
            .help("Write the date of the newest release.")
            .related(file.id, first.span, "the first release");
    }
    let providers = root.find("/providers");
    let named = providers.and_then(Value::as_array).is_some_and(|items| !items.is_empty());
    if !named {
        let (span, message) = match providers {
            None => (head(root), "The metadata has no `providers`.".to_owned()),
            Some(value) if value.as_array().is_some() => (value.span, "`providers` is empty.".to_owned()),
            Some(value) => (value.span, format!("`providers` is {}, not an array.", value.described())),
        };
        report
            .at(file, span, message)
            .help("Name the company whose product sends the data: `[\"Larkspur Labs\"]`.");
    }
}

fn date(file: &File, name: &str, value: &Value, report: &mut Report) -> Option<Date> {
    let Some(text) = value.as_str() else {
        let message = format!("`{name}` is {}, not a string.", value.described());
        report.at(file, value.span, message);
        return None;
    };
    let date = Date::parse_iso(text);
    if date.is_none() {
        report.at(file, value.span, format!("`{name}` is {}, which is no date `YYYY-MM-DD`.", quoted(text)));
    }
    date
}
