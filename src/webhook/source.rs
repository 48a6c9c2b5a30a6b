//! A source: how one product signs, says hello and wraps its events, as data.
//!
//! The files are `sources/*.json`; `sources/schema/source.schema.json` says what each member means.

use crate::json::{self, Dialect, Kind, Member, Value};
use crate::text::Span;

use super::door::Door;
use super::handshake::{Answer, Handshake};
use super::jwt;
use super::location::Location;
use super::native::Native;
use super::template::{Part, Template, Use};
use super::unpack::Packed;

/// The sources that are compiled in: id and text.
const PRESETS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/presets.rs"));

/// The source that is compiled in under this id.
///
/// # Errors
///
/// What is wrong with its text; a test reads them all.
pub fn preset(id: &str) -> Option<Result<Source, Vec<SourceError>>> {
    preset_for(id, &[])
}

/// The source that is compiled in under this id, for a hook whose configuration has these values.
///
/// # Errors
///
/// What is wrong with its text.
pub fn preset_for(id: &str, values: &[(String, String)]) -> Option<Result<Source, Vec<SourceError>>> {
    let (_, text) = PRESETS.iter().find(|(known, _)| *known == id)?;
    Some(Source::read_with(text, values))
}

/// The ids of the sources that are compiled in, sorted.
pub fn preset_ids() -> impl Iterator<Item = &'static str> {
    PRESETS.iter().map(|(id, _)| *id)
}

/// How one product signs, says hello and wraps its events.
#[derive(Clone, Debug)]
pub struct Source {
    /// What a hook calls it.
    pub id: String,
    /// How it proves who it is.
    pub auth: Scheme,
    /// The requests that are no events, in the order in which they are tried.
    pub handshakes: Vec<Handshake>,
    /// How its events are wrapped.
    pub payload: Payload,
    /// Where the type of the event stands: the first place that has one counts.
    pub event_type: Vec<Location>,
    /// Where the delivery's id stands: the first place that has one counts.
    pub delivery_id: Vec<Location>,
    /// What it wants to hear when the delivery was taken; `None` leaves it to the relay.
    pub ack: Option<Answer>,
    /// The status that it wants to hear instead of 401.
    pub on_reject: Option<u16>,
    /// The answers that its senders expect, where these follow a protocol of their own.
    pub door: Option<Door>,
    /// What a hook's configuration has to say: the name, and what it is.
    pub config: Vec<(String, String)>,
    /// Further secrets of a hook: the name, and what it is.
    pub named_secrets: Vec<(String, String)>,
    values: Vec<(String, String)>,
    /// The jq expressions that fill columns unless a hook writes its own; see [`Source::default_column`].
    pub columns: Vec<(String, String)>,
    pub(super) read_headers: Vec<String>,
}

/// How a product proves who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    /// The kind of proof.
    pub method: Method,
    /// The hash of HMAC, ECDSA and RSA signatures.
    pub hash: Hash,
    /// How the key is written.
    pub key: KeyEncoding,
    /// What stands before the key and is no part of it, such as `whsec_`; empty for nothing.
    pub key_strip: String,
    /// How the HMAC's key is made of the secret, where it is not the secret itself.
    pub key_template: Option<Template>,
    /// Where the signature, the token or the credentials stand.
    pub sig: Vec<Location>,
    /// What separates several signatures in one value; the parts are trimmed.
    pub split: Option<String>,
    /// What a signature begins with and is no part of it, such as `sha256=`; values without it are passed over.
    pub pick: String,
    /// How the signature is written.
    pub enc: Encoding,
    /// What is signed.
    pub content: Template,
    /// Where the signed time stands.
    pub ts: Option<TimestampPlace>,
    /// How the time is written.
    pub ts_unit: TimestampUnit,
    /// How far the time may be from now either way, in seconds; `None` sets no bound.
    pub tolerance: Option<u32>,
    /// What a signed token must claim.
    pub jwt: Claims,
    /// The scheme that only code can express.
    pub native: Option<Native>,
}

