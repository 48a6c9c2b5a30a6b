//! The members of one object of a body, without building a tree of it.

use std::borrow::Cow;

use crate::json;
use crate::scan::{Malformed, Scanner, Start};
use crate::webhook::rejection::Rejection;

/// How many members an object may have: each is compared with those before it, and who sends them is not known yet.
const MEMBERS: usize = 512;

/// The members of an object in which no name stands twice.
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a [u8])>);

impl<'a> Members<'a> {
    /// Reads the object that a text is; what the members hold is passed over, but must be sound.
    #[inline(never)]
    pub(super) fn read(text: &'a [u8]) -> Result<Members<'a>, Rejection> {
        let mut members: Vec<(Cow<'a, str>, &'a [u8])> = Vec::new();
        let mut scanner = Scanner::new(text);
        scanner.white();
        if scanner.start()? != Start::Object {
            return Err(expected(scanner.offset(), "an object"));
        }
        let mut more = scanner.open(b'}')?;
        while more {
            let key = scanner.key()?;
            let at = key.start;
            let name = text.get(key).and_then(|name| std::str::from_utf8(name).ok());
            let name = name.map(json::unescape).ok_or_else(|| expected(at, "a name in UTF-8"))?;
            if members.len() == MEMBERS {
                return Err(expected(at, "fewer members (512 at most)"));
            }
            if members.iter().any(|(known, _)| *known == name) {
                return Err(expected(at, "each member once"));
            }
            let value = text.get(scanner.skip()?).unwrap_or_default();
            members.push((name, value));
            more = scanner.next(b'}')?;
        }
        scanner.end()?;
        Ok(Members(members))
    }

    /// A member's value as it is written.
    #[inline(never)]
    pub(super) fn raw(&self, name: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    /// A member's value, when it is a string: with its escapes resolved.
    #[inline(never)]
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        let inner = self.raw(name)?.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
        std::str::from_utf8(inner).ok().map(json::unescape)
    }

    /// A member that must be a string.
    #[inline(never)]
    pub(super) fn required(&self, name: &'static str) -> Result<Cow<'a, str>, Rejection> {
        self.text(name).ok_or_else(|| Rejection::SignedPartMissing { name: format!("json:/{name}") })
    }
}

/// The elements of the array that a text is.
#[inline(never)]
pub(super) fn elements(text: &[u8]) -> Result<Vec<&[u8]>, Rejection> {
    let mut elements = Vec::new();
    let mut scanner = Scanner::new(text);
    scanner.white();
    if scanner.start()? != Start::Array {
        return Err(expected(scanner.offset(), "an array"));
    }
    let mut more = scanner.open(b']')?;
    while more {
        elements.push(text.get(scanner.skip()?).unwrap_or_default());
        more = scanner.next(b']')?;
    }
    scanner.end()?;
    Ok(elements)
}

fn expected(offset: usize, message: &'static str) -> Rejection {
    Malformed { offset, expected: message }.into()
}
