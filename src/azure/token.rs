//! A token from Microsoft Entra, by the client credentials grant of OAuth 2.0.
//!
//! Source: Microsoft, "Microsoft identity platform and the OAuth 2.0 client credentials flow".
//! Entra documents `error` as what a client acts on and the AADSTS numbers as subject to change, so the number
//! only picks the hint that the operator reads.

use std::borrow::Cow;

use crate::azure::assertion::{ASSERTION_TYPE, Certificate, Signer};
use crate::azure::{Answer, Request, Secret, code, percent_encode};
use crate::json::{self, Kind};
use crate::mapping::time::write_rfc3339_millis;

/// Who the relay is in Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    /// The directory: a GUID or a domain.
    pub tenant: String,
    /// The application's (client) id.
    pub client_id: String,
    /// What proves it, in the order in which they are tried: while one is replaced there are two.
    pub credentials: Vec<Credential>,
}

/// What proves who the relay is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The name of the Worker secret that holds it.
    pub name: String,
    /// The secret itself.
    pub proof: Proof,
    /// When it ends, in milliseconds since the Unix epoch, as far as that is known.
    pub expires_ms: Option<i64>,
}

/// How it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// By the value (not the id) of a client secret.
    Secret(Secret),
    /// By an assertion.
    Certificate(Certificate),
}

/// The request for a token of `scope`. `authority` is an origin without a slash at its end, such as
/// [`Cloud::authority`](crate::azure::Cloud::authority) gives it. An assertion is made for this request, at `now_ms`.
#[inline(never)]
pub fn request(
    authority: &str,
    scope: &str,
    client: &ClientCredentials,
    proof: &Proof,
    now_ms: i64,
    signer: Option<&dyn Signer>,
) -> Request<'static> {
    let mut url = format!("{authority}/");
    percent_encode(&mut url, &client.tenant);
    url.push_str("/oauth2/v2.0/token");
    let mut body = String::from("grant_type=client_credentials");
    let mut field = |name: &str, value: &str| {
        body.push('&');
        body.push_str(name);
        body.push('=');
        percent_encode(&mut body, value);
    };
    field("client_id", &client.client_id);
    match proof {
        Proof::Secret(secret) => field("client_secret", secret.expose()),
        Proof::Certificate(certificate) => {
            field("client_assertion_type", ASSERTION_TYPE);
            field("client_assertion", &certificate.assertion(&url, &client.client_id, now_ms, signer));
        }
    }
    field("scope", scope);
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
        /// Whether it is the credential, so that another one may do.
        credential: bool,
    },
}

/// How long to wait when Entra throttles and does not say: its 429 carries `Retry-After: 60`.
const THROTTLED_MS: u32 = 60_000;
/// How long to wait when Entra is out of order and does not say.
const UNAVAILABLE_MS: u32 = 5_000;