/// What a JSON Web Token must claim ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// The algorithms that are accepted, as the `alg` header writes them.
    pub alg: Vec<String>,
    /// The issuer.
    pub iss: Option<String>,
    /// The audience.
    pub aud: Option<String>,
    /// The claim that holds the body's SHA-256.
    pub body_claim: Option<String>,
    /// How that hash is written.
    pub body_enc: Option<Encoding>,
    /// The claim that holds the URL's SHA-256.
    pub url_claim: Option<String>,
    /// By how many seconds clocks may differ.
    pub leeway: Option<u32>,
    /// Claims that must be there. Where an issuer signs tokens of several kinds with one key, they tell the kind.
    pub has: Vec<String>,
    /// Further claims and what they must be; a boolean is `true` or `false`.
    pub required: Vec<(String, String)>,
    /// Where the issuer's keys are; without it they are the hook's secret.
    pub jwks: Option<String>,
}

/// The kind of proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// HMAC over the content ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    Hmac,
    /// A shared token, sent as it is.
    Token,
    /// Basic credentials ([RFC 7617](https://www.rfc-editor.org/rfc/rfc7617)).
    Basic,
    /// Ed25519 over the content ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)).
    Ed25519,
    /// ECDSA on P-256 over the content, in DER.
    EcdsaP256,
    /// RSASSA-PKCS1-v1_5 over the content.
    RsaPkcs1,
    /// A JSON Web Token, which may claim the body's hash.
    Jwt,
    /// A scheme that needs code of its own.
    Native,
    /// No proof: everybody may send.
    None,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1, 20 bytes. HMAC-SHA-1 still holds, although SHA-1 itself is broken.
    Sha1,
    /// SHA-256, 32 bytes.
    Sha256,
    /// SHA-384, 48 bytes.
    Sha384,
    /// SHA-512, 64 bytes.
    Sha512,
}

/// How a key is written in the hook's secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyEncoding {
    /// The secret's own bytes.
    Utf8,
    /// Base64, with or without padding.
    Base64,
    /// Hexadecimal digits of either case.
    Hex,
    /// The SHA-1 of the secret's own bytes.
    Sha1OfUtf8,
    /// A public key as base64 of SubjectPublicKeyInfo.
    Spki,
    /// A public key or a certificate in PEM.
    Pem,
    /// A JSON Web Key Set.
    Jwks,
}

/// How a signature is written. Each is read strictly: one byte string has one spelling, the case of
/// hexadecimal digits aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Hexadecimal digits of either case.
    Hex,
    /// Base64 with padding.
    Base64,
    /// Base64 with the URL-safe alphabet, without padding.
    Base64Url,
}

/// Where the signed time stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimestampPlace {
    /// At a location of its own.
    At(Location),
    /// In the signature's value, in the part with this prefix.
    InSignature(String),
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Seconds since the Unix epoch.
    Seconds,
    /// Milliseconds since the Unix epoch.
    Milliseconds,
    /// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) with an offset.
    Rfc3339,
}

/// How events are wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The body's form. It is never taken from Content-Type, which several products set wrongly.
    pub form: Form,
    /// The form field that holds the JSON. With [`Form::Json`] the body may be JSON or a form that begins
    /// with this field.
    pub field: Option<String>,
    /// The jq expression that says which events a delivery holds; `None` means that it is one event.
    pub events: Option<String>,
    /// Members that hold JSON as a string, which takes its place.
    pub unpack: Vec<Packed>,
    /// The largest body that the product sends, in bytes.
    pub max_bytes: Option<usize>,
}

/// A body's form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// One JSON document.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded` with the JSON in one field.
    Form,
    /// JSON documents one after the other, with or without line breaks.
    Ndjson,
    /// `application/x-www-form-urlencoded`, whose fields are the event.
    Fields,
    /// CloudEvents, structured, batched, or binary with the headers `ce-*`.
    CloudEvents,
    /// A JSON Web Token whose claims are the event.
    Jwt,
}

/// A mistake in a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceError {
    /// Where, in the text of the source or of the overriding value.
    pub span: Span,
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
}

