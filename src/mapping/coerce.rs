//! Coercion of a JSON value to the type of a column.
