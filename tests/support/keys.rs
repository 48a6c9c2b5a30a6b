//! RSA keys for tests: their primes lie in `tests/fixtures/credentials`, beside the certificates that OpenSSL made of
//! them. They protect nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ccf_edge::azure::assertion::{Algorithm, Signer};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

/// The certificate of the key `certificate`, good from 2026-06-01 to 2027-05-31T12:00:00Z.
pub const CERTIFICATE: &str = include_str!("../fixtures/credentials/certificate.pem");
/// The certificate of the key `other`, as long.
pub const OTHER: &str = include_str!("../fixtures/credentials/other.pem");

/// The private key of that name.
pub fn key(name: &str) -> RsaPrivateKey {
    let primes: serde_json::Value =
        serde_json::from_str(include_str!("../fixtures/credentials/primes.json")).expect("JSON");
    let prime = |which: &str| {
        let digits = primes[name][which].as_str().expect("a prime");
        let bytes: Vec<u8> = (0..digits.len() / 2)
            .map(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal"))
            .collect();
        BoxedUint::from_be_slice(&bytes, 1024).expect("1024 bits")
    };
    RsaPrivateKey::from_p_q(prime("p"), prime("q"), BoxedUint::from(65_537u64)).expect("a key")
}

/// Some bytes in PEM.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len()).step_by(64).map(|at| &text[at..text.len().min(at + 64)]).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// The private key of that name in PKCS #8.
pub fn key_pem(name: &str) -> String {
    pem("PRIVATE KEY", key(name).to_pkcs8_der().expect("PKCS #8").as_bytes())
}

/// Signs in Rust alone, with salts and ids that count.
#[derive(Debug, Default)]
pub struct TestSigner(AtomicU64);

pub static SIGNER: TestSigner = TestSigner(AtomicU64::new(1));

impl Signer for TestSigner {
    fn sign(&self, algorithm: Algorithm, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
        let Ok(key) = RsaPrivateKey::from_pkcs8_der(pkcs8) else { return Vec::new() };
        let digest = Sha256::digest(message);
        let signed = match algorithm {
            Algorithm::Ps256 => key.sign_with_rng(&mut Salt, Pss::<Sha256>::new(), &digest),
            Algorithm::Rs256 => key.sign(Pkcs1v15Sign::new::<Sha256>(), &digest),
        };
        signed.unwrap_or_default()
    }

    fn uuid(&self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// No randomness at all: PSS is sound with any salt, and a test wants the same signature each time.
struct Salt;

impl TryRng for Salt {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(0x5a5a_5a5a)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(0x5a5a_5a5a_5a5a_5a5a)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0x5a);
        Ok(())
    }
}

impl TryCryptoRng for Salt {}
