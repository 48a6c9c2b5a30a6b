use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::artifact::arm;
use crate::artifact::folder::File;
use crate::edit;
use crate::json::{Kind, Value};
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF027",
    name: "invalid-retention",
    severity: Severity::Error,
    page: include_str!("ccf027_invalid_retention.md"),
    check: Check::Table(check),
};

/// The total retention that Azure offers above two years, in days.
const YEARS: [i64; 10] = [1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383];

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let resource = &table.resource;
    let file = resource.file;
    let retention = resource.find("/properties/retentionInDays");
    let total = resource.find("/properties/totalRetentionInDays");
    let days = retention.and_then(|value| days(file, "retentionInDays", value, 730, report));
    let total_days = total.and_then(|value| self::days(file, "totalRetentionInDays", value, 4383, report));
    if let (Some(value), Some(count)) = (total, total_days)
        && count > 730
        && !YEARS.contains(&count)
    {
        let near = YEARS.into_iter().min_by_key(|year| year.abs_diff(count)).unwrap_or(count);
        report
            .at(file, value.span, format!("A total retention of {count} days is none that Azure offers."))
            .severity(Severity::Warning)
            .help(format!("Above 730 days it offers whole years: {}.", list()))
            .suggest(format!("Write {near}"), edit::replace(file, value.span, near.to_string()));
    }
    if let (Some(days), Some(total_days), Some(first), Some(second)) = (days, total_days, retention, total)
        && total_days != -1
        && days > total_days
    {
        report
            .at(
                file,
                second.span,
                format!("The total retention of {total_days} days is shorter than the retention of {days}."),
            )
            .help("The total counts from the same day: it is the retention and what comes after it in the archive.")
            .related(file.id, first.span, "the retention");
    }
    let plan = resource.find("/properties/plan").and_then(Value::as_str).unwrap_or_default();
    let is_short = ["Basic", "Auxiliary"].iter().any(|short| short.eq_ignore_ascii_case(plan));
    if let (Some(member), Some(_), true) = (resource.member("/properties/retentionInDays"), days, is_short)
        && let Some(properties) = resource.find("/properties")
    {
        report
            .at(
                file,
                member.key_span,
                format!("The retention of a table of the plan {} cannot be set.", quoted(plan)),
            )
            .severity(Severity::Warning)
            .help("Remove `retentionInDays`; `totalRetentionInDays` may stay.")
            .suggest("Remove `retentionInDays`", edit::remove(file, properties, member.key_span));
    }
}

/// The number of days, where it is one that Azure takes.
fn days(file: &File, name: &str, value: &Value, most: i64, report: &mut Report) -> Option<i64> {
    let help = format!("Write a number from 4 to {most}, or -1 for the workspace's own.");
    let count = match &value.kind {
        Kind::Number(digits) => digits.parse::<i64>().ok(),
        Kind::String(text) if arm::literal(value).is_some() => {
            let number = text.trim().parse::<i64>().ok();
            let finding = report.at(file, value.span, format!("`{name}` is a string: it must be a number."));
            finding.help(help);
            if let Some(number) = number {
                finding.fix(
                    format!("Write {number} without quotes"),
                    edit::replace(file, value.span, number.to_string()),
                );
            }
            return None;
        }
        Kind::String(_) | Kind::Null => return None,
        _ => {
            let message = format!("`{name}` must be a number, not {}.", value.described());
            report.at(file, value.span, message).help(help);
            return None;
        }
    };
    if let Some(count) = count.filter(|count| *count == -1 || (4..=most).contains(count)) {
        return Some(count);
    }
    report.at(file, value.span, format!("`{name}` is neither from 4 to {most} nor -1.")).help(help);
    None
}

fn list() -> String {
    YEARS.map(|year| year.to_string()).join(", ")
}
