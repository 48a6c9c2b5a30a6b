//! One engine for every source: is this delivery from the product that the hook is for?

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use subtle::{Choice, ConstantTimeEq as _};

use super::decode::open;
use super::delivery::{Delivery, Field};
use super::handshake::{Handshake, Reply};
use super::jwt;
use super::keyring::{Keyring, Wanted};
use super::location::{Found, Location, hex_digit, is_numbered};
#[cfg(feature = "pure-crypto")]
use super::public_key::KeyKind;
use super::public_key::PublicKey;
use super::rejection::Rejection;
use super::secret::{Secret, Secrets};
use super::source::{Encoding, Form, Hash, Method, Scheme, Source, TimestampPlace, TimestampUnit};
use super::template::{Part, Template};
use super::timestamp;

/// How many signatures of one delivery are tried. Senders list a few while they rotate a key.
const CANDIDATES: usize = 16;

/// How far a compressed body or a form is opened to look for the event's type and id, in bytes, where the
/// source does not say how large its bodies are.
const OPENED: usize = 25 * 1024 * 1024;

/// A message authentication code: at most 64 bytes, kept on the stack.
#[derive(Clone, Copy)]
pub struct Mac {
    bytes: [u8; 64],
    length: usize,
}

impl Mac {
    /// A code of these bytes. More than 64 are no code of any hash here and give an empty one, which
    /// matches nothing.
    pub fn new(code: &[u8]) -> Mac {
        let mut bytes = [0; 64];
        match bytes.get_mut(..code.len()) {
            Some(room) => {
                room.copy_from_slice(code);
                Mac { bytes, length: code.len() }
            }
            None => Mac { bytes, length: 0 },
        }
    }

    /// The code's bytes.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// The cryptography that verification needs. A host may have faster code than Rust compiled to wasm.
pub trait Crypto {
    /// The HMAC of `before`, `body` and `after` in a row ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
    fn hmac(&self, hash: Hash, key: &[u8], before: &[u8], body: &[u8], after: &[u8]) -> Mac;

    /// Whether one of these codes begins with the HMAC of `before`, `body` and `after` in a row. All are looked at, and
    /// the time does not tell how much of a code is right.
    fn is_hmac(
        &self,
        hash: Hash,
        key: &[u8],
        [before, body, after]: [&[u8]; 3],
        codes: &[[u8; 64]],
    ) -> Choice {
        one_is(codes, hash.length(), &self.hmac(hash, key, before, body, after))
    }

    /// Whether this is an Ed25519 signature of the message under the public key
    /// ([RFC 8032](https://www.rfc-editor.org/rfc/rfc8032)).
    fn ed25519(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool;

    /// Whether this is a signature of the message under the public key: ECDSA with SHA-256 in DER
    /// ([FIPS 186-5](https://csrc.nist.gov/pubs/fips/186-5/final), RFC 3279, 2.2.3) for a key on P-256, and
    /// RSASSA-PKCS1-v1_5 with `hash` ([RFC 8017](https://www.rfc-editor.org/rfc/rfc8017#section-8.2)) for one of RSA.
    fn signed(&self, key: &PublicKey, hash: Hash, message: &[u8], signature: &[u8]) -> bool;
}

/// Whether one of these codes, as far as `length`, is this one.
pub fn one_is(codes: &[[u8; 64]], length: usize, mac: &Mac) -> Choice {
    any(codes.iter().map(|code| mac.bytes().ct_eq(code.get(..length).unwrap_or_default())))
}

/// Cryptography in Rust alone.
#[cfg(feature = "pure-crypto")]
#[derive(Clone, Copy, Debug, Default)]
pub struct PureCrypto;

/// The HMAC (RFC 2104) of three parts in a row. Without `pure-crypto` it has SHA-1 and SHA-256 only, which nearly
/// every product uses, and gives an empty code for the rest: the host has those.
pub fn hmac(hash: Hash, key: &[u8], before: &[u8], body: &[u8], after: &[u8]) -> Mac {
    use hmac::{Hmac, KeyInit as _, Mac as _};

    macro_rules! code {
        ($hash:ty) => {
            match Hmac::<$hash>::new_from_slice(key) {
                Ok(mut code) => {
                    code.update(before);
                    code.update(body);
                    code.update(after);
                    Mac::new(&code.finalize().into_bytes())
                }
                // HMAC takes keys of every length, so this is never reached; an empty code matches nothing.
                Err(_) => Mac::new(&[]),
            }
        };
    }
    match hash {
        Hash::Sha1 => code!(sha1::Sha1),
        Hash::Sha256 => code!(sha2::Sha256),
        #[cfg(feature = "pure-crypto")]
        Hash::Sha384 => code!(sha2::Sha384),
        #[cfg(feature = "pure-crypto")]
        Hash::Sha512 => code!(sha2::Sha512),
        #[cfg(not(feature = "pure-crypto"))]
        Hash::Sha384 | Hash::Sha512 => Mac::new(&[]),
    }
}

#[cfg(feature = "pure-crypto")]
impl Crypto for PureCrypto {
    fn hmac(&self, hash: Hash, key: &[u8], before: &[u8], body: &[u8], after: &[u8]) -> Mac {
        hmac(hash, key, before, body, after)
    }

