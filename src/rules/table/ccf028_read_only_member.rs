use crate::artifact::solution::Solution;
use crate::artifact::table::Table;
use crate::finding::Severity;
use crate::rules::{Check, Report, Rule};

use crate::edit;
use crate::json::Value;
use crate::text::quoted;

pub(super) const RULE: Rule = Rule {
    code: "CCF028",
    name: "read-only-member",
    severity: Severity::Warning,
    page: include_str!("ccf028_read_only_member.md"),
    check: Check::Table(check),
};

/// What Azure writes into a table's properties, a schema and a column.
const PROPERTIES: [&str; 6] = [
    "provisioningState",
    "resultStatistics",
    "lastPlanModifiedDate",
    "archiveRetentionInDays",
    "retentionInDaysAsDefault",
    "totalRetentionInDaysAsDefault",
];
const SCHEMA: [&str; 7] =
    ["categories", "labels", "solutions", "source", "standardColumns", "tableSubType", "tableType"];
const COLUMN: [&str; 2] = ["isDefaultDisplay", "isHidden"];

/// How many columns of one table are reported: exported tables have such members in every one.
const SHOWN: usize = 100;

fn check(table: &Table<'_>, _: &Solution<'_>, report: &mut Report) {
    let mut tell = |object: &Value, names: &[&str]| {
        for name in names {
            let Some(member) = object.member(name) else { continue };
            report
                .at(
                    table.resource.file,
                    member.key_span,
                    format!("{} is read-only: Azure sets it.", quoted(&member.key)),
                )
                .fix(
                    format!("Remove {}", quoted(&member.key)),
                    edit::remove(table.resource.file, object, member.key_span),
                );
        }
    };
    if let Some(properties) = table.resource.find("/properties") {
        tell(properties, &PROPERTIES);
    }
    if let Some(schema) = table.resource.find("/properties/schema") {
        tell(schema, &SCHEMA);
    }
    let has_any = |object: &Value| COLUMN.iter().any(|name| object.member(name).is_some());
    table.columns().filter(|column| has_any(column.value)).take(SHOWN).for_each(|column| tell(column.value, &COLUMN));
}
