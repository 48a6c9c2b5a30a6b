// The products' own libraries and the relay agree: what a library signs is taken, what this test signs is taken by the
// library and by the relay, and both refuse every tampering. The relay is the built Worker on workerd, with one hook for
// each product and the clock of this machine.

import assert from "node:assert/strict";
import { createHash, createHmac, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { verifyWebhook as verifyClerk } from "@clerk/backend/webhooks";
import { validateToken as validateKinde } from "@kinde/jwt-validator";
import { LinearWebhookClient } from "@linear/sdk/webhooks";
import { signWebhookPayload as signNotion, verifyWebhookSignature as verifyNotion } from "@notionhq/client";
import { sign as signGitHub, verify as verifyGitHub } from "@octokit/webhooks-methods";
import { Paddle } from "@paddle/paddle-node-sdk";
import { encodeSignatureHeader, isValidSignature } from "@sanity/webhook";
import { EventWebhook } from "@sendgrid/eventwebhook";
import { isValidSlackRequest } from "@slack/bolt";
import { WorkOS } from "@workos-inc/node";
import { CloudEvent, HTTP as CloudEventsHttp } from "cloudevents";
import { verifyKey as verifyDiscord } from "discord-interactions";
import { OAuth2Client as GoogleClient } from "google-auth-library";
import * as jose from "jose";
import OpenAI from "openai";
import { validateWebhook as validateReplicate } from "replicate";
import { Resend } from "resend";
import SnsValidator from "sns-validator";
import { Webhook as StandardWebhook } from "standardwebhooks";
import Stripe from "stripe";
import { Webhook as SvixWebhook } from "svix";
import twilio from "twilio";
import { root } from "../scripts/setup.mjs";
import { startRelay } from "./support/relay.mjs";

const messagebird = createRequire(import.meta.url)("messagebird/lib/webhook-signature-jwt.js");

/** The URL that a product signs, where it signs one: what the hook says, not where this test finds the Worker. */
const PUBLIC_URL = "https://relay.example/hooks/";

const ed25519 = { good: generateKeyPairSync("ed25519"), wrong: generateKeyPairSync("ed25519") };
const p256 = {
  good: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  wrong: generateKeyPairSync("ec", { namedCurve: "P-256" }),
};
const raw = ({ publicKey }) =>
  publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("hex");
const spki = ({ publicKey }) => publicKey.export({ type: "spki", format: "der" }).toString("base64");

const hex = (hash, key, text) => createHmac(hash, key).update(text).digest("hex");
const whsec = (text) => `whsec_${Buffer.from(text).toString("base64")}`;
const seconds = (at) => Math.floor(at / 1000);

const BODY = JSON.stringify({ type: "user.created", x: 1, name: "Zoë 🦀", data: { id: "u_1" } });
const changed = (body) => body.replace('"x":1', '"x":2');

/** A source of Standard Webhooks, whose headers begin with `prefix`; `accepts` asks the product's library. */
function standard(
  source,
  prefix,
  accepts,
  { Library = StandardWebhook, before = "", noWindow = false, strict = false } = {},
) {
  const secret = `${before}${whsec("good key of 24 bytes....")}`;
  return {
    source,
    secrets: { good: secret, wrong: `${before}${whsec("wrong key of 24 bytes...")}` },
    window: 300,
    signature: `${prefix}-signature`,
    time: `${prefix}-timestamp`,
    sdkKnowsNoTime: noWindow,
    sdkReadsTimeLoosely: !strict,
    sign: (body, key, at) => ({
      [`${prefix}-id`]: "msg_1",
      [`${prefix}-timestamp`]: String(seconds(at)),
      [`${prefix}-signature`]: new Library(key.slice(before.length)).sign("msg_1", new Date(at), body),
    }),
    // The libraries take no empty key, so it is signed by hand.
    signEmpty: (body, at) => ({
      [`${prefix}-id`]: "msg_1",
      [`${prefix}-timestamp`]: String(seconds(at)),
      [`${prefix}-signature`]: `v1,${createHmac("sha256", "")
        .update(`msg_1.${seconds(at)}.${body}`)
        .digest("base64")}`,
    }),
    accepts: (body, headers, key) =>
      accepts(body, headers, key.slice(before.length), {
        id: headers[`${prefix}-id`],
        timestamp: headers[`${prefix}-timestamp`],
        signature: headers[`${prefix}-signature`],
      }),
  };
}

const paddle = new Paddle("key");
const workos = new WorkOS("sk_test_1", { clientId: "client_1" });
const stripe = new Stripe("sk_test_1");

/**
 * Each product: its source, a good and a wrong secret, and what a tampering is done to.
 *
 * `sign(body, key, at)` gives the headers of a delivery, `accepts(body, headers, key)` says, or throws, what the
 * product's library thinks of it. `signature` and `time` name headers; `setTime` puts another time where it is a part of
 * one. `window` is how old a delivery may be, in seconds. `sdkKnowsNoTime`: the library does not look at the time;
 * `sdkTakesFuture`: it looks at its age alone; `sdkReadsTimeLoosely`: it signs the digits and ignores what is behind them.
 */
const PRODUCTS = [
  {
    source: "github",
    secrets: { good: "It's a Secret", wrong: "It's a secret" },
    signature: "x-hub-signature-256",
    sign: async (body, key) => ({ "x-hub-signature-256": await signGitHub(key, body) }),
    accepts: (body, headers, key) => verifyGitHub(key, body, headers["x-hub-signature-256"]),
  },
  {
    source: "stripe",
    secrets: { good: "whsec_good", wrong: "whsec_wrong" },
    window: 300,
    signature: "stripe-signature",
    setTime: (headers, at) => ({
      "stripe-signature": headers["stripe-signature"].replace(/t=\d+/, `t=${seconds(at)}`),
    }),
    sign: (body, secret, at) => ({
      "stripe-signature": stripe.webhooks.generateTestHeaderString({
        payload: body,
        secret,
        timestamp: seconds(at),
      }),
    }),
    accepts: (body, headers, key) => stripe.webhooks.constructEvent(body, headers["stripe-signature"], key),
    sdkTakesFuture: true,
  },
  standard("standard-webhooks", "webhook", (body, headers, key) =>
    new StandardWebhook(key).verify(body, headers),
  ),
  standard(
    "supabase-auth",
    "webhook",
    (body, headers, key) => new StandardWebhook(key).verify(body, headers),
    {
      before: "v1,",
    },
  ),
  standard(
    "openai",
    "webhook",
    (body, headers, key) =>
      new OpenAI({ apiKey: "sk-1" }).webhooks.verifySignature(body, headers, key).then(() => true),
    { strict: true },
  ),
  standard(
    "replicate",
    "webhook",
    (body, _headers, secret, parts) => validateReplicate({ ...parts, body, secret }),
    { noWindow: true, strict: true },
  ),
  standard("svix", "svix", (body, headers, key) => new SvixWebhook(key).verify(body, headers), {
    Library: SvixWebhook,
  }),
  standard(
    "clerk",
    "svix",
    (body, headers, signingSecret) =>
      verifyClerk(new Request("https://relay.example", { method: "POST", headers, body }), { signingSecret }),
    { Library: SvixWebhook },
  ),
  standard(
    "resend",
    "svix",
    (payload, _headers, webhookSecret, headers) =>
      new Resend("re_1").webhooks.verify({ payload, headers, webhookSecret }),
    { Library: SvixWebhook },
  ),
  {
    source: "slack",
    secrets: { good: "8f742231b10e8888abcd99yyyzzz85a5", wrong: "8f742231b10e8888abcd99yyyzzz85a6" },
    window: 300,
    signature: "x-slack-signature",
    time: "x-slack-request-timestamp",
    sign: (body, key, at) => ({
      "x-slack-request-timestamp": String(seconds(at)),
      "x-slack-signature": `v0=${hex("sha256", key, `v0:${seconds(at)}:${body}`)}`,
    }),
    accepts: (body, headers, signingSecret) =>
      isValidSlackRequest({
        signingSecret,
        body,
        headers: { ...headers, "x-slack-request-timestamp": Number(headers["x-slack-request-timestamp"]) },
      }),
    sdkTakesFuture: true,
  },
  {
    source: "twilio",
    hook: { url: `${PUBLIC_URL}twilio` },
    secrets: { good: "12345", wrong: "12346" },
    signature: "x-twilio-signature",
    body: "CallSid=CA1&From=%2B14158675309&Name=Zo%C3%AB+%F0%9F%A6%80&x=1",
    change: (body) => body.replace("x=1", "x=2"),
    sign: (body, key) => ({
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": twilio.getExpectedTwilioSignature(
        key,
        `${PUBLIC_URL}twilio`,
        Object.fromEntries(new URLSearchParams(body)),
      ),
    }),
    accepts: (body, headers, key) =>
      twilio.validateRequest(
        key,
        headers["x-twilio-signature"],
        `${PUBLIC_URL}twilio`,
        Object.fromEntries(new URLSearchParams(body)),
      ),
  },
  {
    source: "sendgrid",
    secrets: { good: spki(p256.good), wrong: spki(p256.wrong) },
    signature: "x-twilio-email-event-webhook-signature",
    time: "x-twilio-email-event-webhook-timestamp",
    sdkKnowsNoTime: true,
    sign: (body, key, at) => {
      const time = String(seconds(at));
      const { privateKey } = key === spki(p256.good) ? p256.good : p256.wrong;
      return {
        "x-twilio-email-event-webhook-timestamp": time,
        "x-twilio-email-event-webhook-signature": sign(
          "sha256",
          Buffer.from(time + body),
          privateKey,
        ).toString("base64"),
      };
    },
    accepts: (body, headers, key) => {
      const library = new EventWebhook();
      return library.verifySignature(
        library.convertPublicKeyToECDSA(key),
        body,
        headers["x-twilio-email-event-webhook-signature"],
        headers["x-twilio-email-event-webhook-timestamp"],
      );
    },
  },
  {
    source: "discord",
    status: 204,
    secrets: { good: raw(ed25519.good), wrong: raw(ed25519.wrong) },
    window: 300,
    signature: "x-signature-ed25519",
    time: "x-signature-timestamp",
    sdkKnowsNoTime: true,
    sign: (body, key, at) => {
      const time = String(seconds(at));
      const { privateKey } = key === raw(ed25519.good) ? ed25519.good : ed25519.wrong;
      return {
        "x-signature-timestamp": time,
        "x-signature-ed25519": sign(null, Buffer.from(time + body), privateKey).toString("hex"),
      };
    },
    accepts: (body, headers, key) =>
      verifyDiscord(body, headers["x-signature-ed25519"], headers["x-signature-timestamp"], key),
  },
  {
    source: "paddle",
    secrets: { good: "pdl_ntfset_good", wrong: "pdl_ntfset_wrong" },
    window: 5,
    signature: "paddle-signature",
    setTime: (headers, at) => ({
      "paddle-signature": headers["paddle-signature"].replace(/ts=\d+/, `ts=${seconds(at)}`),
    }),
    sign: (body, key, at) => ({
      "paddle-signature": `ts=${seconds(at)};h1=${hex("sha256", key, `${seconds(at)}:${body}`)}`,
    }),
    accepts: (body, headers, key) => paddle.webhooks.isSignatureValid(body, key, headers["paddle-signature"]),
    sdkTakesFuture: true,
  },
  {
    source: "workos",
    secrets: { good: "good", wrong: "wrong" },
    window: 180,
    signature: "workos-signature",
    setTime: (headers, at) => ({
      "workos-signature": headers["workos-signature"].replace(/t=\d+/, `t=${at}`),
    }),
    sign: async (body, key, at) => ({
      "workos-signature": `t=${at}, v1=${await workos.webhooks.computeSignature(at, body, key)}`,
    }),
    accepts: (body, headers, secret) =>
      workos.webhooks.verifyHeader({ payload: body, sigHeader: headers["workos-signature"], secret }),
    sdkTakesFuture: true,
  },
  {
    source: "messagebird",
    hook: { url: `${PUBLIC_URL}messagebird` },
    secrets: { good: "36efdd1aace2e26cd490f0d951138253", wrong: "36efdd1aace2e26cd490f0d951138254" },
    window: 60,
    signature: "messagebird-signature-jwt",
    sign: async (body, key, at) => ({
      "messagebird-signature-jwt": await new jose.SignJWT({
        jti: "59a244dc-e9ad-4e23-9778-371faa238f72",
        url_hash: createHash("sha256").update(`${PUBLIC_URL}messagebird`).digest("hex"),
        payload_hash: createHash("sha256").update(body).digest("hex"),
      })
        .setProtectedHeader({ alg: "HS256", typ: "JWT" })
        .setIssuer("MessageBird")
        .setNotBefore(seconds(at))
        .setExpirationTime(seconds(at) + 60)
        .sign(Buffer.from(key)),
    }),
    accepts: (body, headers, key) =>
      messagebird.verify(
        `${PUBLIC_URL}messagebird`,
        Buffer.from(body),
        headers["messagebird-signature-jwt"],
        Buffer.from(key),
      ),
  },
  {
    source: "sanity",
    secrets: { good: "good", wrong: "wrong" },
    signature: "sanity-webhook-signature",
    sdkKnowsNoTime: true,
    setTime: (headers, at) => ({
      "sanity-webhook-signature": headers["sanity-webhook-signature"].replace(/t=\d+/, `t=${at}`),
    }),
    sign: async (body, key, at) => ({
      "sanity-webhook-signature": await encodeSignatureHeader(body, at, key),
    }),
    accepts: (body, headers, key) => isValidSignature(body, headers["sanity-webhook-signature"], key),
  },
  {
    source: "linear",
    secrets: { good: "lin_wh_good", wrong: "lin_wh_wrong" },
    window: 60,
    signature: "linear-signature",
    body: (at) => JSON.stringify({ type: "Issue", x: 1, webhookTimestamp: at }),
    sign: (body, key) => ({ "linear-signature": hex("sha256", key, body) }),
    accepts: (body, headers, key) =>
      new LinearWebhookClient(key).verify(Buffer.from(body), headers["linear-signature"]),
  },
  {
    source: "notion",
    secrets: { good: "secret_good", wrong: "secret_wrong" },
    signature: "x-notion-signature",
    sign: async (body, verificationToken) => ({
      "x-notion-signature": await signNotion({ body, verificationToken }),
    }),
    accepts: (body, headers, verificationToken) =>
      verifyNotion({ body, signature: headers["x-notion-signature"], verificationToken }),
  },
];