    fn ed25519(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        ed25519_dalek::VerifyingKey::from_bytes(key)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }

    fn signed(&self, key: &PublicKey, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        match key.kind {
            KeyKind::P256 => ecdsa_p256(key, hash, message, signature),
            KeyKind::Rsa => rsa_pkcs1(key, hash, message, signature),
        }
    }
}

#[cfg(feature = "pure-crypto")]
fn ecdsa_p256(key: &PublicKey, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    use p256::ecdsa::signature::Verifier as _;
    use p256::ecdsa::{DerSignature, VerifyingKey};
    use p256::pkcs8::DecodePublicKey as _;

    let signature = DerSignature::from_bytes(signature);
    hash == Hash::Sha256
        && VerifyingKey::from_public_key_der(key.spki())
            .is_ok_and(|key| signature.is_ok_and(|signature| key.verify(message, &signature).is_ok()))
}

#[cfg(feature = "pure-crypto")]
fn rsa_pkcs1(key: &PublicKey, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    use rsa::pkcs1v15::Pkcs1v15Sign;
    use rsa::pkcs8::DecodePublicKey as _;
    use sha2::Digest as _;

    let (padding, digest) = match hash {
        Hash::Sha1 => (Pkcs1v15Sign::new::<sha1::Sha1>(), sha1::Sha1::digest(message).to_vec()),
        Hash::Sha256 => (Pkcs1v15Sign::new::<sha2::Sha256>(), sha2::Sha256::digest(message).to_vec()),
        Hash::Sha384 => (Pkcs1v15Sign::new::<sha2::Sha384>(), sha2::Sha384::digest(message).to_vec()),
        Hash::Sha512 => (Pkcs1v15Sign::new::<sha2::Sha512>(), sha2::Sha512::digest(message).to_vec()),
    };
    rsa::RsaPublicKey::from_public_key_der(key.spki())
        .is_ok_and(|key| key.verify(padding, &digest, signature).is_ok())
}

/// What a delivery turned out to be.
#[derive(Clone, Debug)]
pub enum Verdict<'a> {
    /// A handshake: send this answer, there is no event.
    Handshake(Reply),
    /// A delivery of the source.
    Verified(Verified<'a>),
    /// It cannot be said without this key: fetch it, hand it to the [`Keyring`] and ask again.
    NeedsKey(Wanted),
    /// A handshake whose answer is a request of ours: GET this URL, which the source pins; when that has
    /// succeeded, send the answer.
    Visit {
        /// The URL.
        url: String,
        /// The answer.
        reply: Reply,
    },
}

/// What is judged, and with what.
pub(super) struct Context<'s, 'd> {
    pub source: &'s Source,
    pub secrets: &'s Secrets,
    pub keyring: &'s Keyring,
    pub delivery: &'s Delivery<'d>,
    /// In milliseconds since the Unix epoch.
    pub now: i64,
    pub crypto: &'s dyn Crypto,
}

/// What a proof came to, where it is not refused.
pub(super) enum Proof<'s> {
    /// It holds, by this secret where a secret was used.
    Sound(Option<&'s Secret>),
    /// This key is needed to say so.
    NeedsKey(Wanted),
    /// It holds, and asks for a visit.
    Visit(String),
}

/// A delivery that is the source's own. Only [`verify`] makes one.
#[derive(Clone)]
pub struct Verified<'a> {
    delivery_id: Option<String>,
    event_type: Option<String>,
    body: Cow<'a, [u8]>,
    received_at: i64,
}

impl<'a> Verified<'a> {
    /// The sender's id of the delivery; a redelivery has the same.
    pub fn delivery_id(&self) -> Option<&str> {
        self.delivery_id.as_deref()
    }

