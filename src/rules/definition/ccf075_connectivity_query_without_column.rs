use crate::artifact::definition::Definition;
use crate::artifact::solution::Solution;
use crate::finding::Severity;
use crate::json::Value;
use crate::rules::{Check, Report, Rule};

pub(super) const RULE: Rule = Rule {
    code: "CCF075",
    name: "connectivity-query-without-column",
    severity: Severity::Warning,
    page: include_str!("ccf075_connectivity_query_without_column.md"),
    check: Check::Definition(check),
};

fn check(definition: &Definition<'_>, _: &Solution<'_>, report: &mut Report) {
    let file = definition.resource.file;
    let entries = |list: &str| definition.find(list).and_then(Value::as_array).unwrap_or_default();
    for data_type in entries("/dataTypes") {
        let Some(query) = data_type.find("/lastDataReceivedQuery") else { continue };
        if lacks(query, "Time") {
            report
                .at(file, query.span, "The query `lastDataReceivedQuery` yields no column `Time`.")
                .help("End the query with `| summarize Time = max(TimeGenerated) | where isnotempty(Time)`.");
        }
    }
    for criterion in entries("/connectivityCriteria") {
        let kind = criterion.find("/type").and_then(Value::as_str).unwrap_or_default();
        let queries = criterion.find("/value").and_then(Value::as_array);
        if !kind.eq_ignore_ascii_case("IsConnectedQuery") {
            continue;
        }
        for query in queries.unwrap_or_default() {
            if lacks(query, "IsConnected") {
                report.at(file, query.span, "The query of `IsConnectedQuery` yields no column `IsConnected`.").help(
                    "End the query with `| summarize LastLogReceived = max(TimeGenerated) | project IsConnected = \
                     LastLogReceived > ago(7d)`.",
                );
            }
        }
    }
}

/// Whether a query does not even name a column. An empty query is another rule's.
fn lacks(query: &Value, column: &str) -> bool {
    let Some(text) = query.as_str().filter(|text| !text.trim().is_empty()) else { return false };
    let is_part = |char: char| char.is_alphanumeric() || char == '_';
    !text.split(|char| !is_part(char)).any(|word| word == column)
}
