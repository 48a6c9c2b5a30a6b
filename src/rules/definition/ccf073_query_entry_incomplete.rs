use crate::artifact::definition::Definition;
use crate::artifact::resource::{head, is_blank};
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF073",
    name: "query-entry-incomplete",
    severity: Severity::Error,
    page: include_str!("ccf073_query_entry_incomplete.md"),
    check: Check::Definition(check),
};

/// What the entries of the lists of queries have to have. Source: the API description of 2025-09-01, which does not know
/// `sampleQueries`; Microsoft's reference of connector definitions does.
const LISTS: [(&str, Severity, &[&str]); 3] = [
    ("graphQueries", Severity::Error, &["metricName", "legend", "baseQuery"]),
    ("dataTypes", Severity::Error, &["name", "lastDataReceivedQuery"]),
    ("sampleQueries", Severity::Warning, &["description", "query"]),
];

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let Some(config) = definition.config() else { return };
    for (list, severity, members) in LISTS {
        let entries = config.member(list).and_then(|member| member.value.as_array());
        for entry in entries.unwrap_or_default() {
            if entry.as_object().is_none() {
                let message = format!("This entry of `{list}` is {}, not an object.", entry.described());
                report.at(file, entry.span, message).severity(severity);
                continue;
            }
            for name in members {
                match entry.member(name) {
                    None => {
                        let message = format!("This entry of `{list}` has no `{name}`.");
                        report.at(file, head(entry), message).severity(severity);
                    }
                    Some(member) if is_blank(&member.value) => {
                        let message = format!("`{name}` is empty.");
                        report.at(file, member.value.span, message).severity(severity);
                    }
                    Some(member) if member.value.as_str().is_none() => {
                        let message = format!("`{name}` is {}, not a string.", member.value.described());
                        report.at(file, member.value.span, message).severity(severity);
                    }
                    Some(_) => {}
                }
            }
            let name = entry.member("name").filter(|_| list == "dataTypes").map(|member| &member.value);
            if let Some((value, text)) = name.and_then(|value| Some((value, value.as_str()?)))
                && has_blank_in_table(text)
            {
                report
                    .at(file, value.span, format!("The data type's name {} has a blank.", quoted(text)))
                    .severity(Severity::Warning);
            }
        }
    }
}

/// `CommonSecurityLog (Larkspur)` is how connectors say whose rows of a standard table they mean.
fn has_blank_in_table(name: &str) -> bool {
    let name = name.trim_end();
    let table = match name.split_once(" (") {
        Some((table, rest)) if rest.ends_with(')') => table,
        _ => name,
    };
    !table.is_empty() && table.contains(char::is_whitespace)
}