    /// The sender's word for what happened.
    pub fn event_type(&self) -> Option<&str> {
        self.event_type.as_deref()
    }

    /// The body as it came over the wire; [`decode`] makes JSON of it.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as it came over the wire.
    pub fn into_body(self) -> Cow<'a, [u8]> {
        self.body
    }

    /// The same delivery with a body of its own.
    pub fn into_owned(self) -> Verified<'static> {
        Verified { body: Cow::Owned(self.body.into_owned()), ..self }
    }

    /// When it was verified, in milliseconds since the Unix epoch.
    pub fn received_at(&self) -> i64 {
        self.received_at
    }
}

impl fmt::Debug for Verified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("delivery_id", &self.delivery_id)
            .field("event_type", &self.event_type)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("received_at", &self.received_at)
            .finish()
    }
}

/// Verifies a delivery. `now` is in milliseconds since the Unix epoch.
///
/// 1. A header that counts and occurs twice is refused: sender and relay could mean different ones.
/// 2. Handshakes that are not signed are answered; their guards bound what the answer repeats.
/// 3. What is neither POST nor the request of a signed handshake is refused.
/// 4. The signature is checked: it is there, its time is near, and it is of these bytes under one of the keys.
/// 5. Handshakes that are signed are answered.
/// 6. The rest is a delivery; its id and its event's type are looked up.
///
/// # Errors
///
/// The first reason to turn it away.
pub fn verify<'a>(
    source: &Source,
    secrets: &Secrets,
    delivery: &Delivery<'a>,
    now: i64,
    crypto: &dyn Crypto,
) -> Result<Verdict<'a>, Rejection> {
    verify_with(source, secrets, &Keyring::default(), delivery, now, crypto)
}

/// As [`verify`], with the keys that were fetched; [`verify`] has none.
///
/// # Errors
///
/// The first reason to turn it away.
pub fn verify_with<'a>(
    source: &Source,
    secrets: &Secrets,
    keyring: &Keyring,
    delivery: &Delivery<'a>,
    now: i64,
    crypto: &dyn Crypto,
) -> Result<Verdict<'a>, Rejection> {
    refuse_repeated_headers(source, delivery)?;

    for handshake in source.handshakes.iter().filter(|handshake| !handshake.signed && !handshake.armed) {
        if handshake.matches(delivery, delivery.body) {
            let reply = handshake.answer(secrets, None, delivery, delivery.body, crypto)?;
            return Ok(Verdict::Handshake(reply));
        }
    }

    let signed = || source.handshakes.iter().filter(|handshake| handshake.signed);
    if delivery.method != "POST" && !signed().any(|handshake| handshake.method == delivery.method) {
        return Err(Rejection::MethodNotAllowed { allow: allowed_methods(source) });
    }

    let key = match checked(&Context { source, secrets, keyring, delivery, now, crypto })? {
        Proof::Sound(key) => key,
        Proof::NeedsKey(wanted) => return Ok(Verdict::NeedsKey(wanted)),
        Proof::Visit(url) => {
            let reply = Reply { status: 200, headers: Vec::new(), body: Vec::new() };
            return Ok(Verdict::Visit { url, reply });
        }
    };

    if let Some(reply) = source.door.and_then(|door| door.inquiry(delivery)) {
        return reply.map(Verdict::Handshake);
    }
    let json = opened(source, delivery);
    if let Some(handshake) = signed().find(|handshake| handshake.matches(delivery, &json)) {
        let reply = handshake.answer(secrets, key, delivery, &json, crypto)?;
        return Ok(Verdict::Handshake(reply));
    }
    if delivery.method != "POST" {
        return Err(Rejection::MethodNotAllowed { allow: allowed_methods(source) });
    }

    let first = |places: &[Location]| {
        places.iter().find_map(|place| match place.value(delivery, &json) {
            Found::Once(text) if !text.is_empty() => Some(text.into_owned()),
            Found::Once(_) | Found::Absent | Found::Repeated => None,
        })
    };
    Ok(Verdict::Verified(Verified {
        delivery_id: first(&source.delivery_id),
        event_type: first(&source.event_type),
        body: Cow::Borrowed(delivery.body),
        received_at: now,
    }))
}

