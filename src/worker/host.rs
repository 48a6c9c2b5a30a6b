//! What the runtime does better than wasm: native cryptography, called synchronously.

use crate::azure::assertion::{Algorithm, Signer};
use crate::webhook::public_key::PublicKey;
use crate::webhook::source::Hash;
use crate::webhook::verify::{self, Crypto, Mac};
use subtle::{Choice, ConstantTimeEq as _};
use wasm_bindgen::prelude::*;

use super::inbox;

#[wasm_bindgen(raw_module = "ccf-edge-host")]
extern "C" {
    fn hmac(hash: u32, key: &[u8], before: &[u8], body: &[u8], after: &[u8], out: &mut [u8]) -> u32;
    fn derive(
        hash: u32,
        key: *const u8,
        key_length: usize,
        before: *const u8,
        before_length: usize,
        body: *const u8,
        length: usize,
        out: *mut u8,
        out_length: usize,
    );
    fn ed25519(key: &[u8], message: &[u8], signature: &[u8]) -> bool;
    fn signed(spki: &[u8], hash: u32, message: &[u8], signature: &[u8]) -> bool;
    fn sign(pss: bool, pkcs8: &[u8], message: &[u8]) -> Vec<u8>;
    fn uuid() -> String;
    fn squeeze(array: &[u8]) -> Vec<u8>;
}

/// From this many bytes on the host's code is worth its call: it is several times faster, but the call costs as
/// much as hashing these in wasm.
const HOST_FROM: usize = 8 * 1024;

/// From this many bytes on a derivation of the host is worth it, which costs less than its HMAC.
const DERIVED_FROM: usize = 3 * 1024;

/// The cryptography of workerd, by way of `node:crypto` (`host.js`).
#[derive(Debug)]
pub(super) struct HostCrypto;

impl Crypto for HostCrypto {
    fn hmac(&self, hash: Hash, key: &[u8], before: &[u8], body: &[u8], after: &[u8]) -> Mac {
        if in_wasm(hash) && before.len() + body.len() + after.len() < HOST_FROM {
            return verify::hmac(hash, key, before, body, after);
        }
        let mut out = [0; 64];
        let length = hmac(number(hash), key, before, body, after, &mut out);
        Mac::new(out.get(..length as usize).unwrap_or_default())
    }

    /// By a derivation of the host, where it takes the place of the HMAC.
    ///
    /// The host's HMAC is a stream, and making one costs more than hashing 8 KB. HKDF is one call, and its first step is
    /// the HMAC of its input under its salt (RFC 5869, section 2.2). What it gives is the HMAC of a byte of 1 under that
    /// code (section 2.3), so that a code is right if it leads to the same.
    fn is_hmac(
        &self,
        hash: Hash,
        key: &[u8],
        [before, body, after]: [&[u8]; 3],
        codes: &[[u8; 64]],
    ) -> Choice {
        let length = hash.length();
        let mut derived = [0; 64];
        let derived = derived.get_mut(..length).unwrap_or_default();
        let in_place = after.is_empty() && before.len() <= inbox::SPARE && inbox::holds(body);
        if !in_wasm(hash) || !in_place || body.len() < DERIVED_FROM {
            return verify::one_is(codes, length, &self.hmac(hash, key, before, body, after));
        }
        // Slices would be an object each on the other side.
        derive(
            number(hash),
            key.as_ptr(),
            key.len(),
            before.as_ptr(),
            before.len(),
            body.as_ptr(),
            body.len(),
            derived.as_mut_ptr(),
            length,
        );
        let leads_there = |code: &[u8; 64]| {
            let code = code.get(..length).unwrap_or_default();
            verify::hmac(hash, code, &[1], &[], &[]).bytes().ct_eq(derived)
        };
        verify::any(codes.iter().map(leads_there))
    }

    fn ed25519(&self, key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        ed25519(key, message, signature)
    }

    fn signed(&self, key: &PublicKey, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        signed(key.spki(), number(hash), message, signature)
    }
}

impl Signer for HostCrypto {
    fn sign(&self, algorithm: Algorithm, pkcs8: &[u8], message: &[u8]) -> Vec<u8> {
        sign(algorithm == Algorithm::Ps256, pkcs8, message)
    }

    fn uuid(&self) -> String {
        uuid()
    }
}

/// The runtime's zlib at its best level: [`Squeeze`](crate::batch::Squeeze).
pub(super) fn squeezed(array: &[u8]) -> Vec<u8> {
    squeeze(array)
}

/// Whether the hash is in this module: it is one of those that nearly every product uses.
fn in_wasm(hash: Hash) -> bool {
    matches!(hash, Hash::Sha1 | Hash::Sha256)
}

/// The number by which `host.js` knows a hash.
fn number(hash: Hash) -> u32 {
    match hash {
        Hash::Sha1 => 0,
        Hash::Sha256 => 1,
        Hash::Sha384 => 2,
        Hash::Sha512 => 3,
    }
}
