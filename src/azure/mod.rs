//! The two HTTP conversations with Azure as values: what to ask, and what an answer means. No I/O.

use std::borrow::Cow;
use std::fmt;

use crate::json::{self, Dialect};

pub mod assertion;
pub mod ingest;
#[cfg(feature = "pure-crypto")]
pub mod stand_in;
pub mod token;

/// A national cloud of Azure: which authority issues its tokens, for which audience, and which hosts take rows.
///
/// A token of one cloud does not work in another.
/// Source: Microsoft, "Logs Ingestion API in Azure Monitor" (audiences), "National clouds" (authorities).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Cloud {
    /// Azure, as most tenants use it.
    #[default]
    Public,
    /// Azure Government of the United States.
    UsGovernment,
    /// Azure in China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// Every cloud.
    pub const ALL: [Cloud; 3] = [Cloud::Public, Cloud::UsGovernment, Cloud::China];

    /// Where Entra issues this cloud's tokens: an origin without a slash at its end.
    pub fn authority(self) -> &'static str {
        match self {
            Cloud::Public => "https://login.microsoftonline.com",
            Cloud::UsGovernment => "https://login.microsoftonline.us",
            Cloud::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// What a token of the Logs Ingestion API is good for.
    ///
    /// Microsoft's samples also write a second slash before `.default`; Entra takes both.
    pub fn scope(self) -> &'static str {
        match self {
            Cloud::Public => "https://monitor.azure.com/.default",
            Cloud::UsGovernment => "https://monitor.azure.us/.default",
            Cloud::China => "https://monitor.azure.cn/.default",
        }
    }

    /// How the name of every data collection endpoint of this cloud ends.
    ///
    /// The Chinese suffix is the one of the samples of docs.azure.cn, which have no `ingest` in it.
    pub fn dce_suffix(self) -> &'static str {
        match self {
            Cloud::Public => ".ingest.monitor.azure.com",
            Cloud::UsGovernment => ".ingest.monitor.azure.us",
            Cloud::China => ".monitor.azure.cn",
        }
    }

    /// The cloud that a data collection endpoint belongs to, by the name of its host (without scheme and port).
    ///
    /// This is the allow-list of hosts that may see a token: `None` means that the host is none of Azure's.
    pub fn of_dce_host(host: &str) -> Option<Cloud> {
        let host = host.to_ascii_lowercase();
        Self::ALL.into_iter().find(|cloud| {
            host.strip_suffix(cloud.dce_suffix()).is_some_and(|name| {
                name.split('.').all(|label| {
                    !label.is_empty()
                        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
            })
        })
    }
}

/// A text that must not be seen: a client secret or a token.
///
/// It has no `Display`, and its `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text into custody.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The text itself, for the request that needs it and for nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A request to make. The edges perform it; the core never does.
///
/// Redirects must not be followed: the token would go where they lead.
/// It borrows what is the same for every request. Its `Debug` shows neither the body nor any header's value.
#[derive(Clone, PartialEq, Eq)]
pub struct Request<'a> {
    /// The absolute URL. The method is always POST.
    pub url: Cow<'a, str>,
    /// Header fields, names in lower case.
    pub headers: Vec<(&'static str, Cow<'a, str>)>,
    /// The body.
    pub body: Cow<'a, [u8]>,
}

impl Request<'_> {
    /// The same request without anything borrowed.
    pub fn into_owned(self) -> Request<'static> {
        Request {
            url: Cow::Owned(self.url.into_owned()),
            headers: self
                .headers
                .into_iter()
                .map(|(name, value)| (name, Cow::Owned(value.into_owned())))
                .collect(),
            body: Cow::Owned(self.body.into_owned()),
        }
    }
}

/// What came back for a [`Request`].
///
/// Its `Debug` shows no body, since the body of a token answer is a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP response.
    Response {
        /// The status code.
        status: u16,
        /// The `Retry-After` header as it came.
        retry_after: Option<String>,
        /// The first 64 KB of the body.
        body: Vec<u8>,
    },
    /// No response: the connection failed, or nothing came in time.
    Failure {
        /// What the platform said.
        message: String,
    },
}

impl Answer {
    /// How long the answer asks to wait, in milliseconds, at most an hour.
    ///
    /// Azure sends seconds; the date that RFC 9110 allows as well is not read.
    pub fn retry_after_ms(&self) -> Option<u32> {
        let Answer::Response { retry_after: Some(text), .. } = self else { return None };
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        Some(text.parse::<u32>().map_or(3600, |seconds| seconds.min(3600)).saturating_mul(1000))
    }

    /// The body as JSON, if it is that.
    fn json(&self) -> Option<json::Value> {
        match self {
            Answer::Response { body, .. } => {
                let parsed = json::parse(std::str::from_utf8(body).ok()?, Dialect::Strict);
                parsed.value.filter(|_| parsed.errors.is_empty())
            }
            Answer::Failure { .. } => None,
        }
    }
}

/// Percent-encodes everything but the unreserved characters of RFC 3986. A space becomes `%20`, which is as
/// good as `+` in a form and the only right way in a path.
fn percent_encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 0xf] {
                out.push(
                    char::from_digit(u32::from(digit), 16).map_or('0', |digit| digit.to_ascii_uppercase()),
                );
            }
        }
    }
}

/// A code of Azure's as it may stand in a log: short, and nothing but letters, digits and `_`.
fn code(value: Option<&json::Value>) -> Option<String> {
    let text = value?.as_str()?;
    let sound = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    sound.then(|| text.to_owned())
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Request")
            .field("url", &self.url)
            .field("headers", &names)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Response { status, retry_after, body } => f
                .debug_struct("Response")
                .field("status", status)
                .field("retry_after", retry_after)
                .field("body_bytes", &body.len())
                .finish(),
            Answer::Failure { message } => f.debug_struct("Failure").field("message", message).finish(),
        }
    }
}
