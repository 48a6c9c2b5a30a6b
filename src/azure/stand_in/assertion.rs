//! How Entra judges a client assertion.
//!
//! Sources: Microsoft, "Microsoft identity platform application authentication certificate credentials" and "Microsoft
//! Entra authentication and authorization error codes". Which number each mistake has is documented for some only, and
//! what Entra does about a `jti` that it has seen is not documented at all: here it is refused.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::pss::Pss;
use sha2::Digest as _;

use crate::azure::assertion::ASSERTION_TYPE;
use crate::json::{self, Dialect, Kind, Value};
use crate::webhook::public_key::PublicKey;
use crate::webhook::source::Hash;
use crate::webhook::verify::{Crypto as _, PureCrypto};

use super::{EntraError, Incoming};

/// The ids of assertions that were accepted, and until when each would be good, in milliseconds since the Unix epoch.
pub(super) type Seen = BTreeMap<String, i64>;

/// What an assertion has to fit.
pub(super) struct Expected<'e> {
    /// The registered certificate in DER, if there is one.
    pub certificate: Option<&'e [u8]>,
    /// The authority of the cloud: an origin.
    pub authority: &'e str,
    pub client_id: &'e str,
}

/// Judges the assertion of a token request. Its id counts as seen only when all is well.
pub(super) fn check(
    now_ms: i64,
    incoming: &Incoming<'_>,
    kind: Option<&str>,
    assertion: &str,
    expected: &Expected<'_>,
    seen: &mut Seen,
) -> Result<(), EntraError> {
    let refuse = |number, text: &str| Err(EntraError(number, "invalid_client", 401, text.to_owned()));
    if kind != Some(ASSERTION_TYPE) {
        let text = "The request body must contain the following parameter: 'client_assertion_type'.";
        return Err(EntraError(900_144, "invalid_request", 400, text.to_owned()));
    }
    let Some(token) = Token::read(assertion) else {
        return refuse(50_027, "JWT token is invalid or malformed.");
    };
    let header = |name: &str| token.header.get(name).and_then(Value::as_str);
    let algorithm = header("alg").unwrap_or_default();
    let named = match algorithm {
        "PS256" => header("x5t#S256"),
        "RS256" => header("x5t"),
        _ => return refuse(50_027, "JWT token is invalid: its algorithm is neither PS256 nor RS256."),
    };
    let print = |der: &[u8]| match algorithm {
        "PS256" => URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(der)),
        _ => URL_SAFE_NO_PAD.encode(sha1::Sha1::digest(der)),
    };
    let certificate = expected.certificate.filter(|der| named == Some(&print(der)));
    let Some(key) = certificate.and_then(PublicKey::from_certificate) else {
        let text = "Client assertion contains an invalid signature. [Reason - The key was not found.]";
        return refuse(700_027, text);
    };
    if !key.holds(now_ms) {
        let text = "Client assertion contains an invalid signature. [Reason - The key used is expired.]";
        return refuse(700_027, text);
    }
    let signed = token.signed.as_bytes();
    let sound = match algorithm {
        "PS256" => pss(&key, signed, &token.signature),
        _ => PureCrypto.signed(&key, Hash::Sha256, signed, &token.signature),
    };
    if !sound {
        return refuse(700_027, "Client assertion failed signature validation.");
    }
    let text = |name: &str| token.claims.get(name).and_then(Value::as_str);
    let is_client = |name: &str| text(name).is_some_and(|id| id.eq_ignore_ascii_case(expected.client_id));
    if !is_client("iss") || !is_client("sub") {
        let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
        return refuse(700_021, text);
    }
    // Local Azure is also reached by http:// and the name of its own socket.
    let path = incoming.path_and_query.split('?').next().unwrap_or_default();
    let audience = text("aud").and_then(|audience| audience.strip_suffix(path));
    let own = incoming.header("host").map(|host| format!("http://{host}"));
    if audience.is_none_or(|origin| origin != expected.authority && Some(origin) != own.as_deref()) {
        return refuse(700_023, "Client assertion audience claim does not match Realm issuer.");
    }
    let time = |name: &str| match token.claims.get(name).map(|value| &value.kind) {
        Some(Kind::Number(digits)) => digits.parse::<i64>().ok()?.checked_mul(1000),
        _ => None,
    };
    let (from, until) = (time("nbf").unwrap_or(i64::MIN), time("exp").unwrap_or(i64::MIN));
    if !(from..until).contains(&now_ms) {
        return refuse(700_024, "Client assertion is not within its valid time range.");
    }
    let Some(id) = text("jti").filter(|id| !id.is_empty()) else {
        return refuse(50_012, "Authentication failed: the assertion has no 'jti'.");
    };
    seen.retain(|_, until| *until > now_ms);
    if seen.insert(id.to_owned(), until).is_some() {
        return refuse(50_012, "Authentication failed: the assertion was used before.");
    }
    Ok(())
}

/// A JSON Web Token (RFC 7515, 7.1).
struct Token<'t> {
    header: Value,
    claims: Value,
    signed: &'t str,
    signature: Vec<u8>,
}

impl<'t> Token<'t> {
    fn read(text: &'t str) -> Option<Token<'t>> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let object = |part: &str| {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()?;
            let parsed = json::parse(&text, Dialect::Strict);
            parsed.value.filter(|value| parsed.errors.is_empty() && value.as_object().is_some())
        };
        Some(Token {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }
}

/// RSASSA-PSS with SHA-256 and a salt as long as the digest (RFC 7518, 3.5).
fn pss(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    rsa::RsaPublicKey::from_public_key_der(key.spki()).is_ok_and(|key| {
        key.verify(Pss::<sha2::Sha256>::new(), &sha2::Sha256::digest(message), signature).is_ok()
    })
}
