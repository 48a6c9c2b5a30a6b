// Cryptography and compression that the runtime does natively, several times faster than wasm, and synchronously.
import { constants, createHmac, createPublicKey, createSign, hkdfSync, verify } from "node:crypto";
import { gzipSync } from "node:zlib";

const NOTHING = new Uint8Array();

const HASHES = ["sha1", "sha256", "sha384", "sha512"];

/** Writes the HMAC of the three parts in a row to `out` and returns its length. */
export function hmac(hash, key, before, body, after, out) {
  const mac = createHmac(HASHES[hash], key);
  if (before.length > 0) {
    mac.update(before);
  }
  mac.update(body);
  if (after.length > 0) {
    mac.update(after);
  }
  const digest = mac.digest();
  out.set(digest);
  return digest.length;
}

/** The memory of the core, and all of it as bytes. */
let memory;
let view;

/** Has the memory of a new instance of the core. */
export function useMemory(own) {
  memory = own;
  view = new Uint8Array(own.buffer);
}

/** All of the core's memory. What was given before is empty once the memory has grown. */
export function bytes() {
  if (view.length === 0) {
    view = new Uint8Array(memory.buffer);
  }
  return view;
}

/**
 * Writes to `out` what HKDF derives from two parts in a row with the salt `key` and without further information
 * (RFC 5869). The bytes before the body are spare, and take the first part. All are places in the core's memory.
 */
export function derive(hash, key, keyLength, before, beforeLength, body, length, out, outLength) {
  const all = bytes();
  const start = body - beforeLength;
  all.copyWithin(start, before, before + beforeLength);
  const input = all.subarray(start, body + length);
  const salt = all.subarray(key, key + keyLength);
  bytes().set(new Uint8Array(hkdfSync(HASHES[hash], input, salt, NOTHING, outLength)), out);
}

/** Whether an Ed25519 signature is right. A key or signature that is none is just wrong. */
export function ed25519(key, message, signature) {
  try {
    const x = btoa(String.fromCharCode(...key))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");
    const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, message, publicKey, signature);
  } catch {
    return false;
  }
}

/** Whether an RSA signature (PKCS #1 v1.5) or an ECDSA signature (in DER) is right. What is none is just wrong. */
export function signed(spki, hash, message, signature) {
  try {
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return verify(HASHES[hash], message, key, signature);
  } catch {
    return false;
  }
}

/**
 * The RSA signature with SHA-256 under a private key: PSS with a salt of 32 bytes, or PKCS #1 v1.5. Empty if the key is
 * none.
 */
export function sign(pss, pkcs8, message) {
  try {
    const padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
    const key = { key: pkcs8, format: "der", type: "pkcs8", padding, saltLength: pss ? 32 : undefined };
    // workerd's shorter sign() takes the padding and leaves it out.
    return createSign("sha256").update(message).sign(key);
  } catch {
    return new Uint8Array();
  }
}

/** A random UUID. */
export function uuid() {
  return crypto.randomUUID();
}

/** As small a gzip member as there is; empty if it cannot be made. */
export function squeeze(array) {
  try {
    return new Uint8Array(gzipSync(array, { level: 9 }));
  } catch {
    return new Uint8Array();
  }
}
