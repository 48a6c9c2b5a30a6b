//! Members of a verified body that hold more JSON than shows: as text, in base64, compressed.
//!
//! What was packed takes the place of the string, so that expressions see one document. What turns out to be
//! no JSON stays text, and what is no text stays as it was sent: nothing is lost for being odd.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine as _;

use crate::json::{unescape, write_string};
use crate::scan::{Malformed, Scanner, Start};

use super::decode::inflated;
use super::rejection::Rejection;
use super::secret::BASE64;

/// A member that holds JSON as a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The way to it: names, and `*` for every element of an array.
    pub at: Vec<String>,
    /// Whether the string is base64, of text or of gzip.
    pub base64: bool,
    /// Whether it holds any number of documents, or lines: then an array takes its place.
    pub many: bool,
}

/// The body with every packed member replaced, if it has no more than `max_bytes` then.
#[inline(never)]
pub(super) fn unpack<'a>(
    packed: &[Packed],
    body: Cow<'a, [u8]>,
    max_bytes: usize,
) -> Result<Cow<'a, [u8]>, Rejection> {
    let mut body = body;
    for packed in packed {
        let mut found = Vec::new();
        let mut scanner = Scanner::new(&body);
        scanner.white();
        find(&body, &mut scanner, &packed.at, &mut found)?;
        if found.is_empty() {
            continue;
        }
        let mut out = Vec::with_capacity(body.len());
        let mut copied = 0;
        for range in found {
            let quoted = body.get(range.clone()).unwrap_or_default();
            out.extend_from_slice(body.get(copied..range.start).unwrap_or_default());
            match content(packed, quoted, max_bytes)? {
                Some(content) => write(&mut out, &content, packed.many),
                None if packed.many => out.extend_from_slice(&[b"[", quoted, b"]"].concat()),
                None => out.extend_from_slice(quoted),
            }
            copied = range.end;
            if out.len() > max_bytes {
                return Err(Rejection::TooLarge { limit: max_bytes });
            }
        }
        out.extend_from_slice(body.get(copied..).unwrap_or_default());
        body = Cow::Owned(out);
    }
    Ok(body)
}

/// Collects the strings at the end of the way, in the order of the body, and passes the value. As deep as the way is long, which
/// the source decides.
#[inline(never)]
fn find(
    body: &[u8],
    scanner: &mut Scanner<'_>,
    way: &[String],
    found: &mut Vec<Range<usize>>,
) -> Result<(), Malformed> {
    let Some((step, rest)) = way.split_first() else {
        let value = scanner.skip()?;
        if body.get(value.start) == Some(&b'"') {
            found.push(value);
        }
        return Ok(());
    };
    match scanner.start()? {
        Start::Array if step == "*" => {
            let mut more = scanner.open(b']')?;
            while more {
                find(body, scanner, rest, found)?;
                more = scanner.next(b']')?;
            }
        }
        Start::Object => {
            let mut more = scanner.open(b'}')?;
            while more {
                let key = scanner.key()?;
                if body.get(key) == Some(step.as_bytes()) {
                    find(body, scanner, rest, found)?;
                } else {
                    scanner.skip()?;
                }
                more = scanner.next(b'}')?;
            }
        }
        Start::Array | Start::Null | Start::Scalar => {
            scanner.skip()?;
        }
    }
    Ok(())
}

/// What a string in its quotes holds; `None` when it is left as it is.
#[inline(never)]
fn content(packed: &Packed, quoted: &[u8], max_bytes: usize) -> Result<Option<Vec<u8>>, Rejection> {
    let inner = quoted.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or_default();
    let Ok(text) = std::str::from_utf8(inner) else { return Ok(None) };
    let text = unescape(text);
    if !packed.base64 {
        return Ok(Some(text.into_owned().into_bytes()));
    }
    let Ok(bytes) = BASE64.decode(text.as_bytes()) else { return Ok(None) };
    let bytes = if bytes.starts_with(b"\x1f\x8b") { inflated(&bytes, max_bytes)? } else { bytes };
    Ok(if std::str::from_utf8(&bytes).is_ok() { Some(bytes) } else { None })
}

/// Writes what was packed as JSON.
#[inline(never)]
fn write(out: &mut Vec<u8>, content: &[u8], many: bool) {
    let documents = documents(content);
    match (documents.as_deref(), many) {
        (Some([one]), false) => out.extend_from_slice(one),
        (_, false) => write_string(out, &String::from_utf8_lossy(content)),
        (Some(documents), true) => {
            out.push(b'[');
            out.extend_from_slice(&documents.join(&b','));
            out.push(b']');
        }
        (None, true) => {
            out.push(b'[');
            let text = String::from_utf8_lossy(content);
            for (index, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                write_string(out, line);
            }
            out.push(b']');
        }
    }
}

/// Objects and arrays one after the other; `None` when there is anything else.
fn documents(content: &[u8]) -> Option<Vec<&[u8]>> {
    let mut documents = Vec::new();
    let mut scanner = Scanner::new(content);
    scanner.white();
    while scanner.offset() < content.len() {
        if !matches!(scanner.start(), Ok(Start::Object | Start::Array)) {
            return None;
        }
        documents.push(content.get(scanner.skip().ok()?)?);
        scanner.white();
    }
    Some(documents)
}
