//! Which names are those of the time when an event happened. The names are conventions of products and of Azure's
//! tables, not of a specification.

use crate::artifact::schema::{Column, ColumnType};
use crate::text::squeezed;

/// Words of times that are something else than when an event happened: `expires_at`, `nextRun`, `birth date`.
const OTHER: [&str; 21] = [
    "expires",
    "expiry",
    "expiration",
    "expire",
    "expired",
    "due",
    "end",
    "ends",
    "ended",
    "until",
    "birth",
    "birthday",
    "birthdate",
    "valid",
    "next",
    "last",
    "deleted",
    "scheduled",
    "first",
    "previous",
    "renewal",
];

/// The columns of a stream that look like the time of the event: those of type `datetime`, and those of other types
/// whose name speaks of a time. A name of another time is neither.
pub fn event_times(input: &[Column]) -> impl Iterator<Item = &Column> {
    input.iter().filter(|column| !names_another(&column.name)).filter(|column| match column.kind {
        ColumnType::Datetime => true,
        ColumnType::Boolean | ColumnType::Dynamic => false,
        _ => names_one(&column.name),
    })
}

/// Whether the last word of a name is one for an instant: `eventTime`, `created_at`, `@timestamp`, `ts`.
fn names_one(name: &str) -> bool {
    let squeezed = squeezed(name);
    let last =
        ["time", "timestamp", "datetime", "date", "createdat", "occurredat", "updatedat", "detectedat"];
    let not = ["runtime", "uptime", "downtime", "leadtime", "responsetime", "elapsedtime", "update"];
    squeezed == "ts"
        || last.iter().any(|word| squeezed.ends_with(word))
            && !not.iter().any(|word| squeezed.ends_with(word))
}

/// Whether a name is one for a time that is not when an event happened: `expires_at`, `validUntil`, `last_login`.
pub fn names_another(name: &str) -> bool {
    // Some write several words as one.
    let squeezed = squeezed(name);
    squeezed.contains("expir")
        || ["until", "validto", "dueat", "duedate"].iter().any(|end| squeezed.ends_with(end))
        || words(name).iter().any(|word| OTHER.contains(&word.as_str()))
}

/// The words of a name in lower case: `createdAt`, `created_at` and `created-at` have two.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut inside = false;
    let mut after_lower = false;
    for char in name.chars() {
        if !char.is_alphanumeric() {
            inside = false;
            continue;
        }
        if !inside || (after_lower && char.is_uppercase()) {
            words.push(String::new());
        }
        inside = true;
        after_lower = char.is_lowercase() || char.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(char.to_lowercase());
        }
    }
    words
}
