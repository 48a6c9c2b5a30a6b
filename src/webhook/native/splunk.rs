//! The token of Splunk's HTTP Event Collector: `Authorization: Splunk TOKEN`, or basic credentials with the
//! token as the password (Splunk, "Set up and use HTTP Event Collector", "Format events for HTTP Event Collector").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use crate::webhook::delivery::Field;
use crate::webhook::rejection::Rejection;
use crate::webhook::verify::{Context, Proof, matching};

pub(super) const HEADERS: [&str; 2] = ["authorization", crate::webhook::door::SPLUNK_CHANNEL];

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let credentials = match context.delivery.headers.get("authorization") {
        Field::Once(credentials) => credentials,
        Field::Absent | Field::Repeated => return Err(Rejection::SignatureMissing),
    };
    let token = token(credentials).ok_or(Rejection::SignatureMalformed)?;
    matching(context.secrets, |secret| secret.bytes().ct_eq(&token))
        .map(|secret| Proof::Sound(Some(secret)))
        .ok_or(Rejection::SignatureMismatch)
}

/// The token in an Authorization header.
fn token(credentials: &str) -> Option<Vec<u8>> {
    let (scheme, rest) = credentials.split_once(' ')?;
    let rest = rest.trim_start_matches(' ');
    if scheme.eq_ignore_ascii_case("splunk") {
        return Some(rest.as_bytes().to_vec());
    }
    let pair = STANDARD.decode(rest).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    pair.get(colon.checked_add(1)?..).map(<[u8]>::to_vec)
}
