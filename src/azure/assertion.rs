//! A certificate in place of a client secret: the relay proves who it is by a short-lived token that it signs itself.
//!
//! Sources: Microsoft, "Microsoft identity platform application authentication certificate credentials" (header and
//! claims); [RFC 7523](https://www.rfc-editor.org/rfc/rfc7523) (the form's fields);
//! [RFC 7518](https://www.rfc-editor.org/rfc/rfc7518#section-3.1) (the algorithms).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest as _;

use crate::json;
use crate::webhook::public_key::{PublicKey, pem};

/// The value of `client_assertion_type` (RFC 7523, 2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// For how long an assertion is good, in seconds: Microsoft advises five to ten minutes.
const LIFETIME_S: i64 = 600;

/// How an assertion is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes; the certificate is named by its SHA-256.
    #[default]
    Ps256,
    /// RSASSA-PKCS1-v1_5 with SHA-256; the certificate is named by its SHA-1, as older clients do.
    Rs256,
}

/// What a host lends to whoever has to sign. The core has no randomness of its own.
pub trait Signer: fmt::Debug {
    /// The signature of a message under an RSA key in PKCS #8; empty if the key is of no use.
    fn sign(&self, algorithm: Algorithm, pkcs8: &[u8], message: &[u8]) -> Vec<u8>;

    /// A random UUID, another one each time.
    fn uuid(&self) -> String;
}

/// A certificate with its private key. Its `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    algorithm: Algorithm,
    /// The private key in PKCS #8.
    key: Vec<u8>,
    /// The encoded header of every assertion.
    header: String,
    expires_ms: i64,
}

impl Certificate {
    /// Reads a private RSA key in PKCS #8 and its certificate, both in PEM, in any order. Of several certificates, as in
    /// a chain, the key's own counts.
    ///
    /// # Errors
    ///
    /// What is wrong with the text and what to do, as the rest of a sentence about it. Nothing of the text is repeated.
    #[inline(never)]
    pub fn read(text: &str, algorithm: Algorithm) -> Result<Certificate, &'static str> {
        let blocks = pem(text);
        let labelled = |wanted: &'static str| blocks.iter().filter(move |(label, _)| *label == wanted);
        let Some((_, key)) = labelled("PRIVATE KEY").next() else {
            return Err(
                if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY") || text.contains("4,ENCRYPTED") {
                    "has an encrypted private key, and nobody is there to type its password: decrypt it with `openssl pkey`"
                } else if text.contains("-----BEGIN EC PRIVATE KEY") {
                    NOT_RSA
                } else if text.contains("-----BEGIN RSA PRIVATE KEY") {
                    "has a private key in PKCS #1: convert it with `openssl pkcs8 -topk8 -nocrypt`"
                } else {
                    "has a certificate or another PEM, but no private key that can be read: it must hold both, the block \
                 `PRIVATE KEY` and the block `CERTIFICATE`"
                },
            );
        };
        let own = PublicKey::of_private_key(key).ok_or(NOT_RSA)?;
        let mut others = false;
        for (_, der) in labelled("CERTIFICATE") {
            let found = PublicKey::from_certificate(der).filter(|found| found.spki() == own.spki());
            if let Some((_, expires_ms)) = found.and_then(|found| found.validity) {
                let header = header(algorithm, der);
                return Ok(Certificate { algorithm, key: key.clone(), header, expires_ms });
            }
            others = true;
        }
        Err(if others {
            "has a certificate that is not of its private key: put the two that belong together there"
        } else {
            "has a private key, but no certificate that can be read: append the one that is registered in Entra"
        })
    }

    /// When it ends (`notAfter`), in milliseconds since the Unix epoch.
    pub fn expires_ms(&self) -> i64 {
        self.expires_ms
    }

    /// Whether the host can sign with the key.
    pub fn is_usable(&self, signer: &dyn Signer) -> bool {
        !signer.sign(self.algorithm, &self.key, self.header.as_bytes()).is_empty()
    }

    /// An assertion for the token endpoint `audience`. Without a signer it has no signature.
    #[inline(never)]
    pub fn assertion(
        &self,
        audience: &str,
        client_id: &str,
        now_ms: i64,
        signer: Option<&dyn Signer>,
    ) -> String {
        let now = now_ms.div_euclid(1000);
        let id = signer.map_or_else(String::new, Signer::uuid);
        let mut claims = Vec::with_capacity(320);
        for (name, value) in [("{\"aud\":", audience), (",\"iss\":", client_id), (",\"sub\":", client_id)] {
            claims.extend_from_slice(name.as_bytes());
            json::write_string(&mut claims, value);
        }
        let end = now.saturating_add(LIFETIME_S);
        claims.extend_from_slice(
            format!(",\"jti\":\"{id}\",\"nbf\":{now},\"iat\":{now},\"exp\":{end}}}").as_bytes(),
        );
        let mut token = self.header.clone();
        token.push('.');
        token.push_str(&base64url(&claims));
        let signature =
            signer.map(|signer| signer.sign(self.algorithm, &self.key, token.as_bytes())).unwrap_or_default();
        token.push('.');
        token.push_str(&base64url(&signature));
        token
    }
}

const NOT_RSA: &str = "has a private key that is no RSA key of 2048 to 8192 bits in PKCS #8: Entra takes RSA, and PS256 and RS256 need it";

/// The encoded header of an assertion that is signed with the key of this certificate.
fn header(algorithm: Algorithm, certificate: &[u8]) -> String {
    let (head, print) = match algorithm {
        Algorithm::Ps256 => (
            "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"",
            base64url(&sha2::Sha256::digest(certificate)),
        ),
        Algorithm::Rs256 => {
            ("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"", base64url(&sha1::Sha1::digest(certificate)))
        }
    };
    base64url(&[head, &print, "\"}"].concat().into_bytes())
}

#[inline(never)]
fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(…)")
    }
}
