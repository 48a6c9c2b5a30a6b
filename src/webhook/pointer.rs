//! The value at a JSON pointer, found in the bytes without building a tree.
//!
//! The bytes may come from a stranger: the scan is linear, never recurses and stops behind the value. What
//! follows it is not looked at.

use std::borrow::Cow;

use crate::json;
use crate::scan::{Scanner, Start};

/// The longest string or number that is given back, in bytes as it is written.
const LONGEST: usize = 8192;

/// A JSON pointer as RFC 6901 defines it, split into its tokens once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer {
    text: String,
    tokens: Vec<String>,
}

impl Pointer {
    /// Reads a pointer such as `/data/events/0`; `None` when it does not begin with `/` or has a `~` that is
    /// neither `~0` nor `~1`. The empty pointer, which means the whole document, is no use here and refused.
    pub fn read(text: &str) -> Option<Pointer> {
        let tokens = text.strip_prefix('/')?.split('/').map(unescaped).collect::<Option<Vec<String>>>()?;
        Some(Pointer { text: text.to_owned(), tokens })
    }

    /// The pointer as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value's bytes, quotes or brackets included. Of members with the same key the first counts.
    pub fn find<'a>(&self, json: &'a [u8]) -> Option<&'a [u8]> {
        let mut scanner = Scanner::new(json);
        scanner.white();
        for token in &self.tokens {
            match scanner.start().ok()? {
                Start::Object => member(json, &mut scanner, token)?,
                Start::Array => element(&mut scanner, token)?,
                Start::Null | Start::Scalar => return None,
            }
        }
        json.get(scanner.skip().ok()?)
    }

    /// The value as text, when it is a string or a number. Strings have their escapes resolved.
    pub fn text<'a>(&self, json: &'a [u8]) -> Option<Cow<'a, str>> {
        let raw = self.find(json)?;
        if raw.len() > LONGEST {
            return None;
        }
        match raw.first()? {
            b'"' => string(raw.get(1..raw.len().checked_sub(1)?)?),
            b'-' | b'0'..=b'9' => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
            _ => None,
        }
    }
}

/// Resolves `~1` and `~0`.
fn unescaped(token: &str) -> Option<String> {
    let mut out = String::with_capacity(token.len());
    let mut parts = token.split('~');
    out.push_str(parts.next()?);
    for part in parts {
        let (escape, rest) = part.split_at_checked(1)?;
        out.push(match escape {
            "0" => '~',
            "1" => '/',
            _ => return None,
        });
        out.push_str(rest);
    }
    Some(out)
}

/// Moves to the value of the member `key` of the object that begins here.
fn member(json: &[u8], scanner: &mut Scanner, key: &str) -> Option<()> {
    let mut more = scanner.open(b'}').ok()?;
    while more {
        let name = json.get(scanner.key().ok()?)?;
        if name == key.as_bytes() || (name.contains(&b'\\') && string(name).is_some_and(|name| name == key)) {
            return Some(());
        }
        scanner.skip().ok()?;
        more = scanner.next(b'}').ok()?;
    }
    None
}

/// Moves to the element with the number `token` of the array that begins here.
fn element(scanner: &mut Scanner, token: &str) -> Option<()> {
    let plain = token == "0"
        || (!token.starts_with('0') && !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()));
    let index = if plain { token.parse::<usize>().ok()? } else { return None };
    let mut more = scanner.open(b']').ok()?;
    for _ in 0..index {
        if !more {
            return None;
        }
        scanner.skip().ok()?;
        more = scanner.next(b']').ok()?;
    }
    more.then_some(())
}

/// What a string that the scanner has passed means, given what stands between its quotes.
fn string(inner: &[u8]) -> Option<Cow<'_, str>> {
    std::str::from_utf8(inner).ok().map(json::unescape)
}
