//! Requests that are no events: a product asks whether the hook is there and means it, and wants an answer.
//!
//! An unsigned handshake is answered before anything is verified, so what of the request goes into its answer
//! is bounded: to a guard's characters, or to printable ASCII. An answer that holds an HMAC under the hook's
//! key could be used to sign deliveries; a source with one is refused unless the request is signed itself, or
//! guards keep out every character that signed content needs.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq as _;

use crate::json::{self, Kind, Value};

use super::delivery::Delivery;
use super::location::{self, Found, Location};
use super::rejection::Rejection;
use super::secret::{Secret, Secrets};
use super::source::{Encoding, Reader};
use super::template::{Part, Template, Use};
use super::verify::Crypto;

/// The longest value that an answer repeats, in bytes, where no guard says less.
const LONGEST: usize = 1024;

/// A request that is no event, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// The request's method, in upper case.
    pub method: String,
    /// What the URL's path ends with.
    pub path: Option<String>,
    /// What stands at these locations.
    pub is: Vec<(Location, String)>,
    /// Where something stands.
    pub has: Vec<Location>,
    /// Where nothing stands.
    pub absent: Vec<Location>,
    /// Whether the request is signed as a delivery is; then it is answered only when it verifies.
    pub signed: bool,
    /// Which characters the values may have that go into the answer.
    pub guard: Vec<(Location, Guard)>,
    /// What must equal something that only the product and the operator know.
    pub equal: Vec<(Location, Expected)>,
    /// What must be one of some values.
    pub allow: Vec<(Location, Vec<String>)>,
    /// Where the secret stands that the product makes and sends in this request. It is kept while the hook is armed.
    pub secret: Option<Location>,
    /// Whether it is answered only while the hook is armed.
    pub armed: bool,
    /// The answer.
    pub reply: Answer,
}

/// What a value must equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// This text.
    Text(String),
    /// One of the hook's secrets: `{secret}`.
    Secret,
    /// The secret of this name: `{secret:NAME}`.
    Named(String),
}

/// Which texts are accepted, written like `[a-f0-9]{20,32}`: ASCII characters and ranges, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// A bit for each accepted ASCII character.
    characters: u128,
    least: usize,
    most: usize,
}

/// An answer with placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case and values.
    pub headers: Vec<(String, Template)>,
    /// The body.
    pub body: AnswerBody,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerBody {
    /// No body.
    Empty,
    /// Plain text.
    Text(Template),
    /// JSON, written out with the placeholders inside its strings.
    Json(Template),
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case and values.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Guard {
    /// What an unsigned request may have repeated when nothing else is said: printable ASCII.
    const PRINTABLE: Guard =
        Guard { characters: ((1 << 127) - 1) & !((1 << 32) - 1), least: 0, most: LONGEST };

    /// Reads a guard.
    ///
    /// # Errors
    ///
    /// When it is not written like `[A-Za-z0-9_-]{1,64}`.
    pub fn read(text: &str) -> Result<Guard, &'static str> {
        const FORM: &str = "expected characters and a length, as in [A-Za-z0-9_-]{1,64}";
        let (set, length) = text.strip_prefix('[').and_then(|rest| rest.split_once("]{")).ok_or(FORM)?;
        let (least, most) = length.strip_suffix('}').and_then(|length| length.split_once(',')).ok_or(FORM)?;
        let (least, most) = (least.parse().map_err(|_| FORM)?, most.parse().map_err(|_| FORM)?);
        if least > most || most > LONGEST {
            return Err("the length goes from the smaller to the larger number, at most 1024");
        }
        let mut characters = 0_u128;
        let mut bytes = set.as_bytes();
        while let Some((first, rest)) = bytes.split_first() {
            let (last, behind) = match rest {
                [b'-', last, behind @ ..] => (last, behind),
                _ => (first, rest),
            };
            if !(b' '..=b'~').contains(first) || !(b' '..=b'~').contains(last) || first > last {
                return Err("the characters are printable ASCII, and a range goes upwards");
            }
            for byte in *first..=*last {
                characters |= 1_u128 << byte;
            }
            bytes = behind;
        }
        Ok(Guard { characters, least, most })
    }

    /// Whether the text has only these characters and as many as it may.
    pub fn accepts(&self, text: &str) -> bool {
        (self.least..=self.most).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii() && self.characters >> byte & 1 == 1)
    }

    /// Whether no accepted text can be what a delivery's signature covers. A body is an object, an array or
    /// a form whose JSON is percent-encoded, and the marks between the parts of signed content are dots,
    /// colons and the like: without all of them nothing that is signed can be formed.
    fn keeps_out_content(&self) -> bool {
        let harmless = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'~' | b'+' | b'/' | b'=' | b'-')
        };
        (0..128_u8).all(|byte| self.characters >> byte & 1 == 0 || harmless(byte))
    }
}

