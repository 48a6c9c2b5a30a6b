//! The two HTTP conversations with Azure as values: what to ask, and what an answer means. No I/O.

pub mod ingest;
pub mod stand_in;
pub mod token;

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
