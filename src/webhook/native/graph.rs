//! Microsoft Graph: each notification of a delivery carries the `clientState` of its subscription
//! (Microsoft, "Receive change notifications through webhooks"). Each has to be the hook's secret.

use subtle::ConstantTimeEq as _;

use super::members::{Members, elements};
use crate::webhook::rejection::Rejection;
use crate::webhook::verify::{Context, Proof, matching};

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let body = Members::read(context.delivery.body)?;
    let mut used = None;
    for notification in elements(body.raw("value").ok_or(Rejection::SignatureMissing)?)? {
        let notification = Members::read(notification)?;
        let state = notification.text("clientState").ok_or(Rejection::SignatureMissing)?;
        let found = matching(context.secrets, |secret| secret.bytes().ct_eq(state.as_bytes()));
        used = Some(found.ok_or(Rejection::SignatureMismatch)?);
    }
    used.map(|secret| Proof::Sound(Some(secret))).ok_or(Rejection::SignatureMissing)
}
