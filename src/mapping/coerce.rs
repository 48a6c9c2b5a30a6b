//! Coercion of a JSON value to the type of a column.
//!
//! The rules, each with an example that the tests run, are the tables of `docs/coercion.md`.
//! Values are copied as they are written wherever that is possible: this runs for every column of every event.

use super::loss::LossReason;
use super::number::{Number, Scaled};
use super::time::{Instant, TimeError};
use crate::artifact::schema::ColumnType;
use crate::json;

/// The longest text that Azure keeps in a field, in bytes of UTF-8.
///
/// Source: Microsoft, "Azure Monitor service limits", Logs Ingestion API: 64 KB for field values, longer ones
/// are truncated.
pub const LONGEST_TEXT: usize = 65_536;

/// Appends the value that a column of type `to` holds for the JSON value `raw`, and says what was lost.
///
/// `raw` is the text of one valid JSON value without white space around it, as the sender wrote it.
/// Exactly one JSON value is appended to `out`, whatever `raw` is; it is `null` where the value does not fit.
pub fn coerce(raw: &str, to: ColumnType, out: &mut Vec<u8>) -> Option<LossReason> {
    let value = match raw.as_bytes().first() {
        Some(b'"') => {
            let content = raw.strip_prefix('"').unwrap_or(raw);
            Value::String(content.strip_suffix('"').unwrap_or(content))
        }
        Some(b'{') => Value::Composite("object"),
        Some(b'[') => Value::Composite("array"),
        Some(b't' | b'f') => Value::Boolean,
        Some(b'-' | b'0'..=b'9') => Value::Number,
        _ => {
            write_null(out);
            return None;
        }
    };
    match (to, value) {
        (ColumnType::String | ColumnType::Dynamic, Value::String(content)) => copy_string(raw, content, out),
        (ColumnType::String, Value::Number | Value::Boolean) => write_text(raw, out),
        (ColumnType::String, Value::Composite(_)) => write_compact_text(raw, out),
        (ColumnType::Dynamic, Value::Number | Value::Boolean) => {
            out.extend_from_slice(raw.as_bytes());
            None
        }
        (ColumnType::Dynamic, Value::Composite(_)) => copy_composite(raw, out),
        (_, Value::Composite(found)) => wrong_type(to, found, out),
        (ColumnType::Boolean, Value::Boolean) => {
            out.extend_from_slice(raw.as_bytes());
            None
        }
        (_, Value::Boolean) => wrong_type(to, "boolean", out),
        (_, Value::Number) => scalar(raw, to, Written::Number, out),
        (_, Value::String(content)) => {
            let text = json::unescape(content);
            match text.trim_matches([' ', '\t', '\r', '\n']) {
                // Many senders write an empty text where they have no value: nothing is lost.
                "" => {
                    write_null(out);
                    None
                }
                text => scalar(text, to, Written::Text, out),
            }
        }
    }
}