let relay;
let issuer;
const issuerUrl = () => `http://127.0.0.1:${issuer.address().port}`;
const jwks = { good: generateKeyPairSync("rsa", { modulusLength: 2048 }) };

before(async () => {
  const key = { ...jwks.good.publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" };
  issuer = createServer((_, response) => response.end(JSON.stringify({ keys: [key] })));
  await new Promise((resolve) => issuer.listen(0, "127.0.0.1", resolve));
  const hooks = Object.fromEntries(PRODUCTS.map(({ source, hook }) => [source, { source, ...hook }]));
  hooks.cloudevents = { source: "cloudevents" };
  hooks.jwt = {
    source: "jwt",
    config: {
      issuer: "https://issuer.example",
      audience: "relay",
      keys: `${issuerUrl()}/keys`,
    },
  };
  // In place of the addresses of Google and of Kinde, which the sources have.
  hooks.pubsub = {
    source: "google-pubsub-push",
    config: { audience: "relay", service_account: "push@project.example" },
    auth: { jwks: `${issuerUrl()}/keys` },
  };
  hooks.kinde = {
    source: "kinde",
    config: { domain: "business.kinde.com" },
    auth: { jwks: `${issuerUrl()}/.well-known/jwks` },
  };
  const name = (source) => `HOOK_${source.toUpperCase().replaceAll("-", "_")}_SECRET`;
  relay = await startRelay({
    folder: "sdks",
    hooks,
    secrets: {
      HOOK_CLOUDEVENTS_SECRET: "cloud token",
      ...Object.fromEntries(PRODUCTS.map(({ source, secrets }) => [name(source), secrets.good])),
    },
  });
  const { errors } = await (await fetch(`${relay.url}/healthz`)).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
});

after(async () => {
  await relay?.stop();
  issuer?.close();
});

/** Posts to a hook. A header whose value is an array is sent once for each element, which fetch cannot. */
function post(hook, body, headers) {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${relay.url}/hooks/${hook}`, { method: "POST", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Whether a product's library takes a delivery; that it throws is a no. */
async function taken(product, body, headers, key = product.secrets.good) {
  try {
    return (await product.accepts(body, headers, key)) !== false;
  } catch {
    return false;
  }
}

/**
 * The tampered twins of a delivery: what was done, body and headers, and whether the product's library is known to take
 * it nevertheless.
 */
async function twins(product, now) {
  const { secrets, signature, time, setTime, window } = product;
  const bodyAt = (at) => (typeof product.body === "function" ? product.body(at) : (product.body ?? BODY));
  const signed = async (at, key = secrets.good) => ({
    body: bodyAt(at),
    headers: await product.sign(bodyAt(at), key, at),
  });
  const { body, headers } = await signed(now);
  const value = headers[signature];
  const found = [
    { name: "changed body", body: (product.change ?? changed)(body), headers },
    { name: "a byte behind the body", body: `${body} `, headers },
    { name: "truncated signature", body, headers: { ...headers, [signature]: value.slice(0, -4) } },
    {
      name: "half a signature",
      body,
      headers: { ...headers, [signature]: value.slice(0, value.length / 2) },
    },
    { name: "empty signature", body, headers: { ...headers, [signature]: "" } },
    {
      name: "no signature",
      body,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name !== signature)),
    },
    { name: "wrong key", ...(await signed(now, secrets.wrong)) },
  ];
  const later = now + 1000;
  if (time !== undefined) {
    found.push({ name: "changed time", body, headers: { ...headers, [time]: String(seconds(later)) } });
    found.push({
      name: "letters behind the time",
      body,
      headers: { ...headers, [time]: `${headers[time]}x` },
      lax: product.sdkReadsTimeLoosely,
    });
  }
  if (setTime !== undefined) {
    found.push({ name: "changed time", body, headers: { ...headers, ...setTime(headers, later) } });
  }
  if (window !== undefined) {
    const lax = product.sdkKnowsNoTime;
    found.push({ name: "a replay", ...(await signed(now - (2 * window + 10) * 1000)), lax });
    const future = await signed(now + (2 * window + 10) * 1000);
    found.push({ name: "from the future", ...future, lax: lax || product.sdkTakesFuture });
  }
  return found;
}

/** A header line sent twice, in both orders, beside one that is signed with the wrong key; only the relay sees lines. */
async function doubled(product, now) {
  const body = typeof product.body === "function" ? product.body(now) : (product.body ?? BODY);
  const good = await product.sign(body, product.secrets.good, now);
  const wrong = await product.sign(body, product.secrets.wrong, now);
  const names = [product.signature, product.time].filter((name) => name !== undefined);
  return names.flatMap((name) => {
    const other = name === product.time ? String(seconds(now - 5000)) : wrong[name];
    return [
      { name: `${name} twice, the good one first`, body, headers: { ...good, [name]: [good[name], other] } },
      { name: `${name} twice, the good one last`, body, headers: { ...good, [name]: [other, good[name]] } },
    ];
  });
}

for (const product of PRODUCTS) {
  describe(product.source, () => {
    test("what is signed is taken by the product's library and by the relay", async () => {
      const now = Date.now();
      const body = typeof product.body === "function" ? product.body(now) : (product.body ?? BODY);
      const headers = await product.sign(body, product.secrets.good, now);
      assert.ok(await taken(product, body, headers), "the library");
      const before = relay.rows(product.source).length;
      const { status, text } = await post(product.source, body, headers);
      assert.equal(status, product.status ?? 200, text);
      assert.equal(relay.rows(product.source).length, before + 1);
    });

    test("every tampering is refused by both", async () => {
      const before = relay.rows(product.source).length;
      for (const { name, body, headers, lax } of await twins(product, Date.now())) {
        assert.equal(await taken(product, body, headers), lax === true, `the library: ${name}`);
        const { status, text } = await post(product.source, body, headers);
        assert.equal(status, 401, `${name}: ${text}`);
      }
      for (const { name, body, headers } of await doubled(product, Date.now())) {
        const { status, text } = await post(product.source, body, headers);
        assert.equal(status, 401, `${name}: ${text}`);
      }
      assert.equal(relay.rows(product.source).length, before, "no row");
    });
  });
}

test("an empty key signs nothing that is taken", async () => {
  // A public key cannot be empty: the relay does not start with one.
  const sources = PRODUCTS.filter(
    ({ secrets }) => ![spki(p256.good), raw(ed25519.good)].includes(secrets.good),
  );
  const refused = [];
  for (const product of sources) {
    const now = Date.now();
    const body = typeof product.body === "function" ? product.body(now) : (product.body ?? BODY);
    let headers;
    try {
      headers = await (product.signEmpty?.(body, now) ?? product.sign(body, "", now));
    } catch {
      refused.push(product.source);
      continue;
    }
    const { status, text } = await post(product.source, body, headers);
    assert.equal(status, 401, `${product.source}: ${text}`);
  }
  // These libraries do not sign with it.
  assert.deepEqual(refused.sort(), ["github", "messagebird", "notion", "sanity", "workos"]);
});

test("the CloudEvents SDK is understood in every mode", async () => {
  const event = new CloudEvent({ id: "1", source: "/s", type: "t.a", data: { a: "Zoë" } });
  const authorization = "Bearer cloud token";
  const before = relay.rows("cloudevents").length;
  for (const { headers, body } of [CloudEventsHttp.structured(event), CloudEventsHttp.binary(event)]) {
    const { status, text } = await post("cloudevents", body, { ...headers, authorization });
    assert.equal(status, 204, text);
    assert.equal((await post("cloudevents", body, { ...headers, authorization: "Bearer x" })).status, 401);
  }
  const found = relay.rows("cloudevents").slice(before);
  assert.deepEqual(
    found.map(({ Event: { type, data } }) => [type, data]),
    [
      ["t.a", { a: "Zoë" }],
      ["t.a", { a: "Zoë" }],
    ],
  );
});

test("tokens of jose are taken as jose takes them", async () => {
  const make = (header, claims = {}, key = jwks.good.privateKey) => {
    const now = seconds(Date.now());
    const payload = { iss: "https://issuer.example", aud: "relay", iat: now, exp: now + 60, ...claims };
    return new jose.SignJWT(payload).setProtectedHeader({ kid: "k", ...header }).sign(key);
  };
  const pem = jwks.good.publicKey.export({ type: "spki", format: "pem" });
  const keys = async () => createPublicKey(pem);
  const options = { issuer: "https://issuer.example", audience: "relay", algorithms: ["RS256", "ES256"] };
  const none = new jose.UnsecuredJWT({ iss: "https://issuer.example", aud: "relay" })
    .setExpirationTime("1m")
    .encode();
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const good = await make({ alg: "RS256" });
  for (const [token, wanted] of [
    [good, true],
    [good.slice(0, -4), false],
    [good.split(".").slice(0, 2).join("."), false],
    [none, false],
    [await make({ alg: "RS384" }), false],
    [await make({ alg: "PS256" }), false],
    [await make({ alg: "HS256" }, {}, Buffer.from(pem)), false],
    [await make({ alg: "RS256" }, { iss: "https://other.example" }), false],
    [await make({ alg: "RS256" }, { aud: "other" }), false],
    [await make({ alg: "RS256" }, { exp: seconds(Date.now()) - 120 }), false],
    [await make({ alg: "RS256" }, { nbf: seconds(Date.now()) + 120 }), false],
    [await make({ alg: "RS256" }, {}, other), false],
  ]) {
    const sdk = await jose.jwtVerify(token, await keys(), options).then(
      () => true,
      () => false,
    );
    const { status, text } = await post("jwt", '{"a":1}', { authorization: `Bearer ${token}` });
    assert.deepEqual([sdk, status], [wanted, wanted ? 200 : 401], `${token} ${text}`);
  }
});

/** A token under the issuer's key, or another. */
function token(claims, header = {}, key = jwks.good.privateKey) {
  return new jose.SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: "k", ...header }).sign(key);
}

test("Kinde's library takes the events that the relay takes, and the tokens of users too", async () => {
  const event = {
    type: "user.updated",
    event_id: "event_018f331a3178f7fef284b95fe6770384",
    source: "admin",
    timestamp: "2026-11-20T17:41:45.592145+10:00",
    data: { user: { id: "kp_1", first_name: "Zoë 🦀" } },
  };
  const good = await token(event);
  const [head, claims, signature] = good.split(".");
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const changed = Buffer.from(JSON.stringify({ ...event, type: "user.deleted" })).toString("base64url");
  const none = Buffer.from('{"alg":"none","kid":"k"}').toString("base64url");
  const pem = jwks.good.publicKey.export({ type: "spki", format: "pem" });
  const now = seconds(Date.now());
  const error = console.error;
  console.error = () => {};
  try {
    for (const [name, body, wanted, sdk = wanted] of [
      ["an event", good, true],
      ["changed claims", `${head}.${changed}.${signature}`, false],
      ["a byte behind the body", `${good}A`, false],
      ["truncated signature", good.slice(0, -4), false],
      ["half a signature", `${head}.${claims}.${signature.slice(0, 171)}`, false],
      ["empty signature", `${head}.${claims}.`, false],
      ["no signature", `${head}.${claims}`, false],
      ["wrong key", await token(event, {}, other), false],
      ["unknown key", await token(event, { kid: "other" }), false],
      ["algorithm none", `${none}.${claims}.`, false],
      ["HMAC under the public key", await token(event, { alg: "HS256" }, Buffer.from(pem)), false],
      [
        "HMAC under an empty key",
        `${Buffer.from('{"alg":"HS256","kid":"k"}').toString("base64url")}.${claims}.`,
        false,
      ],
      ["no token", JSON.stringify(event), false],
      ["the token of a user", await token({ iss: "k", sub: "kp_1", iat: now, exp: now + 60 }), false, true],
    ]) {
      const { valid } = await validateKinde({ token: body, domain: issuerUrl() }).catch(() => ({
        valid: false,
      }));
      const { status, text } = await post("kinde", body, { "content-type": "application/jwt" });
      assert.deepEqual([valid, status], [sdk, wanted ? 200 : 401], `${name}: ${text}`);
    }
  } finally {
    console.error = error;
  }
  assert.deepEqual(
    relay.rows("kinde").map(({ Event }) => Event),
    [event],
  );
});

test("Google's library takes the tokens of Pub/Sub that the relay takes", async () => {
  const now = seconds(Date.now());
  const own = {
    iss: "https://accounts.google.com",
    aud: "relay",
    email: "push@project.example",
    email_verified: true,
    iat: now,
    exp: now + 3600,
  };
  const certs = { k: jwks.good.publicKey.export({ type: "spki", format: "pem" }) };
  const issuers = ["https://accounts.google.com"];
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const good = await token(own);
  const before = relay.rows("pubsub").length;
  for (const [name, sent, wanted, sdk = wanted] of [
    ["a token", good, true],
    ["truncated signature", good.slice(0, -4), false],
    ["empty signature", good.replace(/[^.]*$/, ""), false],
    ["wrong key", await token(own, {}, other), false],
    ["another audience", await token({ ...own, aud: "other" }), false],
    ["another issuer", await token({ ...own, iss: "https://evil.example" }), false],
    ["a replay", await token({ ...own, iat: now - 7200, exp: now - 3600 }), false],
    ["HMAC under the public key", await token(own, { alg: "HS256" }, Buffer.from(certs.k)), false],
    // Google leaves it to its caller to look at the account.
    ["another account", await token({ ...own, email: "other@project.example" }), false, true],
  ]) {
    const verified = await new GoogleClient()
      .verifySignedJwtWithCertsAsync(sent, certs, "relay", issuers)
      .then(
        () => true,
        () => false,
      );
    const { status, text } = await post("pubsub", '{"message":{"messageId":"1"}}', {
      authorization: `Bearer ${sent}`,
    });
    assert.deepEqual([verified, status], [sdk, wanted ? 200 : 401], `${name}: ${text}`);
  }
  for (const authorization of [
    [`Bearer ${good}`, "Bearer x"],
    ["Bearer x", `Bearer ${good}`],
  ]) {
    assert.equal((await post("pubsub", "{}", { authorization })).status, 401, "twice");
  }
  assert.equal(relay.rows("pubsub").length, before + 1);
});

test("SNS: the validator of AWS's judges the fixtures as the relay does", async () => {
  const { cases } = JSON.parse(
    readFileSync(join(root, "tests", "fixtures", "webhooks", "aws-sns.json"), "utf8"),
  );
  const fetched = https.get;
  let judged = 0;
  try {
    for (const { name, body, keys, expect } of cases) {
      // What needs a certificate that is not there, or is refused for another reason than its proof, is not compared.
      const valid = expect.verified === true || expect.visit !== undefined;
      if (Object.keys(keys ?? {}).length === 0 || (!valid && expect.rejected !== "signature_mismatch"))
        continue;
      https.get = (_url, answered) => {
        const response = Readable.from([Object.values(keys)[0]]);
        response.statusCode = 200;
        answered(response);
        return { on: () => {} };
      };
      const error = await new Promise((resolve) => new SnsValidator().validate(body, resolve));
      assert.equal(error === null, valid, `${name}: ${error?.message}`);
      judged += 1;
    }
  } finally {
    https.get = fetched;
  }
  assert.ok(judged >= 5, `${judged} cases`);
});