impl Hash {
    /// The length of the hash, in bytes.
    pub fn length(self) -> usize {
        match self {
            Hash::Sha1 => 20,
            Hash::Sha256 => 32,
            Hash::Sha384 => 48,
            Hash::Sha512 => 64,
        }
    }

    pub(super) fn named(name: &str) -> Option<Hash> {
        HASHES.iter().find(|(known, _)| *known == name).map(|(_, hash)| *hash)
    }
}

impl KeyEncoding {
    /// Whether it is a public key.
    pub(super) fn is_public(self) -> bool {
        matches!(self, KeyEncoding::Spki | KeyEncoding::Pem | KeyEncoding::Jwks)
    }
}

impl Encoding {
    pub(super) fn named(name: &str) -> Option<Encoding> {
        ENCODINGS.iter().find(|(known, _)| *known == name).map(|(_, encoding)| *encoding)
    }
}

const METHODS: &[(&str, Method)] = &[
    ("hmac", Method::Hmac),
    ("token", Method::Token),
    ("basic", Method::Basic),
    ("ed25519", Method::Ed25519),
    ("ecdsa_p256", Method::EcdsaP256),
    ("rsa_pkcs1", Method::RsaPkcs1),
    ("jwt", Method::Jwt),
    ("native", Method::Native),
    ("none", Method::None),
];
const HASHES: &[(&str, Hash)] =
    &[("sha1", Hash::Sha1), ("sha256", Hash::Sha256), ("sha384", Hash::Sha384), ("sha512", Hash::Sha512)];
const KEYS: &[(&str, KeyEncoding)] = &[
    ("utf8", KeyEncoding::Utf8),
    ("base64", KeyEncoding::Base64),
    ("hex", KeyEncoding::Hex),
    ("sha1(utf8)", KeyEncoding::Sha1OfUtf8),
    ("spki", KeyEncoding::Spki),
    ("pem", KeyEncoding::Pem),
    ("jwks", KeyEncoding::Jwks),
];
const ENCODINGS: &[(&str, Encoding)] =
    &[("hex", Encoding::Hex), ("base64", Encoding::Base64), ("base64url", Encoding::Base64Url)];
const UNITS: &[(&str, TimestampUnit)] = &[
    ("s", TimestampUnit::Seconds),
    ("ms", TimestampUnit::Milliseconds),
    ("rfc3339", TimestampUnit::Rfc3339),
];
const FORMS: &[(&str, Form)] = &[
    ("json", Form::Json),
    ("form", Form::Form),
    ("ndjson", Form::Ndjson),
    ("fields", Form::Fields),
    ("cloudevents", Form::CloudEvents),
    ("jwt", Form::Jwt),
];

impl Source {
    /// Reads a source.
    ///
    /// # Errors
    ///
    /// Every mistake that is found, in the order of the text.
    pub fn read(text: &str) -> Result<Source, Vec<SourceError>> {
        Source::read_with(text, &[])
    }

    /// Reads a source for a hook whose configuration has these values: each stands for `{config:NAME}`.
    ///
    /// # Errors
    ///
    /// Every mistake that is found, in the order of the text.
    fn read_with(text: &str, values: &[(String, String)]) -> Result<Source, Vec<SourceError>> {
        let mut parsed = json::parse(text, Dialect::Strict);
        if let Some(value) = parsed.value.as_mut().filter(|_| !values.is_empty()) {
            fill_in(value, values);
        }
        let mut reader = Reader {
            errors: parsed
                .errors
                .into_iter()
                .map(|error| SourceError { span: error.span, message: error.message })
                .collect(),
        };
        match parsed.value {
            Some(value) if reader.errors.is_empty() => {
                let mut source = reader.source(&value);
                source.values = values.to_vec();
                if reader.errors.is_empty() { Ok(source) } else { Err(reader.errors) }
            }
            _ => Err(reader.errors),
        }
    }

    /// This source with some fields of its scheme replaced, one by one, by those of a hook's `auth`. A field
    /// that is `null` goes back to what it is when it is not written.
    ///
    /// # Errors
    ///
    /// Every mistake that is found; the spans are those of `overrides`.
    pub fn with_auth(&self, overrides: &Value) -> Result<Source, Vec<SourceError>> {
        let mut reader = Reader { errors: Vec::new() };
        let mut source = self.clone();
        reader.scheme(&mut source.auth, overrides);
        source.read_headers = source.headers_that_are_read();
        if reader.errors.is_empty() { Ok(source) } else { Err(reader.errors) }
    }

