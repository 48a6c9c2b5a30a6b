// The doors and the signatures that need the host's cryptography or a fetched key, on workerd: with Splunk's own
// logging library, with requests as AWS documents them, and with an issuer of tokens on loopback.

import assert from "node:assert/strict";
import { createSign, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import splunk from "splunk-logging";
import { root } from "../scripts/setup.mjs";
import { startRelay } from "./support/relay.mjs";

const TOKEN = "12345678-1234-1234-1234-123456789012";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** An issuer of tokens: where its keys are, how often it was asked, and whether it answers. */
const issuer = { url: "", asked: 0, status: 200 };

let relay;
let server;

before(async () => {
  server = createServer((_, response) => {
    issuer.asked += 1;
    const jwk = (pair, kid) => ({ ...pair.publicKey.export({ format: "jwk" }), kid, use: "sig" });
    // Slowly, so that several deliveries want it at once.
    setTimeout(() => {
      response.writeHead(issuer.status, { "content-type": "application/json" });
      response.end(JSON.stringify({ keys: [jwk(rsa, "r"), jwk(ec, "e")] }));
    }, 200);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer.url = `http://127.0.0.1:${server.address().port}`;

  const token = (name) => ({
    source: "jwt",
    config: { issuer: "https://issuer.example", audience: "relay", keys: `${issuer.url}/${name}` },
  });
  relay = await startRelay({
    folder: "doors",
    hooks: {
      hec: { source: "splunk-hec" },
      firehose: { source: "aws-firehose" },
      sendgrid: { source: "sendgrid" },
      wise: { source: "wise" },
      token: token("token"),
      down: token("down"),
      fastly: { source: "fastly", config: { challenge: "*" } },
    },
    secrets: {
      HOOK_HEC_SECRET: TOKEN,
      HOOK_FIREHOSE_SECRET: "access key",
      HOOK_SENDGRID_SECRET: fixture("sendgrid", "sendgrid-valid").secrets[0],
      HOOK_WISE_SECRET: rsa.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
      HOOK_FASTLY_SECRET: "fastly token",
    },
  });
});

after(async () => {
  await relay?.stop();
  server?.close();
});

/** A case of a source's fixture, by the beginning of its name. */
function fixture(source, name) {
  const text = readFileSync(join(root, "tests", "fixtures", "webhooks", `${source}.json`), "utf8");
  return JSON.parse(text).cases.find((found) => found.name.startsWith(name));
}

async function post(path, body, headers = {}) {
  const response = await fetch(`${relay.url}${path}`, { method: "POST", headers, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function events(hook) {
  return relay.rows(hook).map((row) => row.Event);
}

describe("Splunk's HTTP Event Collector", () => {
  /** Sends with Splunk's library; gives what it says to its callback. */
  function send(token, payloads) {
    const { hostname, port } = new URL(relay.url);
    const logger = new splunk.Logger({
      token,
      host: hostname,
      port: Number(port),
      protocol: "http",
      batchInterval: 0,
      maxBatchCount: payloads.length,
      maxRetries: 0,
    });
    return new Promise((resolve) => {
      logger.error = (error) => resolve({ error: String(error) });
      for (const payload of payloads) {
        logger.send(payload, (error, response, body) =>
          resolve({ error, status: response?.statusCode, body }),
        );
      }
    });
  }

  test("takes what Splunk's own logging library sends", async () => {
    const before = events("hec").length;
    const { error, body } = await send(TOKEN, [
      {
        message: { action: "login", user: "anna" },
        metadata: { source: "app", sourcetype: "json", index: "main", host: "web-1", time: 1700000000.25 },
        severity: "info",
      },
      { message: "plain text", severity: "warn" },
    ]);
    assert.equal(error, null);
    assert.deepEqual(body, { text: "Success", code: 0 });
    const [first, second] = events("hec").slice(before);
    assert.deepEqual(first.event, { message: { action: "login", user: "anna" }, severity: "info" });
    assert.deepEqual([first.source, first.host, first.sourcetype], ["app", "web-1", "json"]);
    assert.deepEqual(second.event, { message: "plain text", severity: "warn" });
  });

  test("tells the library what is wrong as Splunk does", async () => {
    const { body, error } = await send("wrong", [{ message: "x" }]);
    assert.ok(JSON.stringify(body ?? error).includes("Invalid token"), JSON.stringify({ body, error }));
  });

  test("takes gzip, raw lines and questions for acknowledgement", async () => {
    const headers = { authorization: `Splunk ${TOKEN}`, "x-splunk-request-channel": "c-1" };
    const gzip = await post("/services/collector", gzipSync('{"event":1}{"event":2}'), {
      ...headers,
      "content-encoding": "gzip",
    });
    assert.equal(gzip.status, 200, gzip.text);
    const { ackId } = JSON.parse(gzip.text);
    const raw = await post("/services/collector/raw?sourcetype=syslog", "one\ntwo", headers);
    assert.equal(raw.status, 200, raw.text);
    assert.deepEqual(events("hec").slice(-4), [
      { event: 1 },
      { event: 2 },
      { event: "one", sourcetype: "syslog" },
      { event: "two", sourcetype: "syslog" },
    ]);
    const acks = await post(
      "/services/collector/ack?channel=c-1",
      JSON.stringify({ acks: [ackId] }),
      headers,
    );
    assert.deepEqual(JSON.parse(acks.text), { acks: { [ackId]: true } });
  });

  test("says that it is well, without a token", async () => {
    const response = await fetch(`${relay.url}/services/collector/health`);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { text: "HEC is healthy", code: 17 });
    assert.equal((await fetch(`${relay.url}/services/collectors/health`)).status, 404);
  });
});

test("Data Firehose hears exactly what AWS documents", async () => {
  const requestId = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";
  const data = (text) => ({ data: Buffer.from(text).toString("base64") });
  const logs = { messageType: "DATA_MESSAGE", logEvents: [{ id: "1", message: "m" }] };
  const body = JSON.stringify({
    requestId,
    timestamp: 1578090901599,
    records: [data('{"a":1}'), data(gzipSync(JSON.stringify(logs)))],
  });
  const headers = {
    "content-type": "application/json",
    "accept-encoding": "identity",
    "x-amz-firehose-protocol-version": "1.0",
    "x-amz-firehose-request-id": requestId,
    "x-amz-firehose-source-arn": "arn:aws:firehose:us-east-1:123456789:deliverystream/testStream",
    "x-amz-firehose-access-key": "access key",
  };
  for (const [sent, more] of [
    [body, {}],
    [gzipSync(body), { "content-encoding": "gzip" }],
  ]) {
    const sentAt = Date.now();
    const reply = await post("/hooks/firehose", sent, { ...headers, ...more });
    assert.equal(`${reply.status} ${reply.headers.get("content-type")}`, "200 application/json", reply.text);
    assert.equal(reply.headers.get("content-length"), String(reply.text.length));
    const { timestamp, ...rest } = JSON.parse(reply.text);
    assert.deepEqual(rest, { requestId });
    assert.ok(timestamp >= sentAt - 1000 && timestamp <= Date.now() + 1000);
    assert.deepEqual(events("firehose").slice(-2), [{ a: 1 }, logs]);
  }
  const refused = await post("/hooks/firehose", body, { ...headers, "x-amz-firehose-access-key": "other" });
  assert.equal(refused.status, 401);
  assert.equal(JSON.parse(refused.text).requestId, requestId);
  assert.ok(JSON.parse(refused.text).errorMessage.length > 0);
});

test("Fastly's challenge is answered at the root", async () => {
  const response = await fetch(`${relay.url}/.well-known/fastly/logging/challenge`);
  assert.equal(`${response.status} ${await response.text()}`, "200 *");
});

describe("signatures by the host's cryptography", () => {
  test("ECDSA: a delivery of SendGrid's SDK, and the same with another byte", async () => {
    const { headers, body } = fixture("sendgrid", "sendgrid-valid");
    const taken = await post("/hooks/sendgrid", body, Object.fromEntries(headers));
    assert.equal(taken.status, 200, taken.text);
    const changed = await post(
      "/hooks/sendgrid",
      body.replace("dropped", "droppee"),
      Object.fromEntries(headers),
    );
    assert.equal(JSON.parse(changed.text).code, "signature_mismatch");
    const [[name, signature], ...others] = headers;
    for (const broken of [signature.replace("MEUC", "MEUD"), "AAAA", Buffer.alloc(64).toString("base64")]) {
      const refused = await post("/hooks/sendgrid", body, { ...Object.fromEntries(others), [name]: broken });
      assert.equal(refused.status, 401, broken);
    }
  });

  test("RSA: what Node signs, and nothing else", async () => {
    const body = '{"event_type":"transfers#state-change"}';
    const signature = createSign("sha256").update(body).sign(rsa.privateKey, "base64");
    const send = (text, value) => post("/hooks/wise", text, { "x-signature-sha256": value });
    assert.equal((await send(body, signature)).status, 200);
    assert.equal((await send(`${body} `, signature)).status, 401);
    const sha1 = createSign("sha1").update(body).sign(rsa.privateKey, "base64");
    assert.equal((await send(body, sha1)).status, 401);
  });
});

describe("tokens whose keys are fetched", () => {
  function token(pair, header, claims = {}) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const now = Math.floor(Date.now() / 1000);
    const payload = { iss: "https://issuer.example", aud: "relay", exp: now + 300, ...claims };
    const signed = `${part(header)}.${part(payload)}`;
    const key = { key: pair.privateKey, dsaEncoding: "ieee-p1363" };
    return `${signed}.${sign("sha256", Buffer.from(signed), key).toString("base64url")}`;
  }
  const send = (hook, value) => post(`/hooks/${hook}`, "{}", { authorization: `Bearer ${value}` });

  test("strangers do not make the relay fetch anything", async () => {
    const stranger = await send("token", token(rsa, { alg: "RS256", kid: "r" }, { aud: "other" }));
    assert.equal(JSON.parse(stranger.text).code, "claim_mismatch");
    assert.equal(issuer.asked, 0);
  });

  test("many deliveries to a cold isolate fetch them once", async () => {
    const values = Array.from({ length: 10 }, (_, i) =>
      i % 2 === 0 ? token(rsa, { alg: "RS256", kid: "r" }) : token(ec, { alg: "ES256", kid: "e" }),
    );
    const replies = await Promise.all(values.map((value) => send("token", value)));
    assert.deepEqual(
      replies.map(({ status }) => status),
      values.map(() => 200),
    );
    assert.equal(issuer.asked, 1);
    const unknown = await send("token", token(rsa, { alg: "RS256", kid: "x" }));
    assert.equal(JSON.parse(unknown.text).code, "signature_mismatch");
    const other = await send(
      "token",
      token(generateKeyPairSync("ec", { namedCurve: "P-256" }), { alg: "ES256", kid: "e" }),
    );
    assert.equal(JSON.parse(other.text).code, "signature_mismatch");
    assert.equal(issuer.asked, 1);
  });

  test("an issuer that is down is asked once, and the sender comes back later", async () => {
    issuer.status = 500;
    const before = issuer.asked;
    for (let round = 0; round < 3; round += 1) {
      const reply = await send("down", token(rsa, { alg: "RS256", kid: "r" }));
      assert.equal(`${reply.status} ${reply.headers.get("retry-after")}`, "503 60", reply.text);
      assert.equal(JSON.parse(reply.text).code, "key_unavailable");
    }
    assert.equal(issuer.asked, before + 1);
  });
});
