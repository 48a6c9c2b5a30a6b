//! JSON Web Tokens ([RFC 7519](https://www.rfc-editor.org/rfc/rfc7519)) in the compact form of
//! [RFC 7515](https://www.rfc-editor.org/rfc/rfc7515), judged as [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725)
//! advises: the algorithm is the source's and not the token's, and a key serves one kind of algorithm.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::Digest as _;
use subtle::ConstantTimeEq as _;

use crate::json::{self, Dialect, Kind, Value};

use super::handshake::hex;
use super::keyring::{Lookup, Wanted};
use super::location::Location;
use super::public_key::{KeyKind, PublicKey, ecdsa_der};
use super::rejection::Rejection;
use super::source::{Encoding, Hash};
use super::verify::{Context, Proof, matching};

/// The longest token that is read, in bytes: of several kilobytes only where it holds the event itself.
const LONGEST: usize = 64 * 1024;

/// How an algorithm checks (RFC 7518, 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// HMAC under a shared secret.
    Hmac(Hash),
    /// A signature under a public key.
    Signature(KeyKind, Hash),
}

/// The algorithms that are known. Others, above all `none`, cannot be pinned.
const ALGORITHMS: &[(&str, Check)] = &[
    ("HS256", Check::Hmac(Hash::Sha256)),
    ("HS384", Check::Hmac(Hash::Sha384)),
    ("HS512", Check::Hmac(Hash::Sha512)),
    ("RS256", Check::Signature(KeyKind::Rsa, Hash::Sha256)),
    ("RS384", Check::Signature(KeyKind::Rsa, Hash::Sha384)),
    ("RS512", Check::Signature(KeyKind::Rsa, Hash::Sha512)),
    ("ES256", Check::Signature(KeyKind::P256, Hash::Sha256)),
];

/// How the algorithm of this name checks.
pub(super) fn algorithm(name: &str) -> Option<Check> {
    ALGORITHMS.iter().find(|(known, _)| *known == name).map(|(_, check)| *check)
}

/// Judges a token. `wanted` says where the key of this name is to be fetched, or that it is configured.
#[inline(never)]
pub(super) fn check<'s>(
    context: &Context<'s, '_>,
    token: &str,
    wanted: impl Fn(Option<&str>) -> Result<Option<Wanted>, Rejection>,
) -> Result<Proof<'s>, Rejection> {
    let Context { source, secrets, keyring, now, crypto, .. } = context;
    let claims = &source.auth.jwt;
    let (signed, signature) =
        token.rsplit_once('.').filter(|_| token.len() <= LONGEST).ok_or(Rejection::SignatureMalformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Rejection::SignatureMalformed)?;
    let (header, payload) = (object(header)?, object(payload)?);
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Rejection::SignatureMalformed)?;

    let name = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let check = algorithm(name)
        .filter(|_| claims.alg.iter().any(|pinned| pinned == name))
        .ok_or_else(|| Rejection::ClaimMismatch { claim: "alg".to_owned() })?;
    // Whoever does not know a critical extension must refuse (RFC 7515, 4.1.11); none is known here.
    if header.get("crit").is_some() {
        return Err(Rejection::ClaimMismatch { claim: "crit".to_owned() });
    }
    // The claims come first, so that a stranger who does not know them cannot make the relay fetch a key.
    hold(context, &payload)?;

    let (kind, hash) = match check {
        Check::Hmac(hash) => {
            let found = matching(secrets, |secret| {
                let mac = crypto.hmac(hash, secret.bytes(), signed.as_bytes(), &[], &[]);
                mac.bytes().ct_eq(&signature)
            });
            return found.map(|secret| Proof::Sound(Some(secret))).ok_or(Rejection::SignatureMismatch);
        }
        Check::Signature(kind, hash) => (kind, hash),
    };
    let id = header.get("kid").and_then(Value::as_str);
    let keys: Vec<&PublicKey> = match wanted(id)? {
        None => secrets
            .public()
            .filter(|key| id.is_none() || key.id.is_none() || key.id.as_deref() == id)
            .collect(),
        Some(wanted) => match keyring.look_up(&wanted.url, id, *now) {
            Lookup::Keys(keys) => keys,
            Lookup::Missing => return Ok(Proof::NeedsKey(wanted)),
            Lookup::Unavailable => return Err(Rejection::KeyUnavailable),
        },
    };
    let signature = match kind {
        KeyKind::P256 => ecdsa_der(&signature).ok_or(Rejection::SignatureMalformed)?,
        KeyKind::Rsa => signature,
    };
    let mut keys = keys.into_iter().filter(|key| key.kind == kind && key.holds(*now));
    if keys.any(|key| crypto.signed(key, hash, signed.as_bytes(), &signature)) {
        Ok(Proof::Sound(None))
    } else {
        Err(Rejection::SignatureMismatch)
    }
}

