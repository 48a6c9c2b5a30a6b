//! The keys of a hook: decoded once, never shown.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::Digest as _;

use super::location::hex_digit;
use super::source::{KeyEncoding, Method, Source};

/// Base64 as people paste it into a configuration: with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A key's bytes. It is never empty, and Debug does not show it.
#[derive(Clone)]
pub struct Secret(Box<[u8]>);

impl Secret {
    /// A key of these bytes; `None` when there are none.
    pub fn new(bytes: Vec<u8>) -> Option<Secret> {
        (!bytes.is_empty()).then(|| Secret(bytes.into_boxed_slice()))
    }

    /// The key's bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The keys of a hook: the current one first, then those that a rotation still accepts.
#[derive(Clone, Debug)]
pub struct Secrets(Vec<Secret>);

/// Why a secret is no key of its source. It names the secret by its place, never by its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError {
    /// Which of the secrets, from 1; 0 when it is not about one of them.
    pub number: usize,
    /// What is wrong with it.
    pub problem: SecretProblem,
}

/// What is wrong with a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretProblem {
    /// There is no secret, and the source needs one.
    Missing,
    /// There is one, and the source takes none.
    NotUsed,
    /// It is empty, or only the prefix that a vendor writes before the key.
    Empty,
    /// It begins or ends with white space, as a line break that was pasted along.
    WhiteSpace,
    /// It is not in base64.
    NotBase64,
    /// It is not in hexadecimal digits.
    NotHex,
    /// The key has another length than its method needs, in bytes.
    Length {
        /// What the method needs.
        needed: usize,
        /// What the key has.
        found: usize,
    },
    /// It is no `user:password`.
    NotUserAndPassword,
    /// The source signs in a way that this version cannot check.
    Unsupported(String),
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 | 1 => {}
            number => write!(f, "secret {number}: ")?,
        }
        match &self.problem {
            SecretProblem::Missing => f.write_str("the secret is missing"),
            SecretProblem::NotUsed => f.write_str("there is a secret, but this source checks none"),
            SecretProblem::Empty => f.write_str("the secret is empty"),
            SecretProblem::WhiteSpace => {
                f.write_str("the secret begins or ends with white space: was a line break pasted along?")
            }
            SecretProblem::NotBase64 => f.write_str("the secret is not in base64, as this source's keys are"),
            SecretProblem::NotHex => {
                f.write_str("the secret is not in hexadecimal digits, as this source's keys are")
            }
            SecretProblem::Length { needed, found } => {
                write!(f, "the key has {found} bytes; this source's keys have {needed}")
            }
            SecretProblem::NotUserAndPassword => f.write_str("the secret is not of the form user:password"),
            SecretProblem::Unsupported(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for SecretError {}

impl Secrets {
    /// Reads the secrets of a hook as its source writes keys. The first is the current one.
    ///
    /// # Errors
    ///
    /// When there is none and the source needs one, and for the first that is empty, framed by white space,
    /// not in the source's encoding or of the wrong length; also when this version cannot check the source.
    pub fn new<'s>(
        source: &Source,
        values: impl IntoIterator<Item = &'s str>,
    ) -> Result<Secrets, SecretError> {
        if let Some(why) = source.refusal() {
            return Err(SecretError { number: 0, problem: SecretProblem::Unsupported(why) });
        }
        let mut secrets = Vec::new();
        for (number, value) in (1_usize..).zip(values) {
            if source.auth.method == Method::None {
                return Err(SecretError { number: 0, problem: SecretProblem::NotUsed });
            }
            secrets.push(read(source, value).map_err(|problem| SecretError { number, problem })?);
        }
        if secrets.is_empty() && source.auth.method != Method::None {
            return Err(SecretError { number: 0, problem: SecretProblem::Missing });
        }
        Ok(Secrets(secrets))
    }

    /// The keys, the current one first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.0.iter()
    }
}

fn read(source: &Source, value: &str) -> Result<Secret, SecretProblem> {
    let scheme = &source.auth;
    if value.trim().is_empty() {
        return Err(SecretProblem::Empty);
    }
    if value.trim() != value {
        return Err(SecretProblem::WhiteSpace);
    }
    let key = value.strip_prefix(scheme.key_strip.as_str()).unwrap_or(value);
    let bytes = match (scheme.method, scheme.key) {
        (Method::Token | Method::Basic, _) | (_, KeyEncoding::Utf8) => key.as_bytes().to_vec(),
        (_, KeyEncoding::Base64) => BASE64.decode(key).map_err(|_| SecretProblem::NotBase64)?,
        (_, KeyEncoding::Hex) => hex(key).ok_or(SecretProblem::NotHex)?,
        (_, KeyEncoding::Sha1OfUtf8) if key.is_empty() => return Err(SecretProblem::Empty),
        (_, KeyEncoding::Sha1OfUtf8) => sha1::Sha1::digest(key.as_bytes()).to_vec(),
        (_, KeyEncoding::Spki | KeyEncoding::Pem) => {
            let why = "keys in SPKI and PEM cannot be read by this version".to_owned();
            return Err(SecretProblem::Unsupported(why));
        }
    };
    if scheme.method == Method::Basic && !bytes.contains(&b':') {
        return Err(SecretProblem::NotUserAndPassword);
    }
    if scheme.method == Method::Ed25519 && bytes.len() != 32 && !bytes.is_empty() {
        return Err(SecretProblem::Length { needed: 32, found: bytes.len() });
    }
    Secret::new(bytes).ok_or(SecretProblem::Empty)
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((hex_digit(*high)? << 4) | hex_digit(*low)?)).collect()
}
