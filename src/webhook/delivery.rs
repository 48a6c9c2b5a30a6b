//! A delivery: one HTTP request from a sender, before anything of it is believed.

use std::borrow::Cow;
use std::fmt;

/// The headers of a delivery, in the order in which they came; a name may occur more than once.
///
/// Debug shows the names only: a value may be a token.
#[derive(Clone, Default)]
pub struct Headers<'a> {
    fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

/// How often a header is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field<'a> {
    /// Not at all.
    Absent,
    /// Once, with this value.
    Once(&'a str),
    /// More than once: whoever needs one value must refuse.
    Repeated,
}

impl<'a> Headers<'a> {
    /// No headers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field. The name is taken in any case and kept in lower case.
    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let mut name = name.into();
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            name.to_mut().make_ascii_lowercase();
        }
        self.fields.push((name, value.into()));
    }

    /// The field of a name, which is given in lower case.
    pub fn get(&self, name: &str) -> Field<'_> {
        let mut found = self.fields.iter().filter(|(field, _)| field == name);
        match (found.next(), found.next()) {
            (None, _) => Field::Absent,
            (Some((_, value)), None) => Field::Once(value),
            (Some(_), Some(_)) => Field::Repeated,
        }
    }

    /// All fields, names in lower case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}

/// One HTTP request from a sender.
///
/// Debug shows the body's length only, and no URL: its query may hold a token.
#[derive(Clone)]
pub struct Delivery<'a> {
    /// The method in upper case.
    pub method: &'a str,
    /// The URL at which the sender believes to speak: the hook's configured public URL where there is one,
    /// else the URL of the request.
    pub url: &'a str,
    /// The headers that the source reads, or all of them.
    pub headers: Headers<'a>,
    /// The body as it came over the wire.
    pub body: &'a [u8],
}

impl fmt::Debug for Delivery<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("method", &self.method)
            .field("headers", &self.headers)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}