impl Handshake {
    #[inline(never)]
    pub(super) fn read(reader: &mut Reader, value: &Value) -> Option<Handshake> {
        let mut handshake = Handshake {
            method: String::new(),
            path: None,
            is: Vec::new(),
            has: Vec::new(),
            absent: Vec::new(),
            signed: false,
            guard: Vec::new(),
            equal: Vec::new(),
            allow: Vec::new(),
            secret: None,
            armed: false,
            reply: Answer { status: 200, headers: Vec::new(), body: AnswerBody::Empty },
        };
        let mut complete = (false, false);
        for member in reader.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "on" => handshake.on(reader, value),
                "signed" => {
                    complete.0 = true;
                    handshake.signed = reader.flag(value)?;
                }
                "guard" => {
                    for (location, value) in by_location(reader, value) {
                        let text = reader.text(value)?;
                        match Guard::read(&text) {
                            Ok(guard) => handshake.guard.push((location, guard)),
                            Err(message) => reader.error(value.span, message),
                        }
                    }
                }
                "equal" => {
                    for (location, value) in by_location(reader, value) {
                        let text = reader.text(value)?;
                        let named = text.strip_prefix("{secret:").and_then(|name| name.strip_suffix('}'));
                        let expected = match named {
                            Some(name) => Expected::Named(name.to_owned()),
                            None if text == "{secret}" => Expected::Secret,
                            None => Expected::Text(text),
                        };
                        handshake.equal.push((location, expected));
                    }
                }
                "allow" => {
                    for (location, value) in by_location(reader, value) {
                        let values = reader.texts(value);
                        handshake.allow.push((location, values));
                    }
                }
                "secret" => handshake.secret = reader.locations(value).pop(),
                "armed" => handshake.armed = reader.flag(value)?,
                "reply" => {
                    complete.1 = true;
                    handshake.reply = Answer::read(reader, value, Use::Answer)?;
                }
                _ => reader.unknown(member),
            }
        }
        if handshake.method.is_empty() {
            reader.error(value.span, "a handshake needs `on` with its `method`");
        }
        if !complete.0 {
            reader.error(value.span, "a handshake needs `signed`: is the request signed as a delivery is");
        }
        if !complete.1 {
            reader.error(value.span, "a handshake needs `reply`");
        }
        let kept = handshake.secret.as_ref();
        let guarded = kept.is_some_and(|kept| handshake.guard.iter().any(|(known, _)| known == kept));
        let bare = !handshake.signed && handshake.method == "POST";
        if (kept.is_some() && !(guarded && bare)) || (handshake.armed && kept.is_none()) {
            reader.error(
                value.span,
                "a handshake with `secret`, which `armed` needs, is an unsigned POST, and `guard` says which characters \
                 the secret may have",
            );
        }
        if let Some(of) = handshake.reply.macs().find(|of| !handshake.may_sign(of)) {
            let message = format!(
                "this answer would sign what a stranger chose: the handshake must be signed, or `guard` must hold \
                 {of} to letters, digits and _~+/=-"
            );
            reader.error(value.span, message);
        }
        Some(handshake)
    }

    #[inline(never)]
    fn on(&mut self, reader: &mut Reader, value: &Value) {
        for member in reader.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "method" => self.method = reader.text(value).unwrap_or_default(),
                "path" => self.path = reader.text(value),
                "has" => self.has = reader.locations(value),
                "absent" => self.absent = reader.locations(value),
                kind @ ("header" | "json" | "query") => {
                    for member in reader.object(value) {
                        let location = format!("{kind}:{}", member.key);
                        let expected = match &member.value.kind {
                            Kind::String(text) | Kind::Number(text) => text.clone(),
                            _ => {
                                reader.error(member.value.span, "expected a string or a number");
                                continue;
                            }
                        };
                        if let Some(location) = reader.location_of(member.key_span, &location) {
                            self.is.push((location, expected));
                        }
                    }
                }
                _ => reader.unknown(member),
            }
        }
    }

    fn may_sign(&self, of: &Location) -> bool {
        self.signed || self.guard.iter().any(|(location, guard)| location == of && guard.keeps_out_content())
    }

    pub(super) fn locations(&self) -> impl Iterator<Item = &Location> {
        self.is
            .iter()
            .map(|(location, _)| location)
            .chain(&self.has)
            .chain(&self.absent)
            .chain(self.guard.iter().map(|(location, _)| location))
            .chain(self.equal.iter().map(|(location, _)| location))
            .chain(self.allow.iter().map(|(location, _)| location))
            .chain(&self.secret)
            .chain(self.reply.locations())
    }

    /// Whether a delivery is this request.
    pub(super) fn matches(&self, delivery: &Delivery<'_>, json: &[u8]) -> bool {
        let is_there = |location: &Location| location.value(delivery, json) != Found::Absent;
        self.method == delivery.method
            && self.path.as_ref().is_none_or(|path| location::path(delivery.url).ends_with(path.as_str()))
            && self.is.iter().all(|(location, expected)| {
                matches!(location.value(delivery, json), Found::Once(value) if value == expected.as_str())
            })
            && !self.absent.iter().any(is_there)
            && self.has.iter().all(is_there)
    }

    /// The secret that a delivery brings as this request, and the answer to it.
    #[inline(never)]
    pub(super) fn hello(
        &self,
        secrets: &Secrets,
        delivery: &Delivery<'_>,
        crypto: &dyn Crypto,
    ) -> Option<(Secret, Reply)> {
        let place = self.secret.as_ref().filter(|_| self.matches(delivery, delivery.body))?;
        // The answer is given only where the guards hold.
        let reply = self.answer(secrets, None, delivery, delivery.body, crypto).ok()?;
        let secret = Secret::new(one(place, delivery, delivery.body).ok()?.into_owned().into_bytes())?;
        Some((secret, reply))
    }

    /// The answer to a request that matches. `key` is the one that verified it, else the current one.
    #[inline(never)]
    pub(super) fn answer(
        &self,
        secrets: &Secrets,
        key: Option<&Secret>,
        delivery: &Delivery<'_>,
        json: &[u8],
        crypto: &dyn Crypto,
    ) -> Result<Reply, Rejection> {
        for (location, expected) in &self.equal {
            let value = one(location, delivery, json)?;
            let equal = match expected {
                Expected::Text(text) => text.as_bytes().ct_eq(value.as_bytes()),
                Expected::Named(name) => match secrets.named(name) {
                    Some(secret) => secret.bytes().ct_eq(value.as_bytes()),
                    None => subtle::Choice::from(0),
                },
                Expected::Secret => secrets
                    .iter()
                    .map(|secret| secret.bytes().ct_eq(value.as_bytes()))
                    .fold(subtle::Choice::from(0), |any, equal| any | equal),
            };
            if !bool::from(equal) {
                return Err(Rejection::HandshakeRefused);
            }
        }
        for (location, values) in &self.allow {
            let value = one(location, delivery, json)?;
            // A configured list has commas, which no origin has.
            let mut allowed = values.iter().flat_map(|values| values.split(',')).map(str::trim);
            if !allowed.any(|allowed| allowed == value) {
                return Err(Rejection::HandshakeRefused);
            }
        }
        for (location, guard) in &self.guard {
            if !guard.accepts(&one(location, delivery, json)?) {
                return Err(Rejection::HandshakeRefused);
            }
        }
        let value = |location: &Location| {
            let value = one(location, delivery, json)?;
            let guarded = self.guard.iter().any(|(known, _)| known == location);
            // A signed request may have anything repeated that its header or body can hold.
            let accepted = guarded || self.signed || Guard::PRINTABLE.accepts(&value);
            if accepted { Ok(value) } else { Err(Rejection::HandshakeRefused) }
        };
        self.reply.render(value, |hash, encoding, of| {
            let value = one(of, delivery, json)?;
            let key = key.or_else(|| secrets.iter().next()).ok_or(Rejection::HandshakeRefused)?;
            let mac = crypto.hmac(hash, key.bytes(), value.as_bytes(), &[], &[]);
            Ok(match encoding {
                Encoding::Hex => hex(mac.bytes()),
                Encoding::Base64 => STANDARD.encode(mac.bytes()),
                Encoding::Base64Url => URL_SAFE_NO_PAD.encode(mac.bytes()),
            })
        })
    }
}

