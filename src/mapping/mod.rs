//! Events become rows: expressions over the event, and coercion to the column's type.

pub mod coerce;
pub mod jq;
pub mod loss;
mod number;
pub mod time;
