//! From a verified body to JSON: inflate, unwrap, join.
//!
//! One document is not read here beyond its first byte, so that a body is walked over only once: the walk that
//! finds the columns' values checks it whole.

use std::borrow::Cow;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::read::MultiGzDecoder;

use crate::json::write_string;
use crate::scan::{Malformed, Scanner};

use super::cloudevents;
use super::delivery::{Delivery, Field};
use super::location;
use super::rejection::Rejection;
use super::source::{Form, Source};
use super::unpack::unpack;

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
    let body = plain(content_encoding, body, max_bytes)?;
    formed(source, body, max_bytes)
}

/// As [`decode`], with what else of a delivery may say how its body is to be read: the path, at a door of
/// several, and the headers of CloudEvents in binary mode.
///
/// # Errors
///
/// Those of [`decode`], and [`Rejection::HeaderRepeated`].
pub fn open<'a>(
    source: &Source,
    delivery: &Delivery<'_>,
    body: Cow<'a, [u8]>,
    max_bytes: usize,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let encoding = match delivery.headers.get("content-encoding") {
        Field::Absent => None,
        Field::Once(encoding) => Some(encoding),
        Field::Repeated => return Err(Rejection::HeaderRepeated { name: "content-encoding".to_owned() }),
    };
    let body = plain(encoding, body, max_bytes)?;
    let opened = match (source.door, source.payload.form) {
        (Some(door), _) => door.open(delivery, &body),
        (None, Form::CloudEvents) => cloudevents::envelope(delivery, &body).map(Ok),
        (None, _) => None,
    };
    match opened {
        Some(opened) => Ok(Cow::Owned(opened?)),
        None => formed(source, body, max_bytes),
    }
}

/// The body without its compression.
fn plain<'a>(
    content_encoding: Option<&str>,
    body: Cow<'a, [u8]>,
    max_bytes: usize,
) -> Result<Cow<'a, [u8]>, Rejection> {
    if body.len() > max_bytes {
        return Err(Rejection::TooLarge { limit: max_bytes });
    }
    match content_encoding.map(str::trim) {
        None | Some("") => Ok(body),
        Some(coding) if coding.eq_ignore_ascii_case("identity") => Ok(body),
        Some(coding) if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") => {
            Ok(Cow::Owned(inflated(&body, max_bytes)?))
        }
        Some(coding) => Err(Rejection::UnsupportedEncoding { encoding: coding.chars().take(40).collect() }),
    }
}

/// The JSON of a body without compression.
#[inline(never)]
fn formed<'a>(source: &Source, body: Cow<'a, [u8]>, max_bytes: usize) -> Result<Cow<'a, [u8]>, Rejection> {
    let body = unwrapped(source, body)?;
    // RFC 8259, 8.1, lets a reader pass over a byte order mark.
    let body = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Cow::Owned(rest.to_vec()),
        None => body,
    };
    match source.payload.form {
        Form::Jwt => {
            let text = std::str::from_utf8(&body).unwrap_or_default();
            let claims = text.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
            let claims = claims
                .ok_or(Rejection::BodyMalformed { offset: 0, message: "a JSON Web Token with an event" })?;
            is_container(&claims, 0)?;
            Ok(Cow::Owned(claims))
        }
        Form::Json | Form::Form | Form::CloudEvents => {
            let mut scanner = Scanner::new(&body);
            scanner.white();
            is_container(&body, scanner.offset())?;
            unpack(&source.payload.unpack, body, max_bytes)
        }
        Form::Ndjson => Ok(Cow::Owned(joined(&body)?)),
        // Such a product sends JSON in some of its webhooks; no form begins with a bracket, which it encodes.
        Form::Fields
            if is_container(&body, body.iter().take_while(|byte| byte.is_ascii_whitespace()).count())
                .is_ok() =>
        {
            unpack(&source.payload.unpack, body, max_bytes)
        }
        Form::Fields => Ok(Cow::Owned(fields_as_json(&body))),
    }
}

/// A form as an object: a field that stands once as a string, one that stands several times as an array.
#[inline(never)]
fn fields_as_json(body: &[u8]) -> Vec<u8> {
    let fields = location::sorted_fields(body);
    let mut out = b"{".to_vec();
    for same in fields.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((name, _)) = same.first() else { continue };
        out.extend_from_slice(if out.len() > 1 { b"," } else { b"" });
        write_string(&mut out, &String::from_utf8_lossy(name));
        out.extend_from_slice(if same.len() > 1 { b":[" } else { b":" });
        for (index, (_, value)) in same.iter().enumerate() {
            out.extend_from_slice(if index > 0 { b"," } else { b"" });
            write_string(&mut out, &String::from_utf8_lossy(value));
        }
        out.extend_from_slice(if same.len() > 1 { b"]" } else { b"" });
    }
    out.push(b'}');
    out
}

#[inline(never)]
pub(super) fn inflated(body: &[u8], max_bytes: usize) -> Result<Vec<u8>, Rejection> {
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
