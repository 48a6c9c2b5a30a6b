//! Public keys: read from SubjectPublicKeyInfo, PEM, certificates and JSON Web Keys, kept as
//! SubjectPublicKeyInfo in DER, which is the one form that every host's cryptography takes.
//!
//! The readers take exactly what these keys need of DER (ITU-T X.690): definite lengths, tags of one byte.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::json::{self, Dialect, Value};

use super::secret::BASE64;
use super::source::TimestampUnit;
use super::timestamp;

/// The contents of the object identifiers rsaEncryption (RFC 8017, A.1), id-ecPublicKey and secp256r1 (RFC 5480, 2.1).
const RSA: &[u8] = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
const EC: &[u8] = b"\x2a\x86\x48\xce\x3d\x02\x01";
const P256: &[u8] = b"\x2a\x86\x48\xce\x3d\x03\x01\x07";

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const NULL: u8 = 0x05;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// How many keys of one set are read. Issuers list a handful.
const KEYS: usize = 64;

/// The shortest and the longest RSA modulus that is accepted, in bytes: 2048 bits is what the products here
/// use at least (and NIST SP 800-131A demands), and more than 8192 bits only costs time.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=1024;

/// What a key can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// ECDSA on P-256.
    P256,
    /// RSA.
    Rsa,
}

/// A public key. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The name that its issuer gave it (`kid`, RFC 7517, 4.5).
    pub id: Option<String>,
    /// What it can check.
    pub kind: KeyKind,
    /// From when to when it holds, in milliseconds since the Unix epoch; `None` where nothing says so.
    pub validity: Option<(i64, i64)>,
    spki: Box<[u8]>,
}

impl PublicKey {
    /// SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7).
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether it holds at this time, in milliseconds since the Unix epoch.
    pub fn holds(&self, now: i64) -> bool {
        self.validity.is_none_or(|(from, to)| (from..=to).contains(&now))
    }

    /// Reads SubjectPublicKeyInfo in DER; `None` for what is no sound key on P-256 and no RSA key of 2048 to
    /// 8192 bits.
    #[inline(never)]
    pub fn from_spki(der: &[u8]) -> Option<PublicKey> {
        let mut outer = Der(der);
        let mut info = Der(outer.take(SEQUENCE)?);
        let mut algorithm = Der(info.take(SEQUENCE)?);
        let kind = match algorithm.take(OID)? {
            RSA if algorithm.take(NULL)?.is_empty() => KeyKind::Rsa,
            EC if algorithm.take(OID)? == P256 => KeyKind::P256,
            _ => return None,
        };
        let key = info.take(BIT_STRING)?.strip_prefix(b"\0")?;
        if !(outer.is_empty() && info.is_empty() && algorithm.is_empty()) {
            return None;
        }
        let sound = match kind {
            KeyKind::P256 => matches!((key.first(), key.len()), (Some(4), 65) | (Some(2 | 3), 33)),
            KeyKind::Rsa => {
                let mut numbers = Der(Der(key).take(SEQUENCE)?);
                let modulus = numbers.take(INTEGER)?;
                let odd = numbers.take(INTEGER)?.last().is_some_and(|last| last & 1 == 1);
                odd && MODULUS.contains(&modulus.strip_prefix(b"\0").unwrap_or(modulus).len())
            }
        };
        sound.then(|| PublicKey { id: None, kind, validity: None, spki: der.into() })
    }

    /// Reads the key of an X.509 certificate in DER (RFC 5280, 4.1), and from when to when it holds.
    ///
    /// Who issued the certificate is not checked: whoever hands it over has to vouch for it.
    pub fn from_certificate(der: &[u8]) -> Option<PublicKey> {
        const VERSION: u8 = 0xa0;
        let mut tbs = Der(Der(Der(der).take(SEQUENCE)?).take(SEQUENCE)?);
        if tbs.0.first() == Some(&VERSION) {
            tbs.take(VERSION)?;
        }
        tbs.take(INTEGER)?;
        // The signature's algorithm and the issuer.
        tbs.take(SEQUENCE)?;
        tbs.take(SEQUENCE)?;
        let mut validity = Der(tbs.take(SEQUENCE)?);
        let validity = (validity.time()?, validity.time()?);
        // The subject.
        tbs.take(SEQUENCE)?;
        let key = PublicKey::from_spki(tbs.element()?.1)?;
        Some(PublicKey { validity: Some(validity), ..key })
    }

    /// The public half of an RSA key in PKCS #8 that is not encrypted (RFC 5958, 2; RFC 8017, A.1.2); `None` for every
    /// other key.
    pub fn of_private_key(der: &[u8]) -> Option<PublicKey> {
        const OCTET_STRING: u8 = 0x04;
        let mut info = Der(Der(der).take(SEQUENCE)?);
        info.take(INTEGER)?;
        if Der(info.take(SEQUENCE)?).take(OID)? != RSA {
            return None;
        }
        let mut key = Der(Der(info.take(OCTET_STRING)?).take(SEQUENCE)?);
        key.take(INTEGER)?;
        PublicKey::from_spki(&rsa(key.take(INTEGER)?, key.take(INTEGER)?))
    }

