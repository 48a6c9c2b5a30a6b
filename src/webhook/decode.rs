//! From a verified body to JSON: inflate, unwrap, check.
//!
//! What leaves here is sound JSON, so that whoever reads it next can skip without judging.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use super::location;
use super::rejection::Rejection;
use super::source::{Form, Source};

/// How deep objects and arrays may stand in one another. Real deliveries stay far below it, and readers
/// that recurse are safe with it.
pub const DEEPEST: u32 = 128;

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
    // RFC 8259 8.1 lets a reader pass over a byte order mark.
    let body = match body.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Cow::Owned(rest.to_vec()),
        None => body,
    };
    if let Err(error) = std::str::from_utf8(&body) {
        return Err(Rejection::BodyMalformed { offset: error.valid_up_to(), message: "no UTF-8" });
    }
    match source.payload.form {
        Form::Json | Form::Form => {
            let end = document(&body, 0)?;
            let end = space(&body, end);
            if end < body.len() {
                return Err(Rejection::BodyMalformed {
                    offset: end,
                    message: "something behind the document",
                });
            }
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
        Err(_) => Err(Rejection::BodyMalformed { offset: out.len(), message: "no sound gzip" }),
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
            Err(Rejection::BodyMalformed { offset: 0, message: "the form field with the JSON occurs twice" })
        }
        (None, _) => {
            Err(Rejection::BodyMalformed { offset: 0, message: "the form field with the JSON is missing" })
        }
    }
}

/// Documents that stand one after the other, with or without line breaks between them, as one array.
fn joined(body: &[u8]) -> Result<Vec<u8>, Rejection> {
    let mut out = Vec::with_capacity(body.len().saturating_add(2));
    out.push(b'[');
    let mut at = space(body, 0);
    while at < body.len() {
        let end = document(body, at)?;
        if out.len() > 1 {
            out.push(b',');
        }
        out.extend_from_slice(body.get(at..end).unwrap_or_default());
        at = space(body, end);
    }
    out.push(b']');
    Ok(out)
}

/// The offset behind the object or array that begins at `at` or behind white space there; it is checked
/// against RFC 8259 without recursion. The bytes are UTF-8.
fn document(json: &[u8], at: usize) -> Result<usize, Rejection> {
    let mut reader = Reader { json, at: space(json, at), objects: 0, depth: 0 };
    match reader.peek() {
        Some(b'{' | b'[') => reader.container(),
        Some(_) => Err(reader.expected("expected an object or an array")),
        None => Err(reader.expected("the body is empty")),
    }
}

fn space(json: &[u8], at: usize) -> usize {
    let rest = json.get(at..).unwrap_or_default();
    let count = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
    at.saturating_add(count)
}

struct Reader<'a> {
    json: &'a [u8],
    at: usize,
    /// The open containers, the innermost in the lowest bit: 1 is an object, 0 an array.
    objects: u128,
    depth: u32,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn space(&mut self) {
        // Most JSON on the wire has none.
        if self.peek().is_some_and(|byte| byte <= b' ') {
            self.at = space(self.json, self.at);
        }
    }

    fn expected(&self, message: &'static str) -> Rejection {
        let message =
            if self.at >= self.json.len() && self.at > 0 { "the JSON ends too early" } else { message };
        Rejection::BodyMalformed { offset: self.at, message }
    }

    /// Reads the container that begins here, to its end.
    fn container(&mut self) -> Result<usize, Rejection> {
        loop {
            // Here a value begins.
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    if self.depth >= DEEPEST {
                        return Err(self.expected("objects and arrays nested too deeply"));
                    }
                    self.depth = self.depth.saturating_add(1);
                    self.objects = (self.objects << 1) | u128::from(open == b'{');
                    self.step();
                    self.space();
                    let close = if open == b'{' { b'}' } else { b']' };
                    if self.peek() != Some(close) {
                        if open == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(b'"') => self.string()?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'n') => self.word(b"null")?,
                _ => return Err(self.expected("expected a value")),
            }
            // Here a value has ended, or an empty container is about to.
            loop {
                self.space();
                let in_object = self.objects & 1 == 1;
                match self.peek() {
                    Some(b',') => {
                        self.step();
                        self.space();
                        if in_object {
                            self.key()?;
                        }
                        break;
                    }
                    Some(b'}') if in_object => {}
                    Some(b']') if !in_object => {}
                    _ if in_object => return Err(self.expected("expected `,` or `}`")),
                    _ => return Err(self.expected("expected `,` or `]`")),
                }
                self.step();
                self.objects >>= 1;
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    return Ok(self.at);
                }
            }
        }
    }

    /// Reads a key and its colon.
    fn key(&mut self) -> Result<(), Rejection> {
        if self.peek() != Some(b'"') {
            return Err(self.expected("expected a key in quotes"));
        }
        self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return Err(self.expected("expected `:`"));
        }
        self.step();
        self.space();
        Ok(())
    }

    fn string(&mut self) -> Result<(), Rejection> {
        self.step();
        loop {
            let rest = self.json.get(self.at..).unwrap_or_default();
            self.at = self.at.saturating_add(plain(rest));
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(());
                }
                Some(b'\\') => {
                    self.step();
                    match self.peek() {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.step(),
                        Some(b'u') => {
                            self.step();
                            for _ in 0..4 {
                                if !self.peek().is_some_and(|byte| byte.is_ascii_hexdigit()) {
                                    return Err(self.expected("expected four hexadecimal digits"));
                                }
                                self.step();
                            }
                        }
                        _ => return Err(self.expected("no such escape")),
                    }
                }
                _ => return Err(self.expected("a control character in a string")),
            }
        }
    }

    fn digits(&mut self) -> Result<(), Rejection> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.step();
        }
        if self.at == start { Err(self.expected("expected a digit")) } else { Ok(()) }
    }

    fn number(&mut self) -> Result<(), Rejection> {
        if self.peek() == Some(b'-') {
            self.step();
        }
        if self.peek() == Some(b'0') {
            self.step();
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.step();
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.step();
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.step();
            }
            self.digits()?;
        }
        Ok(())
    }

    fn word(&mut self, word: &'static [u8]) -> Result<(), Rejection> {
        match self.json.get(self.at..).and_then(|rest| rest.strip_prefix(word)) {
            Some(_) => {
                self.at = self.at.saturating_add(word.len());
                Ok(())
            }
            None => Err(self.expected("expected a value")),
        }
    }
}

/// How many bytes stand before the first quote, backslash or control character: eight at a time, by the
/// [bit tricks](https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord) that find a byte in a word.
fn plain(text: &[u8]) -> usize {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let special = |byte: u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    let (words, _) = text.as_chunks::<8>();
    let clean = words
        .iter()
        .take_while(|bytes| {
            let word = u64::from_le_bytes(**bytes);
            let quote = zero(word ^ (LOW * 0x22));
            let backslash = zero(word ^ (LOW * 0x5c));
            let control = word.wrapping_sub(LOW * 0x20) & !word & HIGH;
            quote | backslash | control == 0
        })
        .count()
        .saturating_mul(8);
    let rest = text.get(clean..).unwrap_or_default();
    clean.saturating_add(rest.iter().position(|byte| special(*byte)).unwrap_or(rest.len()))
}
