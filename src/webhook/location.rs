//! Where something stands in a delivery: `header:x-signature`, `json:/event/type`, `query:token`, `form:payload`, `body:`.

use std::borrow::Cow;
use std::fmt;

use super::delivery::{Delivery, Field};
use super::pointer::Pointer;

/// Where something stands in a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// `header:NAME`: the header of this name, in lower case.
    Header(String),
    /// `header:PREFIX*`: every header whose name is the prefix and a number, as DocuSign sends one per key.
    NumberedHeader(String),
    /// `json:/POINTER`: a string or a number in the body.
    Json(Pointer),
    /// `query:NAME`: a parameter of the URL.
    Query(String),
    /// `form:NAME`: a field of a body in `application/x-www-form-urlencoded`.
    Form(String),
    /// `body:`: the whole body as text.
    Body,
}

/// What stands at a location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    /// Nothing, or nothing that is text.
    Absent,
    /// This.
    Once(Cow<'a, str>),
    /// More than one value: whoever needs one must refuse.
    Repeated,
}

impl Location {
    /// Reads a location.
    ///
    /// # Errors
    ///
    /// What is wrong, without repeating the text: a key may have been pasted into the wrong place.
    pub fn read(text: &str) -> Result<Location, &'static str> {
        const KINDS: &str = "expected header:, json:, query: or form: and a name";
        if text == "body:" {
            return Ok(Location::Body);
        }
        let (kind, name) = text.split_once(':').ok_or(KINDS)?;
        if name.is_empty() {
            return Err(KINDS);
        }
        match kind {
            "header" => {
                let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!#$%&'+^`|~".contains(&byte);
                let (name, numbered) = match name.strip_suffix('*') {
                    Some(prefix) => (prefix, true),
                    None => (name, false),
                };
                if name.is_empty() || !name.bytes().all(token) {
                    return Err("expected the name of a header behind header:");
                }
                let name = name.to_ascii_lowercase();
                Ok(if numbered { Location::NumberedHeader(name) } else { Location::Header(name) })
            }
            "json" => Pointer::read(name)
                .map(Location::Json)
                .ok_or("expected a JSON pointer, which begins with `/`, behind json:"),
            "query" => Ok(Location::Query(name.to_owned())),
            "form" => Ok(Location::Form(name.to_owned())),
            _ => Err(KINDS),
        }
    }

    /// What a delivery has here. `json` is the text in which JSON pointers are looked up: the body, or what
    /// the body holds. Of numbered headers the first is given; [`Location::each`] gives all.
    pub fn value<'r>(&self, delivery: &'r Delivery<'_>, json: &'r [u8]) -> Found<'r> {
        match self {
            Location::Header(name) => match delivery.headers.get(name) {
                Field::Absent => Found::Absent,
                Field::Once(value) => Found::Once(Cow::Borrowed(value)),
                Field::Repeated => Found::Repeated,
            },
            Location::NumberedHeader(_) => match self.each(delivery, json).into_iter().next() {
                Some(value) => Found::Once(value),
                None => Found::Absent,
            },
            Location::Json(pointer) => pointer.text(json).map_or(Found::Absent, Found::Once),
            Location::Query(name) => parameter(query(delivery.url).as_bytes(), name),
            Location::Form(name) => parameter(delivery.body, name),
            Location::Body => std::str::from_utf8(delivery.body)
                .map_or(Found::Absent, |text| Found::Once(Cow::Borrowed(text))),
        }
    }

    /// Every value here: more than one only for numbered headers. Empty when the location is repeated.
    pub fn each<'r>(&self, delivery: &'r Delivery<'_>, json: &'r [u8]) -> Vec<Cow<'r, str>> {
        match self {
            Location::NumberedHeader(prefix) => delivery
                .headers
                .iter()
                .filter(|(name, _)| is_numbered(name, prefix))
                .map(|(_, value)| Cow::Borrowed(value))
                .collect(),
            _ => match self.value(delivery, json) {
                Found::Once(value) => vec![value],
                Found::Absent | Found::Repeated => Vec::new(),
            },
        }
    }

    /// The header that is read here, numbered ones as `prefix*`.
    pub fn header(&self) -> Option<String> {
        match self {
            Location::Header(name) => Some(name.clone()),
            Location::NumberedHeader(prefix) => Some(format!("{prefix}*")),
            Location::Json(_) | Location::Query(_) | Location::Form(_) | Location::Body => None,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Header(name) => write!(f, "header:{name}"),
            Location::NumberedHeader(prefix) => write!(f, "header:{prefix}*"),
            Location::Json(pointer) => write!(f, "json:{}", pointer.as_str()),
            Location::Query(name) => write!(f, "query:{name}"),
            Location::Form(name) => write!(f, "form:{name}"),
            Location::Body => f.write_str("body:"),
        }
    }
}

