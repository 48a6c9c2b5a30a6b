//! What the files of a connector mean. No opinions here.

pub mod dcr;
pub mod schema;