/// A JSON value as far as its first byte tells.
enum Value<'a> {
    /// A string; this is what stands between its quotes.
    String(&'a str),
    Number,
    Boolean,
    /// An object or array, by its name.
    Composite(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Number,
    Text,
}

fn write_null(out: &mut Vec<u8>) {
    out.extend_from_slice(b"null");
}

fn wrong_type(to: ColumnType, found: &'static str, out: &mut Vec<u8>) -> Option<LossReason> {
    write_null(out);
    Some(LossReason::WrongType { wanted: to.name(), found })
}

/// A number, or the text of a string, for a column that holds neither text nor any value.
fn scalar(text: &str, to: ColumnType, written: Written, out: &mut Vec<u8>) -> Option<LossReason> {
    let wanted = to.name();
    let written_out = match to {
        ColumnType::Int => integer(text, 9, i128::from(i32::MIN), i128::from(i32::MAX), wanted, out),
        ColumnType::Long => integer(text, 18, i128::from(i64::MIN), i128::from(i64::MAX), wanted, out),
        ColumnType::Real => real(text, wanted, out),
        ColumnType::Boolean => boolean(text, written, wanted, out),
        ColumnType::Datetime => datetime(text, written, wanted, out),
        // Both take every value; `coerce` does not come here with them.
        ColumnType::String | ColumnType::Dynamic => Err(LossReason::NotA { wanted }),
    };
    written_out.err().inspect(|_| write_null(out))
}

fn integer(
    text: &str,
    safe_digits: usize,
    smallest: i128,
    largest: i128,
    wanted: &'static str,
    out: &mut Vec<u8>,
) -> Result<(), LossReason> {
    // What nearly every integer looks like: no more digits than fit in any case.
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() <= safe_digits
        && matches!(digits.as_bytes().first(), Some(b'1'..=b'9'))
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        out.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let number = Number::read(text).ok_or(LossReason::NotA { wanted })?;
    match number.scaled(0) {
        Scaled::Exact(value) if (smallest..=largest).contains(&value) => {
            write_integer(out, value);
            Ok(())
        }
        Scaled::Truncated(value) if (smallest..=largest).contains(&value) => {
            Err(LossReason::Fraction { wanted })
        }
        _ => Err(LossReason::OutOfRange { wanted }),
    }
}

fn write_integer(out: &mut Vec<u8>, value: i128) {
    if value < 0 {
        out.push(b'-');
    }
    let start = out.len();
    let mut rest = value.unsigned_abs();
    loop {
        out.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = out.get_mut(start..) {
        digits.reverse();
    }
}

fn real(text: &str, wanted: &'static str, out: &mut Vec<u8>) -> Result<(), LossReason> {
    Number::read(text).ok_or(LossReason::NotA { wanted })?;
    // Without an exponent it takes 309 digits to leave the range of a double.
    let surely_finite = text.len() < 300 && !text.contains(['e', 'E']);
    if !surely_finite && !text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(LossReason::OutOfRange { wanted });
    }
    out.extend_from_slice(text.as_bytes());
    Ok(())
}

fn boolean(text: &str, written: Written, wanted: &'static str, out: &mut Vec<u8>) -> Result<(), LossReason> {
    let value = match Number::read(text).map(|number| number.scaled(0)) {
        Some(Scaled::Exact(0)) => false,
        Some(Scaled::Exact(1)) => true,
        Some(_) if written == Written::Number => return Err(LossReason::OutOfRange { wanted }),
        None if text.eq_ignore_ascii_case("true") => true,
        None if text.eq_ignore_ascii_case("false") => false,
        _ => return Err(LossReason::NotA { wanted }),
    };
    out.extend_from_slice(if value { b"true" } else { b"false" });
    Ok(())
}

fn datetime(text: &str, written: Written, wanted: &'static str, out: &mut Vec<u8>) -> Result<(), LossReason> {
    let instant = match written {
        Written::Number => Instant::from_number(text),
        Written::Text => Instant::parse(text),
    };
    let instant = instant.map_err(|error| match error {
        TimeError::NotATime => LossReason::NotA { wanted },
        TimeError::OutOfRange => LossReason::OutOfRange { wanted },
    })?;
    out.push(b'"');
    instant.write(out);
    out.push(b'"');
    Ok(())
}

/// A string for a column that takes strings: as it is written, unless it is too long or not Unicode.
fn copy_string(raw: &str, content: &str, out: &mut Vec<u8>) -> Option<LossReason> {
    // An escape is never shorter than what it stands for.
    if content.len() <= LONGEST_TEXT && !has_lone_surrogate(content) {
        out.extend_from_slice(raw.as_bytes());
        return None;
    }
    out.push(b'"');
    let mut length = 0;
    for unit in Units(content) {
        length += unit.decoded;
        if length <= LONGEST_TEXT {
            out.extend_from_slice(unit.text.as_bytes());
        }
    }
    out.push(b'"');
    cut(length)
}

/// An object or array for a dynamic column: as it is written, or as a string when it is too long, because Azure
/// would cut it and leave what is no longer JSON.
fn copy_composite(raw: &str, out: &mut Vec<u8>) -> Option<LossReason> {
    let start = out.len();
    if raw.len() <= LONGEST_TEXT {
        if has_lone_surrogate(raw) {
            Units(raw).for_each(|unit| out.extend_from_slice(unit.text.as_bytes()));
        } else {
            out.extend_from_slice(raw.as_bytes());
        }
        return None;
    }
    for unit in compact(raw) {
        if out.len() - start + unit.text.len() > LONGEST_TEXT {
            out.truncate(start);
            return write_compact_text(raw, out);
        }
        out.extend_from_slice(unit.text.as_bytes());
    }
    None
}

/// The compact text of an object or array as a string.
fn write_compact_text(raw: &str, out: &mut Vec<u8>) -> Option<LossReason> {
    out.push(b'"');
    let mut length = 0;
    for unit in compact(raw) {
        for character in unit.text.chars() {
            length += character.len_utf8();
            if length > LONGEST_TEXT {
                continue;
            }
            if matches!(character, '"' | '\\') {
                out.push(b'\\');
            }
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    out.push(b'"');
    cut(length)
}

/// A number or boolean as a string. Neither needs an escape.
fn write_text(raw: &str, out: &mut Vec<u8>) -> Option<LossReason> {
    out.push(b'"');
    out.extend(raw.bytes().take(LONGEST_TEXT));
    out.push(b'"');
    cut(raw.len())
}

fn cut(bytes: usize) -> Option<LossReason> {
    (bytes > LONGEST_TEXT).then_some(LossReason::Cut { bytes })
}

/// One character of a JSON text, or one escape: a pair of surrogates is one.
struct Unit<'a> {
    /// As it is to be written: U+FFFD for a lone surrogate, else as it was.
    text: &'a str,
    /// The length in bytes of UTF-8 of what it stands for.
    decoded: usize,
}

/// The units of a JSON text. Backslashes stand only in strings, so that it may be of a string or of any value.
struct Units<'a>(&'a str);

impl<'a> Iterator for Units<'a> {
    type Item = Unit<'a>;

    fn next(&mut self) -> Option<Unit<'a>> {
        let (length, decoded, lone) = match self.0.strip_prefix('\\') {
            None => {
                let length = self.0.chars().next()?.len_utf8();
                (length, length, false)
            }
            Some(escape) => match code_unit(escape) {
                None => (2, 1, false),
                Some(0xd800..0xdc00) if low_surrogate_follows(self.0) => (12, 4, false),
                Some(0xd800..0xe000) => (6, 3, true),
                Some(unit) => (6, char::from_u32(unit).map_or(3, char::len_utf8), false),
            },
        };
        let (text, rest) = self.0.split_at_checked(length).unwrap_or((self.0, ""));
        self.0 = rest;
        Some(Unit { text: if lone { "\u{fffd}" } else { text }, decoded })
    }
}

