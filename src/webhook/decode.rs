//! From a verified body to JSON: inflate, unwrap, join.
//!
//! One document is not read here beyond its first byte, so that a body is walked over only once: the walk that
//! finds the columns' values checks it whole.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use crate::scan::{Malformed, Scanner};

use super::location;
use super::rejection::Rejection;
use super::source::{Form, Source};

/// The JSON of a verified body: one document, or an array of the documents of an NDJSON body.
///
/// `content_encoding` is the header of that name, and `max_bytes` what the body may have, as it came and
/// inflated. A document is an object or an array; other values are no delivery.
///
/// # Errors
///
/// [`Rejection::TooLarge`], [`Rejection::UnsupportedEncoding`], and [`Rejection::BodyMalformed`] with the
/// offset in the inflated and unwrapped body.
pub fn decode<'a>(
    source: &Source,
    content_encoding: Option<&str>,
    body: Cow<'a, [u8]>,
    max_bytes: usize,
) -> Result<Cow<'a, [u8]>, Rejection> {
    if body.len() > max_bytes {
        return Err(Rejection::TooLarge { limit: max_bytes });
    }
    let body = match content_encoding.map(str::trim) {
        None | Some("") => body,
        Some(coding) if coding.eq_ignore_ascii_case("identity") => body,
        Some(coding) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Cow::Owned(inflated(&body, max_bytes)?)
        }
        Some(coding) => {
            return Err(Rejection::UnsupportedEncoding { encoding: coding.chars().take(40).collect() });
        }
    };
    let body = unwrapped(source, body)?;
    // RFC 8259, 8.1, lets a reader pass over a byte order mark.
    let body = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Cow::Owned(rest.to_vec()),
        None => body,
    };
    match source.payload.form {
        Form::Json | Form::Form => {
            let mut scanner = Scanner::new(&body);
            scanner.white();
            is_container(&body, scanner.offset())?;
            Ok(body)
        }
        Form::Ndjson => Ok(Cow::Owned(joined(&body)?)),
    }
}

fn inflated(body: &[u8], max_bytes: usize) -> Result<Vec<u8>, Rejection> {
    let mut out = Vec::new();
    let bound = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    match MultiGzDecoder::new(body).take(bound).read_to_end(&mut out) {
        Ok(_) if out.len() > max_bytes => Err(Rejection::TooLarge { limit: max_bytes }),
        Ok(_) => Ok(out),
        Err(_) => Err(Rejection::BodyMalformed { offset: out.len(), message: "sound gzip" }),
    }
}

/// Takes the JSON out of the form field that holds it.
///
/// A source that sends JSON or a form, as its operator chose, is told apart by how the body begins: JSON
/// never begins with the field's name.
fn unwrapped<'a>(source: &Source, body: Cow<'a, [u8]>) -> Result<Cow<'a, [u8]>, Rejection> {
    let Some(field) = &source.payload.field else { return Ok(body) };
    let is_form = source.payload.form == Form::Form
        || body.strip_prefix(field.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'='));
    if !is_form {
        return Ok(body);
    }
    let mut fields = location::fields(&body, field);
    match (fields.next(), fields.next()) {
        (Some(json), None) => Ok(Cow::Owned(json.into_owned())),
        (Some(_), Some(_)) => {
            Err(Rejection::BodyMalformed { offset: 0, message: "one form field with the JSON, not several," })
        }
        (None, _) => Err(Rejection::BodyMalformed { offset: 0, message: "a form field with the JSON" }),
    }
}

/// Documents that stand one after the other, with or without line breaks between them, as one array.
fn joined(body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut out = Vec::with_capacity(body.len().saturating_add(2));
    out.push(b'[');
    let mut scanner = Scanner::new(body);
    scanner.white();
    while scanner.offset() < body.len() {
        is_container(body, scanner.offset())?;
        let document = scanner.skip()?;
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(body.get(document).unwrap_or_default());
        scanner.white();
    }
    out.push(b']');
    Ok(out)
}

/// Whether an object or an array begins at `at`.
fn is_container(body: &[u8], at: usize) -> Result<(), Rejection> {
    match body.get(at) {
        Some(b'{' | b'[') => Ok(()),
        _ => Err(Rejection::BodyMalformed { offset: at, message: "an object or an array" }),
    }
}

impl From<Malformed> for Rejection {
    fn from(malformed: Malformed) -> Self {
        Rejection::BodyMalformed { offset: malformed.offset, message: malformed.expected }
    }
}