/// The members of an object whose keys are locations.
fn by_location<'v>(reader: &mut Reader, value: &'v Value) -> Vec<(Location, &'v Value)> {
    let mut found = Vec::new();
    for member in reader.object(value) {
        if let Some(location) = reader.location_of(member.key_span, &member.key) {
            found.push((location, &member.value));
        }
    }
    found
}

fn one<'r>(
    location: &Location,
    delivery: &'r Delivery<'_>,
    json: &'r [u8],
) -> Result<Cow<'r, str>, Rejection> {
    match location.value(delivery, json) {
        Found::Once(value) => Ok(value),
        Found::Absent | Found::Repeated => Err(Rejection::HandshakeRefused),
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

impl Answer {
    pub(super) fn read(reader: &mut Reader, value: &Value, purpose: Use) -> Option<Answer> {
        let mut answer = Answer { status: 200, headers: Vec::new(), body: AnswerBody::Empty };
        let mut bodies = 0;
        for member in reader.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "status" => answer.status = reader.whole(value, 200, 299)?,
                "headers" => {
                    for member in reader.object(value) {
                        let text = reader.text(&member.value)?;
                        let template = reader.template_of(member.value.span, &text, purpose)?;
                        if !matches!(
                            Location::read(&format!("header:{}", member.key)),
                            Ok(Location::Header(_))
                        ) {
                            reader.error(member.key_span, "expected the name of a header");
                        }
                        answer.headers.push((member.key.to_ascii_lowercase(), template));
                    }
                }
                "text" => {
                    bodies += 1;
                    let text = reader.text(value)?;
                    answer.body = AnswerBody::Text(reader.template_of(value.span, &text, purpose)?);
                }
                "json" => {
                    bodies += 1;
                    answer.body = AnswerBody::Json(json_template(reader, value, purpose)?);
                }
                "empty" => {
                    bodies += 1;
                    reader.flag(value)?;
                }
                _ => reader.unknown(member),
            }
        }
        if bodies > 1 {
            reader.error(value.span, "an answer has one of `text`, `json` and `empty`");
        }
        Some(answer)
    }

    fn templates(&self) -> impl Iterator<Item = &Template> {
        let body = match &self.body {
            AnswerBody::Empty => None,
            AnswerBody::Text(template) | AnswerBody::Json(template) => Some(template),
        };
        self.headers.iter().map(|(_, template)| template).chain(body)
    }

    pub(super) fn locations(&self) -> impl Iterator<Item = &Location> {
        self.templates().flat_map(Template::locations)
    }

    fn macs(&self) -> impl Iterator<Item = &Location> {
        self.templates().flat_map(|template| &template.parts).filter_map(|part| match part {
            Part::Mac { of, .. } => Some(of),
            _ => None,
        })
    }

    /// What the source wants to hear when its delivery was taken; a value that the delivery does not have
    /// is left empty.
    pub fn acknowledge(&self, delivery: &Delivery<'_>, json: &[u8]) -> Reply {
        let value = |location: &Location| {
            Ok(one(location, delivery, json)
                .ok()
                .filter(|text| Guard::PRINTABLE.accepts(text))
                .unwrap_or_default())
        };
        self.render(value, |_, _, _| Ok(String::new())).unwrap_or_else(|_| Reply {
            status: self.status,
            headers: Vec::new(),
            body: Vec::new(),
        })
    }

    fn render<'r>(
        &self,
        value: impl Fn(&Location) -> Result<Cow<'r, str>, Rejection>,
        mac: impl Fn(super::source::Hash, Encoding, &Location) -> Result<String, Rejection>,
    ) -> Result<Reply, Rejection> {
        let render = |template: &Template, in_json: bool| -> Result<Vec<u8>, Rejection> {
            let mut out = Vec::new();
            for part in &template.parts {
                match part {
                    Part::Text(text) => out.extend_from_slice(text.as_bytes()),
                    Part::Value(location) => {
                        let value = value(location)?;
                        if in_json {
                            out.extend_from_slice(&escaped(&value));
                        } else {
                            out.extend_from_slice(value.as_bytes());
                        }
                    }
                    Part::Mac { hash, encoding, of } => {
                        out.extend_from_slice(mac(*hash, *encoding, of)?.as_bytes());
                    }
                    // A template for an answer holds none of these.
                    Part::Body | Part::Timestamp | Part::Method | Part::Url | Part::Secret => {}
                }
            }
            Ok(out)
        };
        let mut headers = Vec::new();
        let body = match &self.body {
            AnswerBody::Empty => Vec::new(),
            AnswerBody::Text(template) => {
                // A browser must not take a repeated value for a page.
                headers.push(("content-type".to_owned(), "text/plain; charset=utf-8".to_owned()));
                headers.push(("x-content-type-options".to_owned(), "nosniff".to_owned()));
                render(template, false)?
            }
            AnswerBody::Json(template) => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                render(template, true)?
            }
        };
        for (name, template) in &self.headers {
            let value = String::from_utf8(render(template, false)?).unwrap_or_default();
            // A control character in a header could begin another one.
            if !Guard::PRINTABLE.accepts(&value) {
                return Err(Rejection::HandshakeRefused);
            }
            headers.retain(|(known, _)| known != name);
            headers.push((name.clone(), value));
        }
        Ok(Reply { status: self.status, headers, body })
    }
}