/// A part of a token: an object in which no member stands twice, so that no two readers differ.
#[inline(never)]
fn object(part: &str) -> Result<Value, Rejection> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Rejection::SignatureMalformed)?;
    let text = String::from_utf8(bytes).map_err(|_| Rejection::SignatureMalformed)?;
    let parsed = json::parse(&text, Dialect::Strict);
    let value = parsed.value.filter(|_| parsed.errors.is_empty()).ok_or(Rejection::SignatureMalformed)?;
    let members = value.as_object().ok_or(Rejection::SignatureMalformed)?;
    // Nothing of it is proven yet, so that a long one must not cost more than its length.
    let mut names: Vec<&str> = members.iter().map(|member| member.key.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        return Err(Rejection::SignatureMalformed);
    }
    Ok(value)
}

/// Whether the claims are those that the source pins.
#[inline(never)]
fn hold(context: &Context<'_, '_>, payload: &Value) -> Result<(), Rejection> {
    let Context { source, delivery, now, .. } = context;
    let claims = &source.auth.jwt;
    let mismatch = |claim: &str| Rejection::ClaimMismatch { claim: claim.to_owned() };
    let is = |value: Option<&Value>, expected: &str| match value.map(|value| &value.kind) {
        Some(Kind::String(text)) => text == expected,
        Some(Kind::Bool(flag)) => expected == if *flag { "true" } else { "false" },
        _ => false,
    };
    if claims.iss.as_deref().is_some_and(|iss| !is(payload.get("iss"), iss)) {
        return Err(mismatch("iss"));
    }
    if let Some(aud) = &claims.aud {
        let value = payload.get("aud");
        let listed = value.and_then(Value::as_array).unwrap_or_default();
        if !is(value, aud) && !listed.iter().any(|value| is(Some(value), aud)) {
            return Err(mismatch("aud"));
        }
    }
    if let Some(claim) = claims.has.iter().find(|claim| payload.get(claim).is_none()) {
        return Err(mismatch(claim));
    }
    for (claim, expected) in &claims.required {
        if !is(payload.get(claim), expected) {
            return Err(mismatch(claim));
        }
    }

    let leeway = claims.leeway.unwrap_or_default();
    let slack = i64::from(leeway).saturating_mul(1000);
    let (exp, nbf, iat) = (time(payload, "exp")?, time(payload, "nbf")?, time(payload, "iat")?);
    let stale = |at: i64, tolerance: u32| Rejection::TimestampStale {
        age: now.saturating_sub(at).div_euclid(1000),
        tolerance,
    };
    match exp {
        // The time of expiry itself is too late (RFC 7519, 4.1.4).
        Some(exp) if *now >= exp.saturating_add(slack) => return Err(stale(exp, leeway)),
        // A token that binds neither a time nor the body would hold for ever and for everything.
        None if source.auth.tolerance.is_none()
            && claims.body_claim.is_none()
            && !source.auth.sig.contains(&Location::Body) =>
        {
            return Err(mismatch("exp"));
        }
        _ => {}
    }
    if let Some(nbf) = nbf.filter(|nbf| *now < nbf.saturating_sub(slack)) {
        return Err(stale(nbf, leeway));
    }
    if let Some(tolerance) = source.auth.tolerance {
        let iat = iat.ok_or(Rejection::TimestampMissing)?;
        if now.saturating_sub(iat).unsigned_abs() > u64::from(tolerance).saturating_mul(1000) {
            return Err(stale(iat, tolerance));
        }
    }

    let encoding = claims.body_enc.unwrap_or(Encoding::Hex);
    if let Some(claim) = &claims.body_claim {
        match payload.get(claim) {
            // Senders leave the claim out of a token for a request without a body.
            None if delivery.body.is_empty() => {}
            value if is(value, &digest(delivery.body, encoding)) => {}
            _ => return Err(mismatch(claim)),
        }
    }
    if let Some(claim) = &claims.url_claim
        && !is(payload.get(claim), &digest(delivery.url.as_bytes(), encoding))
    {
        return Err(mismatch(claim));
    }
    Ok(())
}

/// The SHA-256 of some bytes, as text.
#[inline(never)]
pub(super) fn digest(bytes: &[u8], encoding: Encoding) -> String {
    let digest = sha2::Sha256::digest(bytes);
    match encoding {
        Encoding::Hex => hex(&digest),
        Encoding::Base64 => STANDARD.encode(digest),
        Encoding::Base64Url => URL_SAFE_NO_PAD.encode(digest),
    }
}

/// A time in seconds, perhaps with a fraction (RFC 7519, 2), in milliseconds.
#[inline(never)]
fn time(payload: &Value, claim: &str) -> Result<Option<i64>, Rejection> {
    match payload.get(claim).map(|value| &value.kind) {
        None => Ok(None),
        Some(Kind::Number(digits)) => match digits.parse::<f64>() {
            Ok(seconds) if (0.0..1e13).contains(&seconds) => Ok(Some((seconds * 1000.0) as i64)),
            _ => Err(Rejection::TimestampMalformed),
        },
        Some(_) => Err(Rejection::TimestampMalformed),
    }
}
