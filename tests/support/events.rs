//! A rule whose stream takes the columns that every source fills by itself.

use serde_json::{Value, json};

pub const STREAM: &str = "Custom-Events";

/// The columns, each with its type.
pub const COLUMNS: [(&str, &str); 10] = [
    ("EventTime", "datetime"),
    ("EventType", "string"),
    ("Actor", "string"),
    ("SourceIp", "string"),
    ("Action", "string"),
    ("Target", "string"),
    ("Outcome", "string"),
    ("Severity", "string"),
    ("DeliveryId", "string"),
    ("Event", "dynamic"),
];

/// The rule's text, with these columns.
pub fn rule(columns: &[(&str, &str)]) -> String {
    let columns: Vec<Value> =
        columns.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    json!({
        "type": "Microsoft.Insights/dataCollectionRules",
        "properties": { "streamDeclarations": { STREAM: { "columns": columns } } },
    })
    .to_string()
}