/// Reads Entra's answer to [`request`]; `name` is that of the credential. No message quotes the answer, which may hold a
/// token.
pub fn read(answer: &Answer, name: &str) -> TokenAnswer {
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
            let (what, todo) = explain(number, error.as_deref(), name);
            // Whatever the number is, this error is about what proves the client (RFC 6749, 5.2); the numbers are those of
            // assertions and secrets, in case they come with another error.
            let credential = error.as_deref() == Some("invalid_client")
                || matches!(
                    number,
                    Some(
                        7_000_215
                            | 7_000_222
                            | 700_021
                            | 700_023
                            | 700_024
                            | 700_027
                            | 500_133
                            | 50_012
                            | 50_027
                    )
                );
            let error = error.as_deref().unwrap_or("no error code");
            let place = match number {
                Some(number) => format!("AADSTS{number}"),
                None => format!("{status} {error}"),
            };
            TokenAnswer::Configuration {
                code: number,
                message: format!("{what} ({place}): {todo}"),
                credential,
            }
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
#[inline(never)]
fn explain(number: Option<u32>, error: Option<&str>, name: &str) -> (&'static str, Cow<'static, str>) {
    const SCOPE: &str = "check that the cloud of dce_endpoint is the tenant's cloud";
    let put = |advice: &str| Cow::Owned(format!("{advice} `npx wrangler secret put {name}`"));
    let (what, todo) = match (number, error) {
        (Some(7_000_215), _) => {
            let run = format!("run `npx wrangler secret put {name}` with the secret's value, not its id");
            return ("the client secret is wrong", Cow::Owned(run));
        }
        (Some(7_000_222), _) => {
            return ("the client secret has expired", put("create a new one in Entra and run"));
        }
        (Some(700_027), _) => {
            let what = "Entra does not know the certificate, or it has expired";
            return (what, put("upload it to the application in Entra, or put one that is there with"));
        }
        (Some(700_024 | 500_133), _) => (
            "Entra finds the assertion too early or too late",
            "if this lasts, report it as a defect: the relay signs each assertion when it asks",
        ),
        (Some(700_021 | 700_023 | 50_012 | 50_027), _) => (
            "Entra does not accept the assertion",
            "check client_id and tenant_id, and that the certificate is uploaded to this application",
        ),
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
        (_, Some("invalid_client")) => {
            return ("Entra does not accept the credential", put("create a new one in Entra and run"));
        }
        (_, Some("invalid_request")) => (
            "Entra does not understand the request",
            "check that tenant_id and client_id are the values of the connector's page",
        ),
        _ => (
            "Entra refuses to give a token",
            "check tenant_id and client_id, and the sign-in logs of the service principal in Entra",
        ),
    };
    (what, Cow::Borrowed(todo))
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
    Fetch {
        /// What to ask.
        request: Request<'a>,
        /// Which credential is in it.
        with: CredentialId,
    },
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

/// Which of the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CredentialId(usize);

/// How long before the end of a credential there is a warning: time enough to replace it.
const WARN_MS: i64 = 30 * 86_400_000;

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
/// However many deliveries are under way, one request to Entra serves them all. A credential that Entra refuses is
/// followed by the next at once, and the one that works is kept. When none works, one is tried at a time, in turn,
/// each after a pause.
#[derive(Debug)]
pub struct TokenCache {
    authority: String,
    scope: String,
    client: ClientCredentials,
    signer: Option<&'static dyn Signer>,
    token: Option<Token>,
    last: TokenId,
    lease_until: Option<i64>,
    failed: Option<(i64, TokenFailure)>,
    /// The credential to ask with.
    current: usize,
    /// The one that the last token came by.
    in_use: Option<usize>,
    /// Of each credential, why Entra refused it when it last did.
    refusals: Vec<Option<String>>,
    /// How many refusals there were since the last token.
    refused: usize,
    /// Lines to log.
    notices: Vec<String>,
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
    pub fn new(authority: impl Into<String>, scope: impl Into<String>, client: ClientCredentials) -> Self {
        TokenCache {
            authority: authority.into(),
            scope: scope.into(),
            refusals: vec![None; client.credentials.len()],
            client,
            signer: None,
            token: None,
            last: TokenId(0),
            lease_until: None,
            failed: None,
            current: 0,
            in_use: None,
            refused: 0,
            notices: Vec::new(),
        }
    }

    /// Lets certificates be used: without a signer their assertions have no signature, and Entra refuses them.
    ///
    /// # Errors
    ///
    /// The names of the credentials whose key is of no use to the signer.
    pub fn sign_with(&mut self, signer: &'static dyn Signer) -> Result<(), Vec<String>> {
        self.signer = Some(signer);
        let unusable = |credential: &&Credential| match &credential.proof {
            Proof::Secret(_) => false,
            Proof::Certificate(certificate) => !certificate.is_usable(signer),
        };
        let names: Vec<_> =
            self.client.credentials.iter().filter(unusable).map(|found| found.name.clone()).collect();
        if names.is_empty() { Ok(()) } else { Err(names) }
    }

    /// The name of a credential.
    pub fn name(&self, CredentialId(index): CredentialId) -> &str {
        self.client.credentials.get(index).map_or("", |credential| &credential.name)
    }

    /// The name of the credential that the last token came by.
    pub fn in_use(&self) -> Option<&str> {
        Some(self.name(CredentialId(self.in_use?)))
    }

    /// What an operator should look at before it stops the relay, by the name of the credential: that Entra refused it
    /// when it was last tried, or that it ends within 30 days or has ended.
    #[inline(never)]
    pub fn warnings(&self, now_ms: i64) -> Vec<(&str, String)> {
        let mut found = Vec::new();
        for (credential, refusal) in self.client.credentials.iter().zip(&self.refusals) {
            let end = credential.expires_ms.filter(|end| now_ms >= end.saturating_sub(WARN_MS));
            match (refusal, end) {
                (Some(message), _) => {
                    found.push((credential.name.as_str(), format!("it no longer works: {message}")))
                }
                (None, Some(end)) => {
                    let how = if now_ms < end { "expires" } else { "expired, as far as is known," };
                    let text = format!(
                        "it {how} on {}: make a new one and run `npx wrangler secret put {}`",
                        date(end),
                        credential.name
                    );
                    found.push((credential.name.as_str(), text));
                }
                (None, None) => {}
            }
        }
        found
    }

    /// What has happened to the credentials since this was last asked: lines for the log.
    pub fn notices(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notices)
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
                let with = CredentialId(self.current);
                let Some(credential) = self.client.credentials.get(self.current) else {
                    let failure = TokenFailure::Configuration("there is no credential".to_owned());
                    return Acquire::Failed { failure, retry_after_ms: CONFIGURATION_MS };
                };
                self.lease_until = Some(now_ms.saturating_add(LEASE_MS));
                let (client, signer) = (&self.client, self.signer);
                let proof = &credential.proof;
                let request = request(&self.authority, &self.scope, client, proof, now_ms, signer);
                Acquire::Fetch { request, with }
            }
        }
    }

    /// Takes in what Entra answered to an [`Acquire::Fetch`] with that credential.
    pub fn store(&mut self, now_ms: i64, with: CredentialId, answer: TokenAnswer) {
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
                self.works(with.0);
            }
            TokenAnswer::Retry { after_ms, message } => {
                let until = now_ms.saturating_add(i64::from(after_ms));
                self.failed = Some((until, TokenFailure::Unavailable(message)));
            }
            TokenAnswer::Configuration { message, credential, .. } => {
                let message = if credential { self.refuse(now_ms, with.0, message) } else { Some(message) };
                let Some(message) = message else { return };
                let until = now_ms.saturating_add(i64::from(CONFIGURATION_MS));
                self.failed = Some((until, TokenFailure::Configuration(message)));
            }
        }
    }

    /// A credential has brought a token.
    #[inline(never)]
    fn works(&mut self, with: usize) {
        self.refused = 0;
        self.current = with;
        if let Some(refusal) = self.refusals.get_mut(with) {
            *refusal = None;
        }
        if self.in_use.replace(with) != Some(with) && self.refusals.iter().any(Option::is_some) {
            let name = self.name(CredentialId(with)).to_owned();
            self.notices.push(line(&name, "it works and is used from now on"));
        }
    }

    /// Entra has refused a credential. Gives what is wrong when no other one is left to try at once.
    #[inline(never)]
    fn refuse(&mut self, now_ms: i64, with: usize, message: String) -> Option<String> {
        let credential = self.client.credentials.get(with)?;
        let ended = credential.expires_ms.filter(|end| now_ms >= *end);
        let ended = ended.map(|end| format!("; it expired on {}", date(end))).unwrap_or_default();
        let message = format!("{message}{ended}");
        let refusal = self.refusals.get_mut(with)?;
        if refusal.as_ref() != Some(&message) {
            self.notices.push(line(&credential.name, &format!("it no longer works: {message}")));
            *refusal = Some(message);
        }
        let count = self.client.credentials.len();
        // Another request may have found out the same before.
        if with == self.current {
            self.current = with.saturating_add(1) % count.max(1);
            self.refused = self.refused.saturating_add(1);
        }
        if self.refused < count {
            return None;
        }
        let all = self.client.credentials.iter().zip(&self.refusals);
        let all = all.filter_map(|(credential, refusal)| Some((&credential.name, refusal.as_ref()?)));
        Some(match count {
            1 => all.map(|(_, refusal)| refusal.clone()).collect(),
            _ => all.map(|(name, refusal)| format!("{name}: {refusal}. ")).collect(),
        })
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

/// A line of the log about a credential.
#[inline(never)]
pub fn line(name: &str, text: &str) -> String {
    let mut out = b"{\"log\":\"credential\",\"credential\":".to_vec();
    json::write_string(&mut out, name);
    out.extend_from_slice(b",\"warning\":");
    json::write_string(&mut out, text);
    out.push(b'}');
    String::from_utf8_lossy(&out).into_owned()
}

/// The day of an instant in milliseconds since the Unix epoch, in UTC.
#[inline(never)]
fn date(ms: i64) -> String {
    let mut text = Vec::new();
    write_rfc3339_millis(&mut text, ms);
    text.truncate(10);
    String::from_utf8_lossy(&text).into_owned()
}
