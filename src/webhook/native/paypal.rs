//! PayPal: RSA with SHA-256 over `id|time|webhook id|CRC-32 of the body`, with a certificate by URL
//! (PayPal, "Integrate webhooks", "Self verification method").
//!
//! A CRC-32 is no hash: whoever has one signed delivery can make another body with the same checksum.
//! That is what PayPal signs; the id and the time are bound.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::webhook::delivery::Field;
use crate::webhook::keyring::{Lookup, Wanted};
use crate::webhook::public_key::KeyKind;
use crate::webhook::rejection::Rejection;
use crate::webhook::source::{Hash, TimestampUnit};
use crate::webhook::timestamp;
use crate::webhook::verify::{Context, Proof, within};

const ID: &str = "paypal-transmission-id";
const TIME: &str = "paypal-transmission-time";
const SIGNATURE: &str = "paypal-transmission-sig";
const CERTIFICATE: &str = "paypal-cert-url";
const ALGORITHM: &str = "paypal-auth-algo";

pub(super) const HEADERS: [&str; 5] = [ID, TIME, SIGNATURE, CERTIFICATE, ALGORITHM];

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let Context { source, delivery, keyring, now, crypto, .. } = context;
    let header = |name: &'static str| match delivery.headers.get(name) {
        Field::Once(value) => Ok(value),
        Field::Absent | Field::Repeated => {
            Err(Rejection::SignedPartMissing { name: format!("header:{name}") })
        }
    };
    let signature = STANDARD.decode(header(SIGNATURE)?).map_err(|_| Rejection::SignatureMalformed)?;
    if header(ALGORITHM)? != "SHA256withRSA" {
        return Err(Rejection::SignatureMalformed);
    }
    let (id, time) = (header(ID)?, header(TIME)?);
    if id.contains('|') || time.contains('|') {
        return Err(Rejection::SignedPartMalformed { name: format!("header:{ID}") });
    }
    let at = timestamp::read(time, TimestampUnit::Rfc3339).ok_or(Rejection::TimestampMalformed)?;
    within(source.auth.tolerance, at, *now)?;

    let mut checksum = flate2::Crc::new();
    checksum.update(delivery.body);
    let content = format!("{id}|{time}|{}|{}", source.value("webhook_id"), checksum.sum());

    let url = header(CERTIFICATE)?;
    if !is_certificate_of_paypal(url) {
        return Err(Rejection::NotPinned { name: format!("header:{CERTIFICATE}") });
    }
    let keys = match keyring.look_up(url, None, *now) {
        Lookup::Keys(keys) => keys,
        Lookup::Missing => return Ok(Proof::NeedsKey(Wanted { url: url.to_owned(), body: None })),
        Lookup::Unavailable => return Err(Rejection::KeyUnavailable),
    };
    // A certificate stands before those that vouch for it.
    let key = keys.first().filter(|key| key.kind == KeyKind::Rsa && key.holds(*now));
    match key {
        Some(key) if crypto.signed(key, Hash::Sha256, content.as_bytes(), &signature) => {
            Ok(Proof::Sound(None))
        }
        _ => Err(Rejection::SignatureMismatch),
    }
}

/// Whether this is where PayPal keeps its certificates.
fn is_certificate_of_paypal(url: &str) -> bool {
    let path = url
        .strip_prefix("https://api.paypal.com/")
        .or_else(|| url.strip_prefix("https://api.sandbox.paypal.com/"));
    path.and_then(|path| path.strip_prefix("v1/notifications/certs/")).is_some_and(|name| {
        (1..=128).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    })
}