/// The secret that a request brings which the product has made, and the answer to that request, if it is one. It proves
/// nothing: whoever takes it as a key has to be told by an operator that the product is about to send it.
pub fn hello(
    source: &Source,
    secrets: &Secrets,
    delivery: &Delivery<'_>,
    crypto: &dyn Crypto,
) -> Option<(Secret, Reply)> {
    source.handshakes.iter().find_map(|handshake| handshake.hello(secrets, delivery, crypto))
}

fn refuse_repeated_headers(source: &Source, delivery: &Delivery<'_>) -> Result<(), Rejection> {
    for read in &source.read_headers {
        let repeated = match read.strip_suffix('*') {
            None => (delivery.headers.get(read) == Field::Repeated).then_some(read.as_str()),
            Some(prefix) => delivery
                .headers
                .iter()
                .map(|(name, _)| name)
                .find(|name| is_numbered(name, prefix) && delivery.headers.get(name) == Field::Repeated),
        };
        if let Some(name) = repeated {
            return Err(Rejection::HeaderRepeated { name: name.to_owned() });
        }
    }
    Ok(())
}

fn allowed_methods(source: &Source) -> String {
    let mut methods: Vec<&str> =
        source.handshakes.iter().map(|handshake| handshake.method.as_str()).collect();
    methods.push("POST");
    methods.sort_unstable();
    methods.dedup();
    methods.join(", ")
}

/// The text in which a verified delivery's type and id are looked up: the body, or what it holds.
fn opened<'r>(source: &Source, delivery: &'r Delivery<'_>) -> Cow<'r, [u8]> {
    let compressed = delivery.headers.get("content-encoding") != Field::Absent;
    let body = Cow::Borrowed(delivery.body);
    let facts = source.event_type.iter().chain(&source.delivery_id);
    let signed = source.handshakes.iter().filter(|handshake| handshake.signed);
    let mut read = facts.chain(signed.flat_map(Handshake::locations));
    let form = source.payload.form;
    let plain =
        !compressed && source.payload.field.is_none() && matches!(form, Form::Json | Form::CloudEvents);
    if plain
        || source.door.is_some()
        || form == Form::Ndjson
        || !read.any(|place| matches!(place, Location::Json(_)))
    {
        return body;
    }
    // What is wrong with the body is told when it is decoded for its events.
    open(source, delivery, body, source.payload.max_bytes.unwrap_or(OPENED)).unwrap_or_default()
}

