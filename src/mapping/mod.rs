//! Events become rows: expressions over the event, and coercion to the column's type.
//!
//! An operator writes one language, jq. What most people write (paths, `//`, literals, variables) is lowered to
//! a plan that reads the body once; everything else runs on jaq. Both give the same values.

pub mod coerce;
pub mod jq;
pub mod loss;
mod number;
pub mod plan;
pub mod time;

mod expr;
