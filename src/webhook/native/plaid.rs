//! Plaid: a JSON Web Token with the hash of the body, whose key Plaid's API gives for the token's `kid`
//! (Plaid, "Webhook verification").

use crate::json::write_string;
use crate::webhook::delivery::Field;
use crate::webhook::jwt;
use crate::webhook::keyring::Wanted;
use crate::webhook::rejection::Rejection;
use crate::webhook::verify::{Context, Proof};

pub(super) const HEADER: &str = "plaid-verification";

#[inline(never)]
pub(super) fn check<'s>(context: &Context<'s, '_>) -> Result<Proof<'s>, Rejection> {
    let token = match context.delivery.headers.get(HEADER) {
        Field::Once(token) => token,
        Field::Absent | Field::Repeated => return Err(Rejection::SignatureMissing),
    };
    jwt::check(context, token, |id| {
        // Plaid's ids are GUIDs; nothing else is passed on.
        let id = id
            .filter(|id| id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
            .ok_or(Rejection::SignatureMalformed)?;
        let secret =
            context.secrets.iter().next().and_then(|secret| std::str::from_utf8(secret.bytes()).ok());
        let mut body = b"{\"client_id\":".to_vec();
        write_string(&mut body, context.source.value("client_id"));
        body.extend_from_slice(b",\"secret\":");
        write_string(&mut body, secret.unwrap_or_default());
        body.extend_from_slice(b",\"key_id\":");
        write_string(&mut body, id);
        body.push(b'}');
        let host = if context.source.value("environment") == "sandbox" { "sandbox" } else { "production" };
        let url = format!("https://{host}.plaid.com/webhook_verification_key/get#{id}");
        Ok(Some(Wanted { url, body: Some(body) }))
    })
}
