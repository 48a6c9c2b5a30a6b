//! The Logs Ingestion API: one call, and what its answer means.
//!
//! Sources: Microsoft, "Logs Ingestion API in Azure Monitor" and "Azure Monitor service limits"; for codes and
//! messages also the live tests and troubleshooting guides of the Azure SDKs.

use std::borrow::Cow;

use crate::azure::token::Authorization;
use crate::azure::{Answer, Request, code, percent_encode};

/// The URL that the rows of a stream are sent to. `endpoint` is the logs ingestion endpoint of a data
/// collection endpoint or rule, with or without a slash at its end.
pub fn url(endpoint: &str, dcr_immutable_id: &str, stream: &str) -> String {
    let mut url = format!("{}/dataCollectionRules/", endpoint.trim_end_matches('/'));
    percent_encode(&mut url, dcr_immutable_id);
    url.push_str("/streams/");
    percent_encode(&mut url, stream);
    url.push_str("?api-version=2023-01-01");
    url
}

/// The call that sends `body`, a JSON array, to a stream's [`url`].
///
/// A compressed call carries an id made of its bytes, so that a repeated call has the same id in Azure's logs.
/// A small one goes without: hashing it would be work on every event's way.
pub fn request<'a>(
    url: &'a str,
    authorization: Authorization<'a>,
    body: &'a [u8],
    gzip: bool,
) -> Request<'a> {
    let mut headers = vec![
        ("authorization", Cow::Borrowed(authorization.0)),
        ("content-type", Cow::Borrowed("application/json")),
    ];
    if gzip {
        headers.push(("content-encoding", Cow::Borrowed("gzip")));
        headers.push(("x-ms-client-request-id", Cow::Owned(id(body))));
    }
    Request { url: Cow::Borrowed(url), headers, body: Cow::Borrowed(body) }
}

/// A UUID of version 8 (RFC 9562) made of a body's bytes. It has to tell calls apart and need not withstand anybody, so
/// it is no cryptographic digest, which a call of 1 MB would feel.
fn id(body: &[u8]) -> String {
    // Two lanes, each mixed by the odd constants of SplitMix64.
    let mut lanes = [body.len() as u64, 0x9e37_79b9_7f4a_7c15];
    let (pairs, rest) = body.as_chunks::<16>();
    let mut last = [0; 16];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    for pair in pairs.iter().chain([&last]) {
        let words = pair.as_chunks::<8>().0;
        for ((lane, word), factor) in
            lanes.iter_mut().zip(words).zip([0xbf58_476d_1ce4_e5b9_u64, 0x94d0_49bb_1331_11eb])
        {
            *lane = (*lane ^ u64::from_le_bytes(*word)).wrapping_mul(factor);
            *lane ^= *lane >> 32;
        }
    }
    let [first, second] = lanes;
    // Each half depends on all of the body.
    let digest =
        [first ^ second.rotate_left(32), second.wrapping_add(first.wrapping_mul(31))].map(u64::to_le_bytes);
    let mut text = String::with_capacity(36);
    for (index, byte) in digest.iter().flatten().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let byte = match index {
            6 => byte & 0x0f | 0x80,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        for digit in [byte >> 4, byte & 0xf] {
            text.push(char::from_digit(u32::from(digit), 16).unwrap_or('0'));
        }
    }
    text
}

/// What an answer of the data collection endpoint means for the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 204: Azure has taken the rows. Whether it stores them is for its own checks to say.
    Done,
    /// 401: the token has expired or is for something else. A new one may do.
    RefreshToken,
    /// Something in the call is too large or malformed: each half of it may do.
    Split {
        /// Whether size is the reason.
        too_large: bool,
    },
    /// The call cannot be made now.
    Stop {
        /// Why.
        obstacle: Obstacle,
        /// When to try again, in milliseconds.
        retry_after_ms: u32,
    },
}

/// What stands between a delivery and Azure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// 429: more than the rule's 2 GB or 12,000 calls a minute.
    Throttled,
    /// No answer. What the platform said.
    Unreachable(String),
    /// Azure is out of order. The status.
    Unavailable(u16),
    /// 403: no permission, or none yet: a new role assignment takes up to 30 minutes.
    Permission,
    /// The rule or the stream is unknown, or not known yet: the endpoint keeps what it knows for minutes.
    Rule {
        /// Azure's code, `NotFound` or `InvalidStream`.
        code: Option<String>,
    },
    /// Azure will never take this call.
    Refused {
        /// The status.
        status: u16,
        /// Azure's code.
        code: Option<String>,
    },
}

