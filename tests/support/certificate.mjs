// Certificates for tests: made when they are needed, so that no private key lies in the repository.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

const SEQUENCE = 0x30;
/** sha256WithRSAEncryption and commonName, as DER has them. */
const SHA256_WITH_RSA = "06092a864886f70d01010b0500";
const COMMON_NAME = "0603550403";

function element(tag, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const utcTime = (date) =>
  element(0x17, Buffer.from(`${date.toISOString().slice(2, 19).replace(/[-T:]/g, "")}Z`));

function pem(label, der) {
  const lines = der.toString("base64").match(/.{1,64}/g);
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/**
 * A new RSA key of 2048 bits with a certificate that it signs itself (RFC 5280), good from yesterday until `expires`.
 *
 * @param {Date} expires
 * @returns `certificate` and `key` in PEM, and the `publicKey`
 */
export function selfSigned(expires) {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = element(SEQUENCE, Buffer.from(SHA256_WITH_RSA, "hex"));
  const cn = element(SEQUENCE, Buffer.from(COMMON_NAME, "hex"), element(0x0c, Buffer.from("ccf-edge test")));
  const name = element(SEQUENCE, element(0x31, cn));
  const validity = element(SEQUENCE, utcTime(new Date(Date.now() - 86_400_000)), utcTime(expires));
  const version = element(0xa0, element(0x02, Buffer.from([2])));
  const serial = element(0x02, Buffer.from([1]), randomBytes(8));
  const spki = publicKey.export({ type: "spki", format: "der" });
  const body = element(SEQUENCE, version, serial, algorithm, name, validity, name, spki);
  const signature = element(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
  return {
    certificate: pem("CERTIFICATE", element(SEQUENCE, body, algorithm, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    publicKey,
  };
}