    /// Whether a hook of it verifies with a secret of its own.
    pub fn takes_secret(&self) -> bool {
        match (self.auth.method, &self.auth.native) {
            (Method::None, _) => false,
            (Method::Jwt, _) => self.auth.jwt.jwks.is_none(),
            (Method::Native, Some(native)) => native.takes_secret(),
            _ => true,
        }
    }

    /// Whether its product makes the secret and sends it in a hello.
    pub fn sends_secret(&self) -> bool {
        self.handshakes.iter().any(|handshake| handshake.secret.is_some())
    }

    /// A value of the hook's configuration; empty when there is none.
    pub(super) fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Whether a request to this path, outside of every hook's own, may be one of its handshakes.
    pub fn greets_at(&self, path: &str) -> bool {
        self.handshakes.iter().any(|handshake| handshake.path.as_deref() == Some(path))
    }

    /// The expression that fills a column for which a hook writes none: the source's own, or for `EventTime`,
    /// `EventType`, `DeliveryId` and `Event` what fits every source. `None` leaves the column to a member of its name.
    ///
    /// A hook that says itself what an event is (`own_events`) gets only what fits every source: the source's own are
    /// written for the events that it finds.
    pub fn default_column(&self, name: &str, own_events: bool) -> Option<&str> {
        let own = self.columns.iter().find(|(known, _)| known == name).filter(|_| !own_events);
        if let Some((_, expression)) = own {
            return Some(expression);
        }
        match name {
            "EventTime" => Some(".EventTime? // .eventTime? // .event_time? // $received"),
            // Without a place for them the variables are null, and a member of that name may know better.
            "EventType" if !self.event_type.is_empty() => Some("$event"),
            "DeliveryId" if !self.delivery_id.is_empty() => Some("$delivery"),
            "Event" => Some("."),
            _ => None,
        }
    }

    /// The headers that verification, handshakes, delivery id and event type read: sorted, in lower case,
    /// numbered ones as `prefix*`. Nothing else of a delivery's headers is looked at.
    pub fn headers(&self) -> Vec<String> {
        self.read_headers.clone()
    }

    fn headers_that_are_read(&self) -> Vec<String> {
        let scheme = &self.auth;
        let facts = self.event_type.iter().chain(&self.delivery_id);
        let locations = scheme
            .sig
            .iter()
            .chain(scheme.content.locations())
            .chain(match &scheme.ts {
                Some(TimestampPlace::At(location)) => Some(location),
                Some(TimestampPlace::InSignature(_)) | None => None,
            })
            .chain(self.handshakes.iter().flat_map(Handshake::locations))
            .chain(self.ack.iter().flat_map(Answer::locations))
            .chain(facts.clone());
        let mut headers: Vec<String> = locations.filter_map(Location::header).collect();
        let native =
            scheme.native.filter(|_| scheme.method == Method::Native).map_or(&[][..], Native::headers);
        let door = self.door.map_or(&[][..], Door::headers);
        if self.payload.form == Form::CloudEvents {
            headers.extend(["ce-*".to_owned(), "content-type".to_owned()]);
        }
        headers.extend(native.iter().chain(door).map(|name| (*name).to_owned()));
        let signed = self.handshakes.iter().filter(|handshake| handshake.signed);
        let looked_up = signed.flat_map(Handshake::locations).chain(facts);
        if looked_up.into_iter().any(|location| matches!(location, Location::Json(_))) {
            // A compressed body is inflated before it is looked into.
            headers.push("content-encoding".to_owned());
        }
        headers.sort();
        headers.dedup();
        headers
    }
}

