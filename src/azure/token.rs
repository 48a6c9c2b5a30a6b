//! A token from Microsoft Entra, by the client credentials grant of OAuth 2.0.
//!
//! Source: Microsoft, "Microsoft identity platform and the OAuth 2.0 client credentials flow".
//! Entra documents `error` as what a client acts on and the AADSTS numbers as subject to change, so the number
//! only picks the hint that the operator reads.

use std::borrow::Cow;

use crate::azure::{Answer, Request, Secret, code, percent_encode};
use crate::json::{self, Kind};

/// Who the relay is in Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The directory: a GUID or a domain.
    pub tenant: String,
    /// The application's (client) id.
    pub client_id: String,
    /// The client secret's value (not its id).
    pub secret: Secret,
}

/// The request for a token of `scope`. `authority` is an origin without a slash at its end, such as
/// [`Cloud::authority`](crate::azure::Cloud::authority) gives it.
pub fn request(authority: &str, scope: &str, credentials: &ClientCredentials) -> Request<'static> {
    let mut url = format!("{authority}/");
    percent_encode(&mut url, &credentials.tenant);
    url.push_str("/oauth2/v2.0/token");
    let mut body = String::from("grant_type=client_credentials");
    for (name, value) in [
        ("client_id", credentials.client_id.as_str()),
        ("client_secret", credentials.secret.expose()),
        ("scope", scope),
    ] {
        body.push('&');
        body.push_str(name);
        body.push('=');
        percent_encode(&mut body, value);
    }
    Request {
        url: Cow::Owned(url),
        headers: vec![("content-type", Cow::Borrowed("application/x-www-form-urlencoded"))],
        body: Cow::Owned(body.into_bytes()),
    }
}

/// What Entra's answer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenAnswer {
    /// A token.
    Token {
        /// The token itself.
        bearer: Secret,
        /// For how many seconds it is good.
        expires_in_s: u32,
    },
    /// Entra cannot answer now.
    Retry {
        /// When to ask again, in milliseconds.
        after_ms: u32,
        /// What happened.
        message: String,
    },
    /// Asking again is of no use until a person changes something.
    Configuration {
        /// The AADSTS number, if there is one.
        code: Option<u32>,
        /// What is wrong and what to do.
        message: String,
    },
}

/// How long to wait when Entra throttles and does not say: its 429 carries `Retry-After: 60`.
const THROTTLED_MS: u32 = 60_000;
/// How long to wait when Entra is out of order and does not say.
const UNAVAILABLE_MS: u32 = 5_000;

/// Reads Entra's answer to [`request`]. No message quotes the answer, which may hold a token.
pub fn read(answer: &Answer) -> TokenAnswer {
    let retry = |default_ms, message: String| TokenAnswer::Retry {
        after_ms: answer.retry_after_ms().unwrap_or(default_ms).max(1000),
        message,
    };
    let status = match answer {
        // What the platform says may name addresses, but it never saw the secret: that is in the body.
        Answer::Failure { message } => {
            return retry(UNAVAILABLE_MS, format!("Entra could not be reached: {message}"));
        }
        Answer::Response { status, .. } => *status,
    };
    let body = answer.json();
    match status {
        200..=299 => match body.as_ref().and_then(token) {
            Some(token) => token,
            None => retry(
                UNAVAILABLE_MS,
                format!("Entra answered {status} without a token: check that the authority is Entra's"),
            ),
        },
        // This one is plain text, not JSON.
        429 => retry(
            THROTTLED_MS,
            "Entra throttles this client (429): something asks for tokens far too often".to_owned(),
        ),
        408 | 500..=599 => retry(UNAVAILABLE_MS, format!("Entra is out of order ({status})")),
        _ => {
            let error = body.as_ref().and_then(|body| code(body.get("error")));
            if let Some(error @ ("temporarily_unavailable" | "server_error")) = error.as_deref() {
                return retry(UNAVAILABLE_MS, format!("Entra is out of order ({status} {error})"));
            }
            let number = body.as_ref().and_then(number);
            let (what, todo) = explain(number, error.as_deref());
            let error = error.as_deref().unwrap_or("no error code");
            let place = match number {
                Some(number) => format!("AADSTS{number}"),
                None => format!("{status} {error}"),
            };
            TokenAnswer::Configuration { code: number, message: format!("{what} ({place}): {todo}") }
        }
    }
}