/// Checks the proof.
fn checked<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let Context { secrets, delivery, now, crypto, .. } = *context;
    let scheme = &context.source.auth;
    match (scheme.method, scheme.native) {
        (Method::None, _) => return Ok(Proof::Sound(None)),
        (Method::Native, Some(native)) => return native.check(context),
        _ => {}
    }
    let mut values = Vec::new();
    for location in &scheme.sig {
        match (location, location.value(delivery, delivery.body)) {
            (_, Found::Absent) => {}
            (_, Found::Repeated) => return Err(Rejection::ParameterRepeated { name: location.to_string() }),
            (Location::NumberedHeader(_), _) => {
                let each = location.each(delivery, delivery.body);
                values.extend(each.into_iter().map(|value| (location, value)));
            }
            (_, Found::Once(value)) => values.push((location, value)),
        }
    }
    let mut candidates = Vec::new();
    for (location, value) in &values {
        candidates.extend(parts(scheme, value).filter_map(|part| picked(scheme, location, part)));
    }
    match candidates.len() {
        0 => return Err(Rejection::SignatureMissing),
        1..=CANDIDATES => {}
        _ => return Err(Rejection::SignatureMalformed),
    }

    let found = match scheme.method {
        Method::Token => matching(secrets, |secret| {
            any(candidates.iter().map(|token| secret.bytes().ct_eq(token.as_bytes())))
        }),
        Method::Basic => {
            let mut credentials = Vec::new();
            for candidate in candidates {
                credentials.push(STANDARD.decode(candidate).map_err(|_| Rejection::SignatureMalformed)?);
            }
            matching(secrets, |secret| {
                any(credentials.iter().map(|credentials| secret.bytes().ct_eq(credentials)))
            })
        }
        Method::Hmac | Method::Ed25519 => {
            let time = match &scheme.ts {
                Some(place) => signed_time(scheme, place, &values, delivery, now)?,
                None => Cow::Borrowed(""),
            };
            let Content { before, body, after } = content(&scheme.content, &time, delivery)?;
            let length = if scheme.method == Method::Hmac { scheme.hash.length() } else { 64 };
            let signatures = decoded(scheme, &candidates, length)?;
            if scheme.method == Method::Hmac {
                matching(secrets, |secret| {
                    let made;
                    let key = match &scheme.key_template {
                        Some(template) => {
                            made = made_key(template, &time, secret);
                            made.as_slice()
                        }
                        None => secret.bytes(),
                    };
                    crypto.is_hmac(scheme.hash, key, [&before, body, &after], &signatures)
                })
            } else {
                let message = [before.as_slice(), body, after.as_slice()].concat();
                matching(secrets, |secret| {
                    any(signatures.iter().map(|signature| {
                        let valid = <&[u8; 32]>::try_from(secret.bytes())
                            .is_ok_and(|key| crypto.ed25519(key, &message, signature));
                        Choice::from(u8::from(valid))
                    }))
                })
            }
        }
        Method::EcdsaP256 | Method::RsaPkcs1 => {
            let time = match &scheme.ts {
                Some(place) => signed_time(scheme, place, &values, delivery, now)?,
                None => Cow::Borrowed(""),
            };
            let message = whole_content(scheme, &time, delivery)?;
            for candidate in candidates {
                let signature = blob(scheme.enc, candidate).ok_or(Rejection::SignatureMalformed)?;
                let mut keys = secrets.public().filter(|key| key.holds(now));
                if keys.any(|key| crypto.signed(key, scheme.hash, &message, &signature)) {
                    return Ok(Proof::Sound(None));
                }
            }
            None
        }
        Method::Jwt => {
            let [token] = candidates.as_slice() else { return Err(Rejection::SignatureMalformed) };
            return jwt::check(context, token, |_| {
                Ok(scheme.jwt.jwks.clone().map(|url| Wanted { url, body: None }))
            });
        }
        Method::Native | Method::None => None,
    };
    found.map(|secret| Proof::Sound(Some(secret))).ok_or(Rejection::SignatureMismatch)
}

/// Whether one of them is true; all are looked at.
pub(crate) fn any(choices: impl Iterator<Item = Choice>) -> Choice {
    choices.fold(Choice::from(0), |any, choice| any | choice)
}

/// The first secret that matches. All are tried, so that the time does not tell which one it was.
pub(super) fn matching(secrets: &Secrets, matches: impl Fn(&Secret) -> Choice) -> Option<&Secret> {
    let mut found = None;
    for secret in secrets.iter() {
        let matched = bool::from(matches(secret));
        if matched && found.is_none() {
            found = Some(secret);
        }
    }
    found
}

/// The parts of a signature's value.
fn parts<'v>(scheme: &'v Scheme, value: &'v str) -> impl Iterator<Item = &'v str> {
    let split = scheme.split.as_deref();
    let (listed, whole) = match split {
        Some(mark) => (Some(value.split(mark).map(|part| part.trim_matches([' ', '\t']))), None),
        None => (None, Some(value)),
    };
    listed.into_iter().flatten().chain(whole)
}

