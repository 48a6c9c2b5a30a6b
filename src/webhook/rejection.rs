//! Why a delivery was turned away.

use super::source::Source;

/// Why a delivery was turned away: the sender's mistake, or not our sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// No signature, token or credentials where the source puts them.
    SignatureMissing,
    /// Something stands there that is no signature of this kind.
    SignatureMalformed,
    /// It is one, but not of this content under one of the hook's keys.
    SignatureMismatch,
    /// A part of the signed content is not there.
    SignedPartMissing {
        /// Where it should stand.
        name: String,
    },
    /// A part of the signed content holds the mark that ends it, so that the content could be read two ways.
    SignedPartMalformed {
        /// Where it stands.
        name: String,
    },
    /// A header occurs twice, so that sender and relay may mean different ones.
    HeaderRepeated {
        /// The header in lower case.
        name: String,
    },
    /// A parameter of the URL or a field of the form occurs twice.
    ParameterRepeated {
        /// Where it stands, such as `query:token`.
        name: String,
    },
    /// The source signs its time, and none is there.
    TimestampMissing,
    /// The time is not written as the source writes it, or stands there twice.
    TimestampMalformed,
    /// The time is too far from now.
    TimestampStale {
        /// How old it is, in seconds; negative when it lies ahead.
        age: i64,
        /// What the source allows either way, in seconds.
        tolerance: u32,
    },
    /// The token does not claim what the source pins.
    ClaimMismatch {
        /// The claim or header parameter, such as `aud`.
        claim: String,
    },
    /// The delivery names a topic or the place of a key that neither the source nor the hook pins.
    NotPinned {
        /// Where it stands, such as `json:/SigningCertURL`.
        name: String,
    },
    /// The key that the delivery is signed with could not be fetched.
    KeyUnavailable,
    /// The hook has no secret yet: its product has still to send it.
    SecretAwaited,
    /// The address that confirms a subscription did not answer as it should.
    VisitFailed,
    /// It asks for a handshake that this hook does not answer.
    HandshakeRefused,
    /// The body is not what the source sends.
    BodyMalformed {
        /// The offset in the decoded body, in bytes.
        offset: usize,
        /// What was expected there.
        message: &'static str,
    },
    /// The body is larger than the hook takes, as it came or inflated.
    TooLarge {
        /// What the hook takes, in bytes.
        limit: usize,
    },
    /// The body is compressed in a way that is not supported.
    UnsupportedEncoding {
        /// The content coding, shortened.
        encoding: String,
    },
    /// The hook does not take this HTTP method.
    MethodNotAllowed {
        /// The value of the `Allow` header of the answer.
        allow: String,
    },
    /// The `events` expression finds nothing to iterate over.
    EventsMissing,
    /// There are more events than one delivery may have.
    TooManyEvents,
    /// There is no such hook.
    UnknownHook,
}

impl Rejection {
    /// The HTTP status of the answer; [`Rejection::status_for`] minds what the source wants instead.
    pub fn status(&self) -> u16 {
        match self {
            Rejection::SignatureMissing
            | Rejection::SignatureMalformed
            | Rejection::SignatureMismatch
            | Rejection::SignedPartMissing { .. }
            | Rejection::SignedPartMalformed { .. }
            | Rejection::HeaderRepeated { .. }
            | Rejection::ParameterRepeated { .. }
            | Rejection::TimestampMissing
            | Rejection::TimestampMalformed
            | Rejection::TimestampStale { .. }
            | Rejection::ClaimMismatch { .. }
            | Rejection::NotPinned { .. } => 401,
            Rejection::HandshakeRefused => 403,
            Rejection::BodyMalformed { .. } | Rejection::EventsMissing => 400,
            Rejection::TooLarge { .. } | Rejection::TooManyEvents => 413,
            Rejection::UnsupportedEncoding { .. } => 415,
            Rejection::MethodNotAllowed { .. } => 405,
            Rejection::UnknownHook => 404,
            Rejection::KeyUnavailable | Rejection::SecretAwaited | Rejection::VisitFailed => 503,
        }
    }

    /// The HTTP status of the answer, with the source's own in place of 401.
    pub fn status_for(&self, source: &Source) -> u16 {
        match (self.status(), source.on_reject) {
            (401, Some(status)) => status,
            (status, _) => status,
        }
    }

