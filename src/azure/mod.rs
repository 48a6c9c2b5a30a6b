//! The two HTTP conversations with Azure as values: what to ask, and what an answer means. No I/O.

use std::fmt;

pub mod ingest;
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
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The absolute URL. The method is always POST.
    pub url: String,
    /// Header fields, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
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

impl fmt::Debug for Request {
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