impl Default for Scheme {
    /// What each field is when it is not written.
    fn default() -> Self {
        Scheme {
            method: Method::Hmac,
            hash: Hash::Sha256,
            key: KeyEncoding::Utf8,
            key_strip: String::new(),
            key_template: None,
            sig: Vec::new(),
            split: None,
            pick: String::new(),
            enc: Encoding::Hex,
            content: Template::body(),
            ts: None,
            ts_unit: TimestampUnit::Seconds,
            tolerance: None,
            jwt: Claims::default(),
            native: None,
        }
    }
}

impl Scheme {
    /// What does not fit together.
    fn contradiction(&self) -> Option<&'static str> {
        let in_key = |part: &Part| self.key_template.as_ref().is_some_and(|key| key.has(part));
        let public = matches!(self.key, KeyEncoding::Spki | KeyEncoding::Pem);
        match self.method {
            Method::Native if self.native.is_none() => return Some("`native` must name the scheme"),
            Method::Native if self.native == Some(Native::Plaid) => return self.jwt_contradiction(),
            Method::Native | Method::None => return None,
            Method::Jwt => {
                if let Some(message) = self.jwt_contradiction() {
                    return Some(message);
                }
            }
            Method::EcdsaP256 if !public || self.hash != Hash::Sha256 => {
                return Some("ECDSA on P-256 has a `key` in spki, pem or jwks and the `hash` sha256");
            }
            Method::RsaPkcs1 if !public => return Some("an RSA `key` is spki, pem or jwks"),
            Method::Hmac if public => return Some("an HMAC's `key` is utf8, base64, hex or sha1(utf8)"),
            Method::Ed25519 if !matches!(self.key, KeyEncoding::Base64 | KeyEncoding::Hex) => {
                return Some("an Ed25519 `key` is base64 or hex");
            }
            _ => {}
        }
        if self.sig.is_empty() {
            return Some("`sig` must say where the signature or the token stands");
        }
        if self.split.as_deref() == Some("") {
            return Some("`split` is empty");
        }
        if self.ts.is_none() && (self.content.has(&Part::Timestamp) || in_key(&Part::Timestamp)) {
            return Some("`{timestamp}` needs `ts`, which says where it stands");
        }
        if self.ts.is_none() && self.tolerance.is_some() && self.method != Method::Jwt {
            return Some("`tolerance` needs `ts`, which says where the timestamp stands");
        }
        if self.key_template.is_some() && !in_key(&Part::Secret) {
            return Some("`key_template` must hold `{secret}`");
        }
        None
    }

    /// What of a token does not fit together. A key serves one kind of algorithm: a public key must never be
    /// taken for the secret of an HMAC (RFC 8725, 2.1).
    fn jwt_contradiction(&self) -> Option<&'static str> {
        let mut shared = false;
        let mut public = false;
        for name in &self.jwt.alg {
            match jwt::algorithm(name) {
                Some(jwt::Check::Hmac(_)) => shared = true,
                Some(jwt::Check::Signature(..)) => public = true,
                None => return Some("`alg` takes HS256, HS384, HS512, RS256, RS384, RS512 and ES256"),
            }
        }
        let fetched = self.jwt.jwks.is_some() || self.native.is_some();
        match (shared, public) {
            (false, false) => Some("`alg` must name the accepted algorithms"),
            (true, true) => {
                Some("`alg` takes either algorithms with a shared secret or those with a public key")
            }
            (true, false) if fetched || self.key.is_public() => {
                Some("an `alg` with a shared secret has a `key` in utf8, base64 or hex and no `jwks`")
            }
            (false, true) if !fetched && !self.key.is_public() => {
                Some("an `alg` with a public key needs `jwks`, or a `key` in spki, pem or jwks")
            }
            _ => None,
        }
    }
}

/// Puts a hook's values in place of `{config:NAME}`. The depth is that of the source's text, which its reader bounds.
fn fill_in(value: &mut Value, values: &[(String, String)]) {
    match &mut value.kind {
        Kind::String(text) => {
            for (name, value) in values {
                *text = text.replace(&format!("{{config:{name}}}"), value);
            }
        }
        Kind::Array(elements) => elements.iter_mut().for_each(|element| fill_in(element, values)),
        Kind::Object(members) => members.iter_mut().for_each(|member| fill_in(&mut member.value, values)),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => {}
    }
}

