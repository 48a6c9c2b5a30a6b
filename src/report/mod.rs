//! How findings look to people and to tools.

pub mod text;
