//! Adyen's standard webhooks: each item of a delivery carries its own HMAC
//! (Adyen, "Verify HMAC signatures"; `Adyen/util.py` of its Python library). One bad item refuses all.
//!
//! The HMAC covers eight values of an item and nothing else of it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;

use super::members::{Members, elements};
use crate::webhook::rejection::Rejection;
use crate::webhook::source::Hash;
use crate::webhook::verify::{Context, Proof, matching};

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let body = Members::read(context.delivery.body)?;
    let items = elements(body.raw("notificationItems").ok_or(Rejection::SignatureMissing)?)?;
    let mut used = None;
    for item in items {
        let item = Members::read(item)?;
        let item = Members::read(item.raw("NotificationRequestItem").ok_or(Rejection::SignatureMissing)?)?;
        let additional = Members::read(item.raw("additionalData").ok_or(Rejection::SignatureMissing)?)?;
        let signature = additional.text("hmacSignature").ok_or(Rejection::SignatureMissing)?;
        let signature = STANDARD
            .decode(signature.as_bytes())
            .ok()
            .filter(|signature| signature.len() == Hash::Sha256.length())
            .ok_or(Rejection::SignatureMalformed)?;
        let content = content(&item)?;
        let found = matching(context.secrets, |secret| {
            let mac = context.crypto.hmac(Hash::Sha256, secret.bytes(), content.as_bytes(), &[], &[]);
            mac.bytes().ct_eq(&signature)
        });
        used = Some(found.ok_or(Rejection::SignatureMismatch)?);
    }
    // A delivery without items proves nothing.
    used.map(|secret| Proof::Sound(Some(secret))).ok_or(Rejection::SignatureMissing)
}

/// The signed values with colons between them, as they are and not escaped.
fn content(item: &Members<'_>) -> Result<String, Rejection> {
    let amount = item.raw("amount").map(Members::read).transpose()?;
    let text = |name: &str| item.text(name).unwrap_or_default();
    let amount_value = match amount.as_ref().and_then(|amount| amount.raw("value")) {
        Some(digits) if digits.first() != Some(&b'"') => String::from_utf8_lossy(digits),
        _ => amount.as_ref().and_then(|amount| amount.text("value")).unwrap_or_default(),
    };
    let values: [Cow<'_, str>; 8] = [
        text("pspReference"),
        text("originalReference"),
        text("merchantAccountCode"),
        text("merchantReference"),
        amount_value,
        amount.as_ref().and_then(|amount| amount.text("currency")).unwrap_or_default(),
        text("eventCode"),
        text("success"),
    ];
    Ok(values.join(":"))
}