impl Obstacle {
    /// A stable name for logs and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Obstacle::Throttled => "azure_throttled",
            Obstacle::Unreachable(_) => "azure_unreachable",
            Obstacle::Unavailable(_) => "azure_unavailable",
            Obstacle::Permission => "azure_permission",
            Obstacle::Rule { .. } => "azure_rule",
            Obstacle::Refused { .. } => "azure_refused",
        }
    }

    /// What happened, and what the operator should look at.
    pub fn what_to_check(&self) -> String {
        match self {
            Obstacle::Throttled => "Azure throttles the data collection rule: it takes 2 GB and 12,000 calls a \
                                    minute. If this lasts, spread the hooks over more rules."
                .to_owned(),
            Obstacle::Unreachable(message) => format!(
                "The data collection endpoint could not be reached ({message}). Check dce_endpoint, and that \
                 the endpoint can be reached from public networks."
            ),
            Obstacle::Unavailable(status) => {
                format!("Azure Monitor answered {status}. If this lasts, look at Azure's status page.")
            }
            Obstacle::Permission => {
                "The application may not send to this data collection rule (403). Give it the role Monitoring \
                 Metrics Publisher on the rule; a new assignment takes up to 30 minutes. If it has the role, \
                 check that the endpoint may be used from public networks."
                    .to_owned()
            }
            Obstacle::Rule { code } => format!(
                "Azure does not know the data collection rule or its stream ({}). After a deployment this takes \
                 up to 30 minutes. If it lasts, check dcr_immutable_id, stream_name, and that dce_endpoint is \
                 the endpoint of this rule.",
                code.as_deref().unwrap_or("404")
            ),
            Obstacle::Refused { status, code } => format!(
                "Azure refused the call with {status} {}. It will do so again: check dce_endpoint, \
                 dcr_immutable_id and stream_name, and report it as a defect if they are right.",
                code.as_deref().unwrap_or("without a code")
            ),
        }
    }

    /// Whether only a person can remove it.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Obstacle::Refused { .. })
    }
}

/// When to try again what Azure throttled without saying when.
const THROTTLED_MS: u32 = 30_000;
/// When to try again what failed in passing.
const UNAVAILABLE_MS: u32 = 5_000;
/// When to look again whether a deployment has taken effect.
const DEPLOYMENT_MS: u32 = 60_000;

/// Reads the endpoint's answer to [`request`].
pub fn classify(answer: &Answer) -> Verdict {
    let stop = |default_ms, obstacle| Verdict::Stop {
        obstacle,
        retry_after_ms: answer.retry_after_ms().unwrap_or(default_ms).max(1000),
    };
    let status = match answer {
        Answer::Failure { message } => return stop(UNAVAILABLE_MS, Obstacle::Unreachable(message.clone())),
        Answer::Response { status: 204, .. } => return Verdict::Done,
        Answer::Response { status, .. } => *status,
    };
    let body = answer.json();
    let code = code(body.as_ref().and_then(|body| body.get("error")?.get("code")));
    match (status, code.as_deref()) {
        (401, _) => Verdict::RefreshToken,
        (403, _) => stop(DEPLOYMENT_MS, Obstacle::Permission),
        (404, _) | (400, Some("InvalidStream")) => stop(DEPLOYMENT_MS, Obstacle::Rule { code }),
        (413, _) => Verdict::Split { too_large: true },
        // These are of the call, not of what is in it. Any other 400 may be of a single row, documented or not, and
        // that must not hold up the others.
        (400, Some("InvalidApiVersion" | "MissingApiVersionParameter" | "InvalidContentLength")) => {
            stop(DEPLOYMENT_MS, Obstacle::Refused { status, code })
        }
        (400, _) => Verdict::Split { too_large: false },
        (429, _) => stop(THROTTLED_MS, Obstacle::Throttled),
        (408 | 500..=599, _) => stop(UNAVAILABLE_MS, Obstacle::Unavailable(status)),
        // A 2xx other than 204 is not the answer of this API, so nobody may rely on it.
        _ => stop(DEPLOYMENT_MS, Obstacle::Refused { status, code }),
    }
}