/// The code unit of `uXXXX`, as it stands behind a backslash.
fn code_unit(escape: &str) -> Option<u32> {
    u32::from_str_radix(escape.strip_prefix('u')?.get(..4)?, 16).ok()
}

/// Whether the escape that follows the first six bytes of `text`, an escaped high surrogate, completes the pair.
fn low_surrogate_follows(text: &str) -> bool {
    let next = text.get(6..).and_then(|rest| rest.strip_prefix('\\')).and_then(code_unit);
    matches!(next, Some(0xdc00..0xe000))
}

fn has_lone_surrogate(text: &str) -> bool {
    // Few texts have escapes, and few of those are surrogates. Without an early end the loop is one of vectors.
    text.bytes().fold(false, |found, byte| found | (byte == b'\\'))
        && (text.contains("\\ud") || text.contains("\\uD"))
        && Units(text).any(|unit| unit.text == "\u{fffd}")
}

/// The units of a JSON value without the white space between its tokens.
fn compact(raw: &str) -> impl Iterator<Item = Unit<'_>> {
    let mut in_string = false;
    Units(raw).filter(move |unit| {
        if unit.text == "\"" {
            in_string = !in_string;
        }
        in_string || !matches!(unit.text, " " | "\t" | "\n" | "\r")
    })
}