/// Reads members and collects what is wrong with them.
pub(super) struct Reader {
    errors: Vec<SourceError>,
}

impl Reader {
    #[inline(never)]
    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(SourceError { span, message: message.into() });
    }

    #[inline(never)]
    fn source(&mut self, value: &Value) -> Source {
        let mut source = Source {
            id: String::new(),
            auth: Scheme::default(),
            handshakes: Vec::new(),
            payload: Payload::default(),
            event_type: Vec::new(),
            delivery_id: Vec::new(),
            ack: None,
            on_reject: None,
            door: None,
            config: Vec::new(),
            named_secrets: Vec::new(),
            values: Vec::new(),
            columns: Vec::new(),
            read_headers: Vec::new(),
        };
        let mut has_auth = false;
        for member in self.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "id" => source.id = self.text(value).unwrap_or_default(),
                "auth" => {
                    has_auth = true;
                    self.scheme(&mut source.auth, value);
                }
                "handshake" => {
                    source.handshakes =
                        self.array(value).iter().filter_map(|value| Handshake::read(self, value)).collect();
                }
                "payload" => source.payload = self.payload(value),
                "event_type" => source.event_type = self.locations(value),
                "delivery_id" => source.delivery_id = self.locations(value),
                "ack" => source.ack = Answer::read(self, value, Use::Acknowledgement),
                "on_reject" => {
                    for member in self.object(value) {
                        match member.key.as_str() {
                            "status" => source.on_reject = self.whole(&member.value, 400, 599),
                            _ => self.unknown(member),
                        }
                    }
                }
                "door" => source.door = self.choice(value, Door::NAMES, None),
                "config" => source.config = self.by_name(value),
                "named_secrets" => source.named_secrets = self.by_name(value),
                "columns" => {
                    for member in self.object(value) {
                        if let Some(expression) = self.text(&member.value) {
                            source.columns.push((member.key.clone(), expression));
                        }
                    }
                }
                // What only people read; build.rs leaves them out of what is compiled in.
                "$schema" | "name" | "category" | "docs" | "verified" | "unverified" | "notes" | "secret"
                | "hook" | "setup" | "deadline_s" | "retries" => {}
                _ => self.unknown(member),
            }
        }
        if source.id.is_empty() {
            self.error(value.span, "`id` is missing");
        }
        if !has_auth {
            self.error(value.span, "`auth` is missing: `{\"method\": \"none\"}` lets everybody send");
        }
        if source.payload.form == Form::Form && source.payload.field.is_none() {
            self.error(value.span, "a payload in a form needs `field`, which names the field with the JSON");
        }
        source.read_headers = source.headers_that_are_read();
        source
    }

    #[inline(never)]
    fn scheme(&mut self, scheme: &mut Scheme, value: &Value) {
        let before = self.errors.len();
        let unset = Scheme::default();
        for member in self.object(value) {
            let value = &member.value;
            let null = value.kind == Kind::Null;
            match member.key.as_str() {
                "method" => scheme.method = self.choice(value, METHODS, unset.method),
                "hash" => scheme.hash = self.choice(value, HASHES, unset.hash),
                "key" => scheme.key = self.choice(value, KEYS, unset.key),
                "key_strip" => scheme.key_strip = self.optional_text(value).unwrap_or_default(),
                "key_template" => scheme.key_template = self.template(value, Use::Key),
                "sig" => scheme.sig = if null { Vec::new() } else { self.locations(value) },
                "split" => scheme.split = self.optional_text(value),
                "pick" => scheme.pick = self.optional_text(value).unwrap_or_default(),
                "enc" => scheme.enc = self.choice(value, ENCODINGS, unset.enc),
                "content" => {
                    scheme.content = self.template(value, Use::Content).unwrap_or_else(Template::body);
                }
                "ts" => {
                    scheme.ts = self.optional_text(value).and_then(|text| match text.strip_prefix("sig:") {
                        Some(prefix) => Some(TimestampPlace::InSignature(prefix.to_owned())),
                        None => self.location(value).map(TimestampPlace::At),
                    });
                }
                "ts_unit" => scheme.ts_unit = self.choice(value, UNITS, unset.ts_unit),
                "tolerance" => {
                    scheme.tolerance = if null { None } else { self.whole(value, 1, 86_400) };
                }
                "alg" => scheme.jwt.alg = if null { Vec::new() } else { self.texts(value) },
                "iss" => scheme.jwt.iss = self.optional_text(value),
                "aud" => scheme.jwt.aud = self.optional_text(value),
                "body_claim" => scheme.jwt.body_claim = self.optional_text(value),
                "body_enc" => {
                    scheme.jwt.body_enc =
                        if null { None } else { Some(self.choice(value, ENCODINGS, Encoding::Hex)) };
                }
                "url_claim" => scheme.jwt.url_claim = self.optional_text(value),
                "leeway" => scheme.jwt.leeway = if null { None } else { self.whole(value, 0, 3600) },
                "has_claims" => scheme.jwt.has = if null { Vec::new() } else { self.texts(value) },
                "claims" => scheme.jwt.required = if null { Vec::new() } else { self.by_name(value) },
                "jwks" => {
                    scheme.jwt.jwks = self.optional_text(value);
                    // Without a hook's values the URL is not known yet.
                    let sound = |url: &String| {
                        url.starts_with("{config:") || (!url.contains(['@', '#', ' ']) && url.contains("://"))
                    };
                    if scheme.jwt.jwks.as_ref().is_some_and(|url| !sound(url)) {
                        self.error(value.span, "expected the URL of a JSON Web Key Set, with `https://`");
                    }
                }
                "native" => {
                    scheme.native = if null {
                        None
                    } else {
                        self.text(value).and_then(|name| {
                            let known = Native::NAMES.iter().find(|(known, _)| *known == name);
                            if known.is_none() {
                                self.error(value.span, "there is no such native scheme");
                            }
                            known.map(|(_, native)| *native)
                        })
                    };
                }
                _ => self.unknown(member),
            }
        }
        if scheme.method == Method::Basic && scheme.sig.is_empty() {
            scheme.sig = vec![Location::Header("authorization".to_owned())];
        }
        if scheme.method == Method::Basic && scheme.pick.is_empty() {
            "Basic ".clone_into(&mut scheme.pick);
        }
        if self.errors.len() == before
            && let Some(message) = scheme.contradiction()
        {
            self.error(value.span, message);
        }
    }

    #[inline(never)]
    fn payload(&mut self, value: &Value) -> Payload {
        let mut payload = Payload::default();
        for member in self.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "form" => payload.form = self.choice(value, FORMS, Form::Json),
                "field" => payload.field = self.text(value),
                "events" => payload.events = self.text(value),
                "unpack" => {
                    payload.unpack = self.array(value).iter().filter_map(|value| self.packed(value)).collect()
                }
                "max_bytes" => payload.max_bytes = self.whole(value, 1, 100 * 1024 * 1024),
                _ => self.unknown(member),
            }
        }
        payload
    }

    #[inline(never)]
    fn packed(&mut self, value: &Value) -> Option<Packed> {
        let mut packed = Packed { at: Vec::new(), base64: false, many: false };
        for member in self.object(value) {
            let value = &member.value;
            match member.key.as_str() {
                "at" => match self.text(value)?.strip_prefix('/') {
                    Some(way) => packed.at = way.split('/').map(str::to_owned).collect(),
                    None => self.error(value.span, "expected a way such as /records/*/data"),
                },
                "base64" => packed.base64 = self.flag(value)?,
                "many" => packed.many = self.flag(value)?,
                _ => self.unknown(member),
            }
        }
        if packed.at.is_empty() {
            self.error(value.span, "`at` is missing: it says where the packed member stands");
        }
        Some(packed)
    }

    /// The members of an object; a key that stands twice is a mistake.
    #[inline(never)]
    pub(super) fn object<'v>(&mut self, value: &'v Value) -> &'v [Member] {
        let Kind::Object(members) = &value.kind else {
            self.error(value.span, "expected an object");
            return &[];
        };
        for (index, member) in members.iter().enumerate() {
            if members.iter().take(index).any(|earlier| earlier.key == member.key) {
                self.error(member.key_span, format!("`{}` stands twice", member.key));
            }
        }
        members
    }

    pub(super) fn unknown(&mut self, member: &Member) {
        self.error(member.key_span, format!("`{}` is not known here", member.key));
    }

    pub(super) fn array<'v>(&mut self, value: &'v Value) -> &'v [Value] {
        match &value.kind {
            Kind::Array(elements) => elements,
            _ => {
                self.error(value.span, "expected an array");
                &[]
            }
        }
    }

    #[inline(never)]
    pub(super) fn text(&mut self, value: &Value) -> Option<String> {
        match &value.kind {
            Kind::String(text) => Some(text.clone()),
            _ => {
                self.error(value.span, "expected a string");
                None
            }
        }
    }

    /// A string; `null` is none.
    fn optional_text(&mut self, value: &Value) -> Option<String> {
        if value.kind == Kind::Null { None } else { self.text(value) }
    }

    /// A string or an array of strings.
    pub(super) fn texts(&mut self, value: &Value) -> Vec<String> {
        match &value.kind {
            Kind::Array(elements) => elements.iter().filter_map(|element| self.text(element)).collect(),
            _ => self.text(value).into_iter().collect(),
        }
    }

    /// One of several words; `null` is the one that counts when nothing is written.
    #[inline(never)]
    fn choice<T: Copy>(&mut self, value: &Value, choices: &[(&str, T)], unset: T) -> T {
        if value.kind == Kind::Null {
            return unset;
        }
        let Some(text) = self.text(value) else { return unset };
        match choices.iter().find(|(name, _)| *name == text) {
            Some((_, choice)) => *choice,
            None => {
                let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
                // What stands there is not repeated: a key may have been pasted into the wrong place.
                self.error(value.span, format!("expected one of {}", names.join(", ")));
                unset
            }
        }
    }

    /// A whole number within bounds.
    #[inline(never)]
    pub(super) fn whole<T: TryFrom<u32>>(&mut self, value: &Value, least: u32, most: u32) -> Option<T> {
        let number = match &value.kind {
            Kind::Number(digits) => {
                digits.parse::<u32>().ok().filter(|number| (least..=most).contains(number))
            }
            _ => None,
        };
        let number = number.and_then(|number| T::try_from(number).ok());
        if number.is_none() {
            self.error(value.span, format!("expected a whole number from {least} to {most}"));
        }
        number
    }

    pub(super) fn flag(&mut self, value: &Value) -> Option<bool> {
        match value.kind {
            Kind::Bool(flag) => Some(flag),
            _ => {
                self.error(value.span, "expected true or false");
                None
            }
        }
    }

    fn location(&mut self, value: &Value) -> Option<Location> {
        let text = self.text(value)?;
        self.location_of(value.span, &text)
    }

    pub(super) fn location_of(&mut self, span: Span, text: &str) -> Option<Location> {
        Location::read(text).map_err(|message| self.error(span, message)).ok()
    }

    /// Names and texts: the members of an object. A boolean is a text too.
    #[inline(never)]
    fn by_name(&mut self, value: &Value) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for member in self.object(value) {
            let text = match member.value.kind {
                Kind::Bool(flag) => Some(flag.to_string()),
                _ => self.text(&member.value),
            };
            found.extend(text.map(|text| (member.key.clone(), text)));
        }
        found
    }

    /// A location or an array of them.
    #[inline(never)]
    pub(super) fn locations(&mut self, value: &Value) -> Vec<Location> {
        match &value.kind {
            Kind::Array(elements) => elements.iter().filter_map(|element| self.location(element)).collect(),
            _ => self.location(value).into_iter().collect(),
        }
    }

    /// A template; `null` is none.
    fn template(&mut self, value: &Value, purpose: Use) -> Option<Template> {
        let text = self.optional_text(value)?;
        self.template_of(value.span, &text, purpose)
    }

    pub(super) fn template_of(&mut self, span: Span, text: &str, purpose: Use) -> Option<Template> {
        Template::read(text, purpose).map_err(|message| self.error(span, message)).ok()
    }
}