/// Whether `name` is `prefix` and a number.
pub(super) fn is_numbered(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix)
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The query of a URL, without `?` and fragment.
fn query(url: &str) -> &str {
    let url = url.split_once('#').map_or(url, |(url, _)| url);
    url.split_once('?').map_or("", |(_, query)| query)
}

/// The path of a URL, with or without scheme and host.
pub(crate) fn path(url: &str) -> &str {
    let url = url.split_once(['?', '#']).map_or(url, |(url, _)| url);
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/"),
        None => url,
    }
}

fn parameter<'a>(form: &'a [u8], name: &str) -> Found<'a> {
    let mut fields = fields(form, name);
    match (fields.next(), fields.next()) {
        (None, _) => Found::Absent,
        (Some(_), Some(_)) => Found::Repeated,
        (Some(value), None) => match value {
            Cow::Borrowed(bytes) => {
                std::str::from_utf8(bytes).map_or(Found::Absent, |text| Found::Once(Cow::Borrowed(text)))
            }
            Cow::Owned(bytes) => {
                String::from_utf8(bytes).map_or(Found::Absent, |text| Found::Once(Cow::Owned(text)))
            }
        },
    }
}

/// The values of a field in `application/x-www-form-urlencoded`, decoded as the
/// [URL Standard](https://url.spec.whatwg.org/#urlencoded-parsing) says.
pub(super) fn fields<'a>(form: &'a [u8], name: &str) -> impl Iterator<Item = Cow<'a, [u8]>> {
    form.split(|byte| *byte == b'&').filter_map(move |pair| {
        let mut halves = pair.splitn(2, |byte| *byte == b'=');
        let key = percent_decoded(halves.next()?);
        (key.as_ref() == name.as_bytes()).then(|| percent_decoded(halves.next().unwrap_or_default()))
    })
}

/// Name and value of a field.
pub(super) type FormField<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// All fields of a form, decoded and sorted by name and value. Empty pieces, as between two `&`, are none.
pub(super) fn sorted_fields(form: &[u8]) -> Vec<FormField<'_>> {
    let pieces = form.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let mut fields: Vec<FormField<'_>> = pieces
        .map(|pair| {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let mut half = || percent_decoded(halves.next().unwrap_or_default());
            (half(), half())
        })
        .collect();
    fields.sort_unstable();
    fields
}

/// Resolves `+` and `%XX`; a `%` without two hexadecimal digits stands for itself.
pub(super) fn percent_decoded(text: &[u8]) -> Cow<'_, [u8]> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        out.push(match byte {
            b'+' => b' ',
            b'%' => match after {
                [high, low, behind @ ..] => match (hex_digit(*high), hex_digit(*low)) {
                    (Some(high), Some(low)) => {
                        rest = behind;
                        (high << 4) | low
                    }
                    _ => b'%',
                },
                _ => b'%',
            },
            byte => *byte,
        });
    }
    Cow::Owned(out)
}

/// The value of a hexadecimal digit of either case.
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
