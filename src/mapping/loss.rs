//! What a mapping loses: counted and named, never silent.

use std::fmt;

/// How many losses a reply and a log line spell out; all are counted.
pub const NAMED_LOSSES: usize = 20;

/// A value that did not reach its column as the sender sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The index of the row within the delivery, from 0.
    pub row: usize,
    /// The column's name.
    pub column: String,
    /// What happened.
    pub reason: LossReason,
}

/// Why a value did not reach its column as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LossReason {
    /// The value is of a type that the column cannot hold; the column is null.
    WrongType {
        /// What the column holds, such as `datetime`.
        wanted: &'static str,
        /// What the value is, such as `object`.
        found: &'static str,
    },
    /// The value is a number or an instant outside the column's range; the column is null.
    OutOfRange {
        /// The column's type.
        wanted: &'static str,
    },
    /// The text is not a value of the column's type, such as `soon` for a datetime; the column is null.
    NotA {
        /// The column's type.
        wanted: &'static str,
    },
    /// The number has a fraction and the column holds whole numbers; the column is null.
    Fraction {
        /// The column's type.
        wanted: &'static str,
    },
    /// The text is longer than Azure keeps and was cut at a character boundary.
    Cut {
        /// The length of the whole text in bytes of UTF-8.
        bytes: usize,
    },
    /// The column's jq expression failed on this event; the column is null.
    Expression {
        /// What jq said.
        message: String,
    },
}

impl LossReason {
    /// The reason as a word for programs. Unlike the sentence it never holds anything of the event.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongType { .. } => "wrong_type",
            Self::OutOfRange { .. } => "out_of_range",
            Self::NotA { .. } => "not_a",
            Self::Fraction { .. } => "fraction",
            Self::Cut { .. } => "cut",
            Self::Expression { .. } => "expression",
        }
    }
}

impl fmt::Display for LossReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType { wanted, found } => write!(f, "the value is of type {found}, not {wanted}"),
            Self::OutOfRange { wanted } => write!(f, "the value is outside the range of {wanted}"),
            Self::NotA { wanted } => write!(f, "the text is not a valid {wanted}"),
            Self::Fraction { wanted } => write!(f, "the number has a fraction, which {wanted} cannot hold"),
            Self::Cut { bytes } => write!(f, "the text has {bytes} bytes and was cut to 65536"),
            Self::Expression { message } => write!(f, "the expression failed: {message}"),
        }
    }
}
