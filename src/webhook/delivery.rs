//! A delivery: one HTTP request from a sender, before anything of it is believed.

use std::borrow::Cow;

/// The headers of a delivery, in the order in which they came; a name may occur more than once.
#[derive(Clone, Debug, Default)]
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

/// One HTTP request from a sender.
#[derive(Clone, Debug)]
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