/// The part without the prefix that marks a signature; `None` when it is none.
fn picked<'v>(scheme: &Scheme, location: &Location, part: &'v str) -> Option<&'v str> {
    let pick = scheme.pick.as_str();
    // The scheme of Authorization has no case (RFC 9110, 11.1).
    let caseless =
        pick.ends_with(' ') && matches!(location, Location::Header(name) if name == "authorization");
    let rest = match part.split_at_checked(pick.len()) {
        Some((prefix, rest)) if prefix == pick || (caseless && prefix.eq_ignore_ascii_case(pick)) => rest,
        _ => return None,
    };
    (!part.is_empty()).then_some(rest)
}

/// The signed time as it was written, if it is near enough to now.
fn signed_time<'r>(
    scheme: &Scheme,
    place: &TimestampPlace,
    values: &'r [(&Location, Cow<'r, str>)],
    delivery: &'r Delivery<'_>,
    now: i64,
) -> Result<Cow<'r, str>, Rejection> {
    let text = match place {
        TimestampPlace::At(location) => match location.value(delivery, delivery.body) {
            Found::Once(text) => text,
            Found::Absent => return Err(Rejection::TimestampMissing),
            Found::Repeated => return Err(Rejection::TimestampMalformed),
        },
        TimestampPlace::InSignature(prefix) => {
            let all = values.iter().flat_map(|(_, value)| match &scheme.split {
                Some(mark) => value.split(mark.as_str()).collect::<Vec<&str>>(),
                None => vec![value.as_ref()],
            });
            let mut found =
                all.filter_map(|part| part.trim_matches([' ', '\t']).strip_prefix(prefix.as_str()));
            match (found.next(), found.next()) {
                (Some(text), None) => Cow::Borrowed(text),
                (None, _) => return Err(Rejection::TimestampMissing),
                // Whoever keeps the first for the signature and the last for the window can be led past it.
                (Some(_), Some(_)) => return Err(Rejection::TimestampMalformed),
            }
        }
    };
    let time = timestamp::read(&text, scheme.ts_unit).ok_or(Rejection::TimestampMalformed)?;
    // Whoever writes seconds compares seconds.
    let now = match scheme.ts_unit {
        TimestampUnit::Seconds => now.saturating_sub(now.rem_euclid(1000)),
        TimestampUnit::Milliseconds | TimestampUnit::Rfc3339 => now,
    };
    within(scheme.tolerance, time, now)?;
    Ok(text)
}

/// Whether a time is near enough to now; both are in milliseconds, the tolerance in seconds.
pub(super) fn within(tolerance: Option<u32>, time: i64, now: i64) -> Result<(), Rejection> {
    let Some(tolerance) = tolerance else { return Ok(()) };
    let age = now.saturating_sub(time);
    if age.unsigned_abs() > u64::from(tolerance).saturating_mul(1000) {
        return Err(Rejection::TimestampStale { age: age.div_euclid(1000), tolerance });
    }
    Ok(())
}

/// What is signed, in three pieces so that the body need not be copied.
#[derive(Default)]
pub(crate) struct Content<'a> {
    pub(crate) before: Vec<u8>,
    pub(crate) body: &'a [u8],
    pub(crate) after: Vec<u8>,
}

/// What is signed, in one piece.
#[inline(never)]
fn whole_content(scheme: &Scheme, time: &str, delivery: &Delivery<'_>) -> Result<Vec<u8>, Rejection> {
    let Content { before, body, after } = content(&scheme.content, time, delivery)?;
    Ok([before.as_slice(), body, after.as_slice()].concat())
}

