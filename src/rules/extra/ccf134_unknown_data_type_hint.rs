use crate::artifact::arm;
use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::edit;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};
use crate::text::{nearest, quoted};

pub(super) const RULE: Rule = Rule {
    code: "CCF134",
    name: "unknown-data-type-hint",
    severity: Severity::Warning,
    page: include_str!("ccf134_unknown_data_type_hint.md"),
    check: Check::Table(check),
};

const HINTS: [&str; 5] = ["armPath", "guid", "ip", "uri", "vector16"];

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = table.resource.file;
    for column in table.columns() {
        let Some(value) = column.value.member("dataTypeHint").map(|member| &member.value) else { continue };
        let Some(text) = arm::literal(value) else { continue };
        if HINTS.iter().any(|hint| hint.eq_ignore_ascii_case(text)) {
            continue;
        }
        let finding = report.at(file, value.span, format!("{} is no hint of a column's type.", quoted(text)));
        let near = match text.to_ascii_lowercase().as_str() {
            "url" => Some("uri"),
            "ipv4" | "ipv6" | "ipaddress" => Some("ip"),
            "uuid" => Some("guid"),
            _ => nearest(text, HINTS),
        };
        if let Some(near) = near {
            finding.suggest(format!("Write `{near}`"), edit::replace_string(file, value.span, near));
        }
    }
}