    /// Reads every key of a text: a JSON Web Key Set, one JSON Web Key, one as the member `key` (as Plaid's API
    /// wraps it), or public keys and certificates in PEM (RFC 7468).
    ///
    /// Keys that are no use here, such as those for encryption, are passed over. Empty when there is none.
    pub fn read_all(text: &str) -> Vec<PublicKey> {
        if !text.trim_start().starts_with('{') {
            let keys = pem(text).into_iter().filter_map(|(label, der)| match label {
                "PUBLIC KEY" => PublicKey::from_spki(&der),
                "CERTIFICATE" => PublicKey::from_certificate(&der),
                _ => None,
            });
            return keys.collect();
        }
        let parsed = json::parse(text, Dialect::Strict);
        let Some(value) = parsed.value.filter(|_| parsed.errors.is_empty()) else { return Vec::new() };
        let one = std::slice::from_ref(&value);
        let keys = match (value.get("keys").and_then(Value::as_array), value.get("key")) {
            (Some(keys), _) => keys,
            (None, Some(key)) => std::slice::from_ref(key),
            (None, None) => one,
        };
        keys.iter().take(KEYS).filter_map(PublicKey::from_jwk).collect()
    }

    /// Reads a JSON Web Key of the types EC and RSA (RFC 7518, 6.2 and 6.3).
    fn from_jwk(jwk: &Value) -> Option<PublicKey> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| text(name).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        if text("use").is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let spki = match text("kty")? {
            "EC" if text("crv") == Some("P-256") => {
                let point = [&[0, 4][..], &number("x")?, &number("y")?].concat();
                let algorithm = [tlv(OID, EC), tlv(OID, P256)].concat();
                tlv(SEQUENCE, &[tlv(SEQUENCE, &algorithm), tlv(BIT_STRING, &point)].concat())
            }
            "RSA" => rsa(&number("n")?, &number("e")?),
            _ => return None,
        };
        let key = PublicKey::from_spki(&spki)?;
        // Plaid says here when a key was withdrawn, in seconds.
        let validity = match jwk.get("expired_at").map(|at| &at.kind) {
            Some(json::Kind::Number(seconds)) => {
                Some((i64::MIN, timestamp::read(seconds, TimestampUnit::Seconds)?))
            }
            _ => None,
        };
        Some(PublicKey { id: text("kid").map(str::to_owned), validity, ..key })
    }
}

/// What stands in a text in PEM (RFC 7468): the labels, each with its content. What is no base64 is passed over.
#[inline(never)]
pub fn pem(text: &str) -> Vec<(&str, Vec<u8>)> {
    let blocks = text.split("-----BEGIN ").skip(1).take(KEYS).filter_map(|block| {
        let (label, rest) = block.split_once("-----")?;
        let (body, _) = rest.split_once("-----END ")?;
        let body: String = body.split_ascii_whitespace().collect();
        Some((label, BASE64.decode(body).ok()?))
    });
    blocks.collect()
}

/// SubjectPublicKeyInfo of an RSA key with this modulus and exponent.
#[inline(never)]
fn rsa(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let numbers = [integer(modulus), integer(exponent)].concat();
    let algorithm = [tlv(OID, RSA), tlv(NULL, &[])].concat();
    let key = [&[0], tlv(SEQUENCE, &numbers).as_slice()].concat();
    tlv(SEQUENCE, &[tlv(SEQUENCE, &algorithm), tlv(BIT_STRING, &key)].concat())
}

/// A signature of two numbers of 32 bytes each, as JSON Web Signature writes it (RFC 7518, 3.4), in DER, as
/// X9.62 writes it.
pub(super) fn ecdsa_der(signature: &[u8]) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(32).filter(|(_, s)| s.len() == 32)?;
    Some(tlv(SEQUENCE, &[integer(r), integer(s)].concat()))
}

/// A number that is not negative, without zeros before it that it does not need.
#[inline(never)]
fn integer(digits: &[u8]) -> Vec<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = digits.get(zeros..).unwrap_or_default();
    match digits.first() {
        Some(first) if *first < 0x80 => tlv(INTEGER, digits),
        _ => tlv(INTEGER, &[&[0], digits].concat()),
    }
}

/// An element in DER. What is written here has less than 64 KiB.
#[inline(never)]
fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [_, _, .., high, low] = content.len().to_be_bytes();
    let head: &[u8] = match content.len() {
        0..=0x7f => &[tag, low],
        0x80..=0xff => &[tag, 0x81, low],
        _ => &[tag, 0x82, high, low],
    };
    [head, content].concat()
}

/// What is left to read of elements in a row.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The content of the next element, and the element whole.
    #[inline(never)]
    fn element(&mut self) -> Option<(&'a [u8], &'a [u8])> {
        let whole = self.0;
        let (&length, rest) = whole.get(1..)?.split_first()?;
        let (length, rest) = match length {
            0..=0x7f => (usize::from(length), rest),
            0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
            0x82 => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            _ => return None,
        };
        let (content, behind) = rest.split_at_checked(length)?;
        self.0 = behind;
        Some((content, whole.get(..whole.len().checked_sub(behind.len())?)?))
    }

    /// The content of the next element, which must have this tag.
    #[inline(never)]
    fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() != Some(&tag) {
            return None;
        }
        self.element().map(|(content, _)| content)
    }

    /// A UTCTime or a GeneralizedTime (RFC 5280, 4.1.2.5), in milliseconds since the Unix epoch.
    #[inline(never)]
    fn time(&mut self) -> Option<i64> {
        const UTC: u8 = 0x17;
        const GENERALIZED: u8 = 0x18;
        let tag = *self.0.first()?;
        let text = std::str::from_utf8(self.take(tag)?).ok()?;
        let text = match tag {
            UTC if text.get(..2)? < "50" => format!("20{text}"),
            UTC => format!("19{text}"),
            GENERALIZED => text.to_owned(),
            _ => return None,
        };
        let part = |from: usize, to: usize| text.get(from..to);
        let [year, month, day] = [part(0, 4)?, part(4, 6)?, part(6, 8)?];
        let [hour, minute, second] = [part(8, 10)?, part(10, 12)?, part(12, 14)?];
        let written = format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", part(14, text.len())?);
        timestamp::read(&written, TimestampUnit::Rfc3339)
    }
}