    /// The reason as a word for programs. It never changes.
    pub fn code(&self) -> &'static str {
        match self {
            Rejection::SignatureMissing => "signature_missing",
            Rejection::SignatureMalformed => "signature_malformed",
            Rejection::SignatureMismatch => "signature_mismatch",
            Rejection::SignedPartMissing { .. } => "signed_part_missing",
            Rejection::SignedPartMalformed { .. } => "signed_part_malformed",
            Rejection::HeaderRepeated { .. } => "header_repeated",
            Rejection::ParameterRepeated { .. } => "parameter_repeated",
            Rejection::TimestampMissing => "timestamp_missing",
            Rejection::TimestampMalformed => "timestamp_malformed",
            Rejection::TimestampStale { .. } => "timestamp_stale",
            Rejection::ClaimMismatch { .. } => "claim_mismatch",
            Rejection::NotPinned { .. } => "not_pinned",
            Rejection::KeyUnavailable => "key_unavailable",
            Rejection::SecretAwaited => "secret_awaited",
            Rejection::VisitFailed => "visit_failed",
            Rejection::HandshakeRefused => "handshake_refused",
            Rejection::BodyMalformed { .. } => "body_malformed",
            Rejection::TooLarge { .. } => "too_large",
            Rejection::UnsupportedEncoding { .. } => "unsupported_encoding",
            Rejection::MethodNotAllowed { .. } => "method_not_allowed",
            Rejection::EventsMissing => "events_missing",
            Rejection::TooManyEvents => "too_many_events",
            Rejection::UnknownHook => "unknown_hook",
        }
    }

    /// The reason as a sentence for people. It holds nothing of the body, of a secret or of a signature.
    pub fn detail(&self) -> String {
        match self {
            Rejection::SignatureMissing => {
                "the delivery carries no signature where the source puts it".to_owned()
            }
            Rejection::SignatureMalformed => {
                "the signature is not written as the source writes it".to_owned()
            }
            Rejection::SignatureMismatch => {
                "the signature is not of this content under the hook's secret".to_owned()
            }
            Rejection::SignedPartMissing { name } => {
                format!("{name} is part of what is signed and is missing")
            }
            Rejection::SignedPartMalformed { name } => {
                format!("{name} holds the mark that separates what is signed")
            }
            Rejection::HeaderRepeated { name } => format!("the header {name} occurs more than once"),
            Rejection::ParameterRepeated { name } => format!("{name} occurs more than once"),
            Rejection::TimestampMissing => {
                "the delivery carries no timestamp where the source puts it".to_owned()
            }
            Rejection::TimestampMalformed => {
                "the timestamp is not written as the source writes it".to_owned()
            }
            Rejection::TimestampStale { age, tolerance } if *age < 0 => {
                format!("the timestamp lies {} s ahead; {tolerance} s are allowed", age.unsigned_abs())
            }
            Rejection::TimestampStale { age, tolerance } => {
                format!("the timestamp is {age} s old; {tolerance} s are allowed")
            }
            Rejection::ClaimMismatch { claim } => {
                format!("the token's {claim} is not what this hook expects")
            }
            Rejection::NotPinned { name } => format!("{name} is not one that this hook accepts"),
            Rejection::KeyUnavailable => {
                "the key that verifies this delivery could not be fetched; send it again later".to_owned()
            }
            Rejection::SecretAwaited => {
                "this hook has no secret yet; send this delivery again later".to_owned()
            }
            Rejection::VisitFailed => {
                "the address that confirms the subscription could not be visited; send this again later"
                    .to_owned()
            }
            Rejection::HandshakeRefused => "this hook does not answer such a handshake".to_owned(),
            Rejection::BodyMalformed { offset, message } => {
                format!("{message} was expected at byte {offset} of the body")
            }
            Rejection::EventsMissing => "the body has no events where the hook looks for them".to_owned(),
            Rejection::TooManyEvents => "the delivery has more events than can be taken at once".to_owned(),
            Rejection::TooLarge { limit } => format!("the body has more than {limit} bytes"),
            Rejection::UnsupportedEncoding { encoding } => {
                format!("the content coding {encoding:?} is not supported: send gzip or none")
            }
            Rejection::MethodNotAllowed { allow } => format!("the hook takes {allow}"),
            Rejection::UnknownHook => "there is no such hook".to_owned(),
        }
    }
}