pub(crate) fn content<'a>(
    template: &Template,
    time: &str,
    delivery: &Delivery<'a>,
) -> Result<Content<'a>, Rejection> {
    let mut content = Content::default();
    let mut behind_body = false;
    let mut parts = template.parts.iter().peekable();
    while let Some(part) = parts.next() {
        let out = if behind_body { &mut content.after } else { &mut content.before };
        match part {
            Part::Text(text) => out.extend_from_slice(text.as_bytes()),
            Part::Timestamp => out.extend_from_slice(time.as_bytes()),
            Part::Method => out.extend_from_slice(delivery.method.as_bytes()),
            Part::Url => out.extend_from_slice(delivery.url.as_bytes()),
            Part::Body => {
                content.body = delivery.body;
                behind_body = true;
            }
            Part::Value(location) => {
                let value = match location.value(delivery, delivery.body) {
                    Found::Once(value) => value,
                    Found::Absent => return Err(Rejection::SignedPartMissing { name: location.to_string() }),
                    Found::Repeated => {
                        return Err(Rejection::ParameterRepeated { name: location.to_string() });
                    }
                };
                // An id with a dot in it could take over what stands behind the id.
                if matches!(parts.peek(), Some(Part::Text(mark)) if value.contains(mark.as_str())) {
                    return Err(Rejection::SignedPartMalformed { name: location.to_string() });
                }
                out.extend_from_slice(value.as_bytes());
            }
            // A template for content holds neither.
            Part::Secret | Part::Mac { .. } => {}
        }
    }
    Ok(content)
}

pub(crate) fn made_key(template: &Template, time: &str, secret: &Secret) -> Vec<u8> {
    let mut key = Vec::new();
    for part in &template.parts {
        match part {
            Part::Text(text) => key.extend_from_slice(text.as_bytes()),
            Part::Timestamp => key.extend_from_slice(time.as_bytes()),
            Part::Secret => key.extend_from_slice(secret.bytes()),
            // A template for a key holds none of these.
            Part::Body | Part::Method | Part::Url | Part::Value(_) | Part::Mac { .. } => {}
        }
    }
    key
}

/// The candidates' bytes, all of `length`.
///
/// One that is no signature makes the whole delivery malformed: that is also what two headers look like that
/// an HTTP stack joined with a comma. Where the source itself lists signatures with commas the two cannot be
/// told apart, and senders do list other things there, so such a candidate is passed over.
fn decoded(scheme: &Scheme, candidates: &[&str], length: usize) -> Result<Vec<[u8; 64]>, Rejection> {
    let lenient = scheme.split.as_deref() == Some(",");
    let mut signatures = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        match signature(scheme.enc, candidate, length) {
            Some(signature) => signatures.push(signature),
            None if lenient => {}
            None => return Err(Rejection::SignatureMalformed),
        }
    }
    if signatures.is_empty() { Err(Rejection::SignatureMalformed) } else { Ok(signatures) }
}

/// The bytes of a signature whose length its key decides, if it is written canonically.
fn blob(encoding: Encoding, text: &str) -> Option<Vec<u8>> {
    const LONGEST: usize = 4096;
    if text.len() > LONGEST {
        return None;
    }
    match encoding {
        Encoding::Hex => {
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            let byte = |[high, low]: &[u8; 2]| Some((hex_digit(*high)? << 4) | hex_digit(*low)?);
            if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
        }
        Encoding::Base64 => STANDARD.decode(text).ok(),
        Encoding::Base64Url => URL_SAFE_NO_PAD.decode(text).ok(),
    }
}

/// The bytes of a signature, if it is written canonically and has the length that it must have.
fn signature(encoding: Encoding, text: &str, length: usize) -> Option<[u8; 64]> {
    let mut out = [0_u8; 64];
    match encoding {
        Encoding::Hex => {
            let (pairs, rest) = text.as_bytes().as_chunks::<2>();
            if pairs.len() != length || !rest.is_empty() {
                return None;
            }
            for (byte, [high, low]) in out.iter_mut().zip(pairs) {
                *byte = (hex_digit(*high)? << 4) | hex_digit(*low)?;
            }
        }
        Encoding::Base64 | Encoding::Base64Url => {
            // The engine asks for room for whole groups of three.
            let mut room = [0_u8; 96];
            let engine = if encoding == Encoding::Base64 { &STANDARD } else { &URL_SAFE_NO_PAD };
            if engine.decode_slice(text, &mut room) != Ok(length) {
                return None;
            }
            out.get_mut(..length)?.copy_from_slice(room.get(..length)?);
        }
    }
    Some(out)
}