/// A text as it stands in a JSON string, without the quotes.
fn escaped(text: &str) -> Vec<u8> {
    let mut quoted = Vec::with_capacity(text.len().saturating_add(2));
    json::write_string(&mut quoted, text);
    quoted.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")).unwrap_or_default().to_vec()
}

/// JSON written out as a template; the placeholders stand in its strings. The depth is that of the source's
/// text, which its reader bounds.
fn json_template(reader: &mut Reader, value: &Value, purpose: Use) -> Option<Template> {
    let mut parts = Vec::new();
    json_parts(reader, value, purpose, &mut parts)?;
    Some(Template { parts })
}

fn json_parts(reader: &mut Reader, value: &Value, purpose: Use, parts: &mut Vec<Part>) -> Option<()> {
    let literal = |parts: &mut Vec<Part>, text: &str| match parts.last_mut() {
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    };
    let quoted = |text: &str| String::from_utf8(escaped(text)).unwrap_or_default();
    match &value.kind {
        Kind::Null => literal(parts, "null"),
        Kind::Bool(true) => literal(parts, "true"),
        Kind::Bool(false) => literal(parts, "false"),
        Kind::Number(digits) => literal(parts, digits),
        Kind::String(text) => {
            literal(parts, "\"");
            for part in reader.template_of(value.span, text, purpose)?.parts {
                match part {
                    Part::Text(text) => literal(parts, &quoted(&text)),
                    part => parts.push(part),
                }
            }
            literal(parts, "\"");
        }
        Kind::Array(elements) => {
            literal(parts, "[");
            for (index, element) in elements.iter().enumerate() {
                if index > 0 {
                    literal(parts, ",");
                }
                json_parts(reader, element, purpose, parts)?;
            }
            literal(parts, "]");
        }
        Kind::Object(members) => {
            literal(parts, "{");
            for (index, member) in members.iter().enumerate() {
                if index > 0 {
                    literal(parts, ",");
                }
                literal(parts, &format!("\"{}\":", quoted(&member.key)));
                json_parts(reader, &member.value, purpose, parts)?;
            }
            literal(parts, "}");
        }
    }
    Some(())
}
