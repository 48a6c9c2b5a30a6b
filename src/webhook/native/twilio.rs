//! Twilio: HMAC-SHA-1 over the URL and the sorted fields of the form, or over a URL that holds the hash of a
//! JSON body (Twilio, "Webhooks security"; `request_validator.py` of its Python library).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use crate::webhook::delivery::Field;
use crate::webhook::jwt;
use crate::webhook::location::{Found, Location, sorted_fields};
use crate::webhook::rejection::Rejection;
use crate::webhook::source::{Encoding, Hash};
use crate::webhook::verify::{Context, Proof, any, matching};

pub(super) const HEADER: &str = "x-twilio-signature";

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let Context { secrets, delivery, crypto, .. } = context;
    let signature = match delivery.headers.get(HEADER) {
        Field::Once(signature) => signature,
        Field::Absent | Field::Repeated => return Err(Rejection::SignatureMissing),
    };
    let signature = STANDARD
        .decode(signature)
        .ok()
        .filter(|signature| signature.len() == Hash::Sha1.length())
        .ok_or(Rejection::SignatureMalformed)?;

    let mut fields = Vec::new();
    match Location::Query("bodySHA256".to_owned()).value(delivery, &[]) {
        Found::Once(hash) => {
            if !hash.eq_ignore_ascii_case(&jwt::digest(delivery.body, Encoding::Hex)) {
                return Err(Rejection::SignatureMismatch);
            }
        }
        Found::Repeated => return Err(Rejection::ParameterRepeated { name: "query:bodySHA256".to_owned() }),
        Found::Absent => {
            // The fields are sorted, and of equal ones one counts.
            let mut sorted = sorted_fields(delivery.body);
            sorted.dedup();
            for (name, value) in sorted {
                fields.extend_from_slice(&name);
                fields.extend_from_slice(&value);
            }
        }
    }
    let urls = spellings(delivery.url);
    matching(secrets, |secret| {
        any(urls.iter().map(|url| {
            let mac = crypto.hmac(Hash::Sha1, secret.bytes(), url.as_bytes(), &fields, &[]);
            mac.bytes().ct_eq(&signature)
        }))
    })
    .map(|secret| Proof::Sound(Some(secret)))
    .ok_or(Rejection::SignatureMismatch)
}

/// The URL as it is, and without its port, or with that of its scheme where it has none: Twilio signs either.
fn spellings(url: &str) -> Vec<String> {
    let mut spellings = vec![url.to_owned()];
    let Some((scheme, rest)) = url.split_once("://") else { return spellings };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    if let Some((host, path)) = rest.split_at_checked(end) {
        spellings.push(match host.rsplit_once(':') {
            Some((host, _)) => [scheme, "://", host, path].concat(),
            None => [scheme, "://", host, if scheme == "http" { ":80" } else { ":443" }, path].concat(),
        });
    }
    spellings
}
