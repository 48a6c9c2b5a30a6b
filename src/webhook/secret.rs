//! The keys of a hook: decoded once, never shown.

use std::fmt;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use sha1::Digest as _;

use super::location::hex_digit;
use super::public_key::{KeyKind, PublicKey};
use super::source::{KeyEncoding, Method, Source};

/// Base64 as people paste it into a configuration: with or without padding.
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(
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

    /// The key as text; empty where it is none. What is read of a delivery is.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The key's bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a hook verifies with, as far as it is configured.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// The current one first, then those that a rotation still accepts.
    keys: Vec<Secret>,
    /// Public keys, for sources that sign with a private one.
    public: Vec<PublicKey>,
    /// Secrets that prove something else than a delivery, by the source's name for them.
    named: Vec<(String, Secret)>,
}

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
    /// There is no public key in it that the source's signatures can be checked with.
    NotPublicKey,
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
            SecretProblem::NotPublicKey => f.write_str(
                "the secret holds no public key of this source's kind: paste the key as the vendor shows it (base64 or \
                 PEM), or a JSON Web Key Set",
            ),
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
    /// not in the source's encoding or of the wrong length.
    pub fn new<'s>(
        source: &Source,
        values: impl IntoIterator<Item = &'s str>,
    ) -> Result<Secrets, SecretError> {
        let mut secrets = Secrets::awaited();
        for (number, value) in (1_usize..).zip(values) {
            if !source.takes_secret() {
                return Err(SecretError { number: 0, problem: SecretProblem::NotUsed });
            }
            let read = if source.auth.key.is_public() {
                public_keys(source, value).map(|keys| secrets.public.extend(keys))
            } else {
                read(source, value).map(|key| secrets.keys.push(key))
            };
            read.map_err(|problem| SecretError { number, problem })?;
        }
        if secrets.is_empty() && source.takes_secret() {
            return Err(SecretError { number: 0, problem: SecretProblem::Missing });
        }
        Ok(secrets)
    }

    /// The secrets of a hook whose product has yet to send its own: nothing verifies under them.
    pub fn awaited() -> Secrets {
        Secrets { keys: Vec::new(), public: Vec::new(), named: Vec::new() }
    }

    /// Whether there is no key at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.public.is_empty()
    }

    /// Adds the secret that the source calls `{secret:NAME}`.
    ///
    /// # Errors
    ///
    /// When it is empty or framed by white space.
    pub fn with_named(mut self, name: &str, value: &str) -> Result<Secrets, SecretError> {
        let error = |problem| SecretError { number: 0, problem };
        if value.trim() != value {
            return Err(error(SecretProblem::WhiteSpace));
        }
        let secret = Secret::new(value.into()).ok_or(error(SecretProblem::Empty))?;
        self.named.push((name.to_owned(), secret));
        Ok(self)
    }

    /// The public keys.
    pub(super) fn public(&self) -> impl Iterator<Item = &PublicKey> {
        self.public.iter()
    }

    /// The secret that the source calls `{secret:NAME}`.
    pub(super) fn named(&self, name: &str) -> Option<&Secret> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, secret)| secret)
    }

    /// The keys, the current one first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Secret> {
        self.keys.iter()
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
        // `public_keys` reads these.
        (_, KeyEncoding::Spki | KeyEncoding::Pem | KeyEncoding::Jwks) => {
            return Err(SecretProblem::NotPublicKey);
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

/// The public keys of a secret that the source's method can use. How each is written says itself.
fn public_keys(source: &Source, value: &str) -> Result<Vec<PublicKey>, SecretProblem> {
    if value.trim().is_empty() {
        return Err(SecretProblem::Empty);
    }
    let compact: String = value.split_ascii_whitespace().collect();
    let bare = BASE64.decode(compact).ok().and_then(|der| PublicKey::from_spki(&der));
    let keys: Vec<PublicKey> = match bare {
        Some(key) => vec![key],
        None => PublicKey::read_all(value),
    };
    let fits = |key: &PublicKey| match source.auth.method {
        Method::EcdsaP256 => key.kind == KeyKind::P256,
        Method::RsaPkcs1 => key.kind == KeyKind::Rsa,
        _ => true,
    };
    let keys: Vec<PublicKey> = keys.into_iter().filter(fits).collect();
    if keys.is_empty() { Err(SecretProblem::NotPublicKey) } else { Ok(keys) }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some((hex_digit(*high)? << 4) | hex_digit(*low)?)).collect()
}