/// The token of a successful answer.
fn token(body: &json::Value) -> Option<TokenAnswer> {
    let bearer = body.get("access_token")?.as_str()?;
    // Anything else would be no header field.
    if bearer.is_empty() || !bearer.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    // Some versions of Entra write the number as a string.
    let expires_in_s = match &body.get("expires_in")?.kind {
        Kind::Number(digits) | Kind::String(digits) => digits.parse().ok().filter(|life| *life > 0)?,
        _ => return None,
    };
    Some(TokenAnswer::Token { bearer: Secret::new(bearer), expires_in_s })
}

/// The AADSTS number of an error.
fn number(body: &json::Value) -> Option<u32> {
    match &body.get("error_codes")?.as_array()?.first()?.kind {
        Kind::Number(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// What is wrong, and what to do.
///
/// Sources: Microsoft, "Microsoft Entra authentication and authorization error codes"; the troubleshooting
/// guide of the Azure SDK's azure_identity.
fn explain(number: Option<u32>, error: Option<&str>) -> (&'static str, &'static str) {
    const NEW_SECRET: &str =
        "create a new one in Entra and run `npx wrangler secret put AZURE_CLIENT_SECRET`";
    const SCOPE: &str = "check that the cloud of dce_endpoint is the tenant's cloud";
    match (number, error) {
        (Some(7_000_215), _) => (
            "the client secret is wrong",
            "run `npx wrangler secret put AZURE_CLIENT_SECRET` with the secret's value, not its id",
        ),
        (Some(7_000_222), _) => ("the client secret has expired", NEW_SECRET),
        (Some(700_016), _) | (None, Some("unauthorized_client")) => (
            "Entra does not know the application in this tenant",
            "check client_id and tenant_id, and that the application is in that tenant",
        ),
        (Some(90_002), _) | (_, Some("invalid_tenant")) => {
            ("Entra does not know the tenant", "check tenant_id, and that it is a tenant of this cloud")
        }
        (Some(900_023), _) => ("tenant_id is neither a GUID nor a domain", "correct tenant_id"),
        (Some(70_011 | 1_002_012), _) | (_, Some("invalid_scope")) => {
            ("Entra does not take the scope", SCOPE)
        }
        (Some(500_011), _) | (_, Some("invalid_resource")) => {
            ("the tenant does not know Azure Monitor", SCOPE)
        }
        (_, Some("invalid_client")) => ("Entra does not accept the client secret", NEW_SECRET),
        (_, Some("invalid_request")) => (
            "Entra does not understand the request",
            "check that tenant_id and client_id are the values of the connector's page",
        ),
        _ => (
            "Entra refuses to give a token",
            "check tenant_id and client_id, and the sign-in logs of the service principal in Entra",
        ),
    }
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenFailure {
    /// Entra cannot answer now. What happened.
    Unavailable(String),
    /// A person must change something. What is wrong and what to do.
    Configuration(String),
    /// The data collection endpoint refused two new tokens in a row.
    Unauthorized,
}

/// What to do to get a token.
#[derive(Debug)]
pub enum Acquire<'a> {
    /// Use this one.
    Use {
        /// The value of the `authorization` header field.
        authorization: Authorization<'a>,
        /// Which token this is, for [`TokenCache::reject`].
        token: TokenId,
    },
    /// Ask Entra, then call [`TokenCache::store`] with what it answered.
    Fetch(Request<'a>),
    /// Someone is asking Entra. Ask here again after that time.
    Wait {
        /// The time in milliseconds.
        ms: u32,
    },
    /// There was no token a moment ago, and asking again so soon is of no use.
    Failed {
        /// Why.
        failure: TokenFailure,
        /// When asking again may be of use, in milliseconds.
        retry_after_ms: u32,
    },
}

/// The value of an `authorization` header field. Its `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Authorization<'a>(pub &'a str);

impl std::fmt::Debug for Authorization<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authorization(…)")
    }
}

/// Which of the tokens that a cache has held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenId(u64);

/// A token is renewed this long before its end: the margin of the Azure SDK's azure_identity.
const EARLY_MS: i64 = 300_000;
/// A token is not used in the last seconds of its life: it could end on its way.
const LATE_MS: i64 = 10_000;
/// Whoever fetches has this long. After it the next may try: the request that was to bring the token may be
/// gone with the sender who caused it.
const LEASE_MS: i64 = 10_000;
/// How often those who wait look again.
const POLL_MS: u32 = 50;
/// How long a mistake in the configuration is remembered.
const CONFIGURATION_MS: u32 = 30_000;

/// The token of one isolate, and whose turn it is to fetch the next.
///
/// However many deliveries are under way, one request to Entra serves them all.
#[derive(Debug)]
pub struct TokenCache {
    authority: String,
    scope: String,
    credentials: ClientCredentials,
    token: Option<Token>,
    last: TokenId,
    lease_until: Option<i64>,
    failed: Option<(i64, TokenFailure)>,
}

#[derive(Debug)]
struct Token {
    id: TokenId,
    /// `Bearer` and the token.
    authorization: Secret,
    renew_at: i64,
    usable_until: i64,
}

impl TokenCache {
    /// An empty cache. `authority` and `scope` are as for [`request`].
    pub fn new(
        authority: impl Into<String>,
        scope: impl Into<String>,
        credentials: ClientCredentials,
    ) -> Self {
        TokenCache {
            authority: authority.into(),
            scope: scope.into(),
            credentials,
            token: None,
            last: TokenId(0),
            lease_until: None,
            failed: None,
        }
    }

    /// What to do to get a token.
    pub fn acquire(&mut self, now_ms: i64) -> Acquire<'_> {
        if self.token.as_ref().is_some_and(|token| now_ms >= token.usable_until) {
            self.token = None;
        }
        if self.failed.as_ref().is_some_and(|(until, _)| now_ms >= *until) {
            self.failed = None;
        }
        // A clock that was set back would make a lease of hours out of one.
        let rest = self.lease_until.map_or(0, |until| until.saturating_sub(now_ms));
        let leased = (1..=LEASE_MS).contains(&rest);
        match (&self.token, &self.failed) {
            (Some(token), failed) if now_ms < token.renew_at || leased || failed.is_some() => {
                Acquire::Use { authorization: Authorization(token.authorization.expose()), token: token.id }
            }
            (None, Some((until, failure))) => Acquire::Failed {
                failure: failure.clone(),
                retry_after_ms: u32::try_from(until.saturating_sub(now_ms)).unwrap_or(u32::MAX),
            },
            (None, None) if leased => Acquire::Wait { ms: POLL_MS },
            _ => {
                self.lease_until = Some(now_ms.saturating_add(LEASE_MS));
                Acquire::Fetch(request(&self.authority, &self.scope, &self.credentials))
            }
        }
    }

    /// Takes in what Entra answered to an [`Acquire::Fetch`].
    pub fn store(&mut self, now_ms: i64, answer: TokenAnswer) {
        self.lease_until = None;
        match answer {
            TokenAnswer::Token { bearer, expires_in_s } => {
                let life = i64::from(expires_in_s).saturating_mul(1000);
                let end = now_ms.saturating_add(life);
                self.last = TokenId(self.last.0.wrapping_add(1));
                self.token = Some(Token {
                    id: self.last,
                    authorization: Secret::new(format!("Bearer {}", bearer.expose())),
                    renew_at: end.saturating_sub(EARLY_MS.min(life / 2)),
                    usable_until: end.saturating_sub(LATE_MS.min(life / 10)),
                });
                self.failed = None;
            }
            TokenAnswer::Retry { after_ms, message } => {
                let until = now_ms.saturating_add(i64::from(after_ms));
                self.failed = Some((until, TokenFailure::Unavailable(message)));
            }
            TokenAnswer::Configuration { message, .. } => {
                let until = now_ms.saturating_add(i64::from(CONFIGURATION_MS));
                self.failed = Some((until, TokenFailure::Configuration(message)));
            }
        }
    }

    /// Drops the token that the data collection endpoint refused, if it is still this one: of hundreds of
    /// refusals at the same time one causes a new token.
    pub fn reject(&mut self, token: TokenId) {
        self.token = self.token.take().filter(|held| held.id != token);
    }

    /// Drops the token that was refused although it was new, and fetches none for a while: the next would
    /// be refused as well. Returns how long that is, in milliseconds.
    pub fn reject_new(&mut self, now_ms: i64, token: TokenId) -> u32 {
        if self.token.as_ref().is_some_and(|held| held.id == token) {
            self.token = None;
            let until = now_ms.saturating_add(i64::from(CONFIGURATION_MS));
            self.failed = Some((until, TokenFailure::Unauthorized));
        }
        CONFIGURATION_MS
    }
}
