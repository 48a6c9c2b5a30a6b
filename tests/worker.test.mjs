// The Worker from outside: on workerd as `wrangler dev` runs it, with local Azure behind it.

import assert from "node:assert/strict";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { sign as githubSign } from "@octokit/webhooks-methods";
import { Webhook } from "standardwebhooks";
import Stripe from "stripe";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";

const fixtures = join(root, "tests", "fixtures", "worker");
const RELAY = readFileSync(join(fixtures, "relay.json"), "utf8");
const STREAM = "Custom-Events";
const WIDE = Array.from({ length: 20 }, (_, index) => `Wide${index}`);
const DCR = widened(readFileSync(join(fixtures, "DCR.json"), "utf8"));

/** Entra gets it in a form, where each of these characters means something. */
const CLIENT_SECRET = "a~Q8+b&c%d=e f";
const GITHUB_SECRET = "It's a Secret to Everybody";
const SECRETS = {
  AZURE_CLIENT_SECRET: CLIENT_SECRET,
  HOOK_GITHUB_SECRET: GITHUB_SECRET,
  HOOK_GITHUB_SECRET_2: "another secret",
  HOOK_SLACK_SECRET: "8f742231b10e8888abcd99yyyzzz85a5",
  HOOK_STRIPE_SECRET: "whsec_test_secret",
  HOOK_STANDARD_SECRET: `whsec_${randomBytes(24).toString("base64")}`,
  HOOK_OKTA_SECRET: "okta's own value",
  HOOK_BATCHES_SECRET: "the secret of batches",
  HOOK_DEEP_SECRET: "the-token-of-deep",
  HOOK_VERCEL_SECRET: "a key of more than sixty-four bytes, which HMAC hashes before it is used",
  HOOK_CONVOY_SECRET: "convoy's",
};

let azure;
let worker;

before(async () => {
  azure = await startAzure({
    dcr: DCR,
    tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
    client_secret: CLIENT_SECRET,
    dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
  });
  const config = writeRelay(join(root, ".wrangler", "test"), { relay: pointedAt(azure.url), dcr: DCR });
  worker = await startWorker({ config, vars: { DEVELOPMENT: "1", ...SECRETS } });
});

afterEach(() => azure.fault("off"));

after(async () => {
  await worker?.stop();
  await azure?.stop();
});

/** DCR.json with a stream for very large rows. */
function widened(dcr) {
  const rule = JSON.parse(dcr);
  const columns = WIDE.map((name) => ({ name, type: "string" }));
  rule.properties.streamDeclarations["Custom-Wide"] = { columns };
  return JSON.stringify(rule, null, 2);
}

/** relay.json with another data collection endpoint. */
function pointedAt(endpoint) {
  return RELAY.replace("https://contoso-5kyl.westeurope-1.ingest.monitor.azure.com", endpoint);
}

// ---- senders

/** POSTs a body to a hook and asks for a receipt; gives status, headers and the body as text. */
async function post(hook, body, headers = {}, options = {}) {
  const response = await fetch(`${worker.url}/hooks/${hook}`, {
    method: "POST",
    headers: { accept: "application/json", ...headers },
    body,
    ...options,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

function hmac(secret, content) {
  return createHmac("sha256", secret).update(content).digest("hex");
}

/** The headers of a GitHub delivery; `id` is how a test finds its row and its log line. */
function githubHeaders(body, id, secret = GITHUB_SECRET) {
  return {
    "content-type": "application/json",
    "x-github-event": "create",
    "x-github-delivery": id,
    "x-hub-signature-256": `sha256=${hmac(secret, body)}`,
  };
}

function github(body, id = randomUUID()) {
  return post("github", body, githubHeaders(body, id));
}

function slackHeaders(body, timestamp = Math.floor(Date.now() / 1000)) {
  return {
    "content-type": "application/json",
    "x-slack-request-timestamp": String(timestamp),
    "x-slack-signature": `v0=${hmac(SECRETS.HOOK_SLACK_SECRET, `v0:${timestamp}:${body}`)}`,
  };
}

// ---- what came of it

/** The rows of a delivery. */
function rowsOf(id) {
  return azure.rows(STREAM).filter((row) => row.DeliveryId === id);
}

/** The log line of a delivery, which may come a little after its reply. */
async function logOf(id) {
  for (let i = 0; i < 100; i += 1) {
    const line = worker
      .output()
      .split("\n")
      .find((line) => line.includes('"log":"delivery"') && line.includes(id));
    if (line !== undefined) return JSON.parse(line.slice(line.indexOf("{"), line.lastIndexOf("}") + 1));
    await sleep(20);
  }
  assert.fail(`no log line for ${id}:\n${worker.output()}`);
}

/** Asserts that a reply is a problem document with that status and code, and short. */
function assertProblem({ status, headers, text }, expectedStatus, expectedCode) {
  assert.equal(
    `${status} ${headers.get("content-type")}`,
    `${expectedStatus} application/problem+json`,
    text,
  );
  const problem = JSON.parse(text);
  assert.equal(problem.code, expectedCode);
  assert.equal(problem.status, expectedStatus);
  assert.deepEqual(Object.keys(problem).sort(), ["code", "detail", "status"]);
  assert.ok(text.length < 400, text);
}

/** Asserts that a reply asks the sender to come back. */
function assertLater({ status, headers, text }, code) {
  assertProblem({ status, headers, text }, 503, code);
  assert.ok(Number(headers.get("retry-after")) >= 1, `Retry-After: ${headers.get("retry-after")}`);
}

// ---- tests

test("many deliveries to a cold isolate ask for one token", async () => {
  const ids = Array.from({ length: 20 }, () => randomUUID());
  const replies = await Promise.all(ids.map((id) => github('{"action":"created"}', id)));
  assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
  assert.deepEqual(
    ids.map((id) => rowsOf(id).length),
    ids.map(() => 1),
  );
  assert.equal(azure.metrics().token_requests, 1);
});

describe("a delivery becomes a row", () => {
  test("with the types of the stream", async () => {
    const id = randomUUID();
    // Azure replaces a time that is more than two days old.
    const updated = Math.floor(Date.now() / 1000) - 3600;
    const body = `{
      "updated_at": ${updated}.25, "stars": "42", "score": 2.5, "ref_type": "branch",
      "repository": { "id": 9007199254740993, "private": false }, "sender": { "login": "Grüße \\ud83d\\ude00" },
      "labels": [{ "name": "b" }, { "name": "a" }]
    }`;
    const reply = await github(body, id);
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.headers.get("content-type"), "application/json");
    assert.deepEqual(JSON.parse(reply.text), { delivery: id, rows: 1, losses: 0 });
    const [row] = rowsOf(id);
    const { Id, Event, ...others } = row;
    assert.deepEqual(others, {
      TimeGenerated: row.TimeGenerated,
      Hook: "github",
      EventType: "create",
      DeliveryId: id,
      Count: 42,
      Score: 2.5,
      Private: false,
      Actor: "Grüße 😀",
      RefType: "branch",
      Labels: "a,b",
    });
    assert.equal(Date.parse(row.TimeGenerated), updated * 1000 + 250);
    assert.deepEqual(Event, JSON.parse(body));
    // JavaScript's own numbers would round it.
    const text = await (await fetch(`${azure.url}/local/rows?stream=${STREAM}`)).text();
    assert.ok(text.includes(`"DeliveryId":"${id}","Id":9007199254740993,`), text.slice(-2000));
    const { ms, ...log } = await logOf(id);
    assert.ok(ms >= 0);
    assert.deepEqual(log, {
      log: "delivery",
      hook: "github",
      source: "github",
      delivery: id,
      type: "create",
      outcome: "delivered",
      status: 200,
      rows: 1,
      losses: 0,
    });
  });

  test("and what does not fit is null, counted and named, without its value in the log", async () => {
    const id = randomUUID();
    const reply = await github('{"stars": "four score", "repository": {"id": 1.5}}', id);
    assert.equal(reply.status, 200, reply.text);
    const { losses, lost } = JSON.parse(reply.text);
    assert.equal(losses, 2);
    assert.deepEqual(lost.map(({ column }) => column).sort(), ["Count", "Id"]);
    const [row] = rowsOf(id);
    assert.deepEqual([row.Count, row.Id, row.Actor], [null, null, "nobody"]);
    const log = await logOf(id);
    assert.equal(log.losses, 2);
    assert.ok(!JSON.stringify(log).includes("four score"));
  });

  test("as a form, which GitHub sends where the webhook says so", async () => {
    const id = randomUUID();
    const body = new URLSearchParams({
      payload: '{"repository":{"id":7},"sender":{"login":"a b+c"}}',
    }).toString();
    const reply = await post("github", body, {
      ...githubHeaders(body, id),
      "content-type": "application/x-www-form-urlencoded",
    });
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(
      rowsOf(id).map(({ Id, Actor }) => [Id, Actor]),
      [[7, "a b+c"]],
    );
  });

  test("even one that fits a call only when it is compressed as well as it goes", async () => {
    // 1.3 MB of digits, which have four bits each and which fixed codes write as eight.
    const wide = Object.fromEntries(WIDE.map((name) => [name, randomBytes(32_500).toString("hex")]));
    const body = JSON.stringify(wide);
    const reply = await post("wide", body, githubHeaders(body, randomUUID()));
    assert.equal(reply.status, 200, reply.text);
    assert.deepEqual(azure.rows("Custom-Wide"), [wide]);
  });

  test("or several, where it holds several events", async () => {
    const who = randomUUID();
    const item = (n) => ({ n, who });
    const body = JSON.stringify({
      batches: [{ items: [item(1), item(2)] }, { items: [] }, { items: [item(3)] }],
    });
    const reply = await post("batches", body, { "x-signature": hmac(SECRETS.HOOK_BATCHES_SECRET, body) });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(JSON.parse(reply.text).rows, 3);
    const ids = azure
      .rows(STREAM)
      .filter((row) => row.Actor === who)
      .map((row) => row.Id);
    assert.deepEqual(ids, [1, 2, 3]);
  });

  test("and a delivery without events is taken", async () => {
    const body = '{"batches":[]}';
    const reply = await post("batches", body, { "x-signature": hmac(SECRETS.HOOK_BATCHES_SECRET, body) });
    assert.equal(reply.status, 200, reply.text);
    assert.equal(JSON.parse(reply.text).rows, 0);
  });

  test("and its sender hears so only when Azure has said so", async () => {
    const id = randomUUID();
    azure.fault("slow=600ms");
    const started = performance.now();
    const reply = await github("{}", id);
    assert.equal(reply.status, 200, reply.text);
    assert.ok(performance.now() - started >= 600);
    assert.equal(rowsOf(id).length, 1);
  });
});

describe("what is turned away gets a short problem with a stable code", () => {
  const body = '{"the":"body"}';

  test("an address that leads nowhere", async () => {
    assertProblem(await post("nope", body), 404, "unknown_hook");
    for (const path of ["/", "/hooks", "/github", "/hooks/github/", "/hooks/GitHub"]) {
      const response = await fetch(`${worker.url}${path}`);
      assert.equal(response.status, 404, path);
      assert.equal(response.headers.get("content-type"), "application/problem+json");
    }
  });

  for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
    test(`the method ${method}`, async () => {
      const response = await fetch(`${worker.url}/hooks/github`, { method });
      const reply = { status: response.status, headers: response.headers, text: await response.text() };
      assertProblem(reply, 405, "method_not_allowed");
      assert.equal(response.headers.get("allow"), "POST");
    });
  }

  test("no signature", async () => {
    const { "x-hub-signature-256": _, ...headers } = githubHeaders(body, randomUUID());
    assertProblem(await post("github", body, headers), 401, "signature_missing");
  });

  test("a signature under another secret; its log line has hook, delivery and reason and nothing of the body", async () => {
    const id = randomUUID();
    const secret = "a passing stranger's guess";
    const private_ = '{"card":"4111-1111"}';
    assertProblem(
      await post("github", private_, githubHeaders(private_, id, secret)),
      401,
      "signature_mismatch",
    );
    assert.deepEqual(rowsOf(id), []);
    const { ms, detail, ...log } = await logOf(id);
    assert.deepEqual(log, {
      log: "delivery",
      hook: "github",
      source: "github",
      delivery: id,
      outcome: "rejected",
      code: "signature_mismatch",
      status: 401,
      rows: 0,
      losses: 0,
    });
    assert.ok(!worker.output().includes("4111-1111"));
  });

  test("a signature that is none", async () => {
    const headers = { ...githubHeaders(body, randomUUID()), "x-hub-signature-256": "sha256=no hex" };
    assertProblem(await post("github", body, headers), 401, "signature_malformed");
  });

  test("a signature header that occurs twice, even if one of them is right", async () => {
    const { "x-hub-signature-256": right, ...others } = githubHeaders(body, randomUUID());
    const status = await new Promise((resolve, reject) => {
      const request = httpRequest(
        `${worker.url}/hooks/github`,
        {
          method: "POST",
          headers: { ...others, "x-hub-signature-256": [`sha256=${"0".repeat(64)}`, right] },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      request.on("error", reject);
      request.end(body);
    });
    assert.equal(status, 401);
  });

  test("a stale timestamp, and one that lies ahead", async () => {
    const event = '{"type":"event_callback","event_id":"Ev1"}';
    const now = Math.floor(Date.now() / 1000);
    for (const timestamp of [now - 400, now + 400]) {
      assertProblem(await post("slack", event, slackHeaders(event, timestamp)), 401, "timestamp_stale");
    }
    assert.equal((await post("slack", event, slackHeaders(event, now - 200))).status, 200);
  });

  test("a body that is too long by its Content-Length", async () => {
    const long = JSON.stringify({ text: "x".repeat(1000) });
    const headers = githubHeaders(long, randomUUID(), SECRETS.HOOK_GITHUB_SECRET_2);
    assertProblem(await post("small", long, headers), 413, "too_large");
    const fits = JSON.stringify({ text: "x".repeat(900) });
    const reply = await post("small", fits, githubHeaders(fits, randomUUID(), SECRETS.HOOK_GITHUB_SECRET_2));
    assert.equal(reply.status, 200, reply.text);
  });

  test("a body that is too long and comes in chunks", async () => {
    let sender;
    // It does not end before it is answered: whoever goes on writing may find the connection closed.
    const stream = new ReadableStream({
      start(controller) {
        sender = controller;
        controller.enqueue(new TextEncoder().encode("x".repeat(1500)));
      },
    });
    const headers = githubHeaders("", randomUUID(), SECRETS.HOOK_GITHUB_SECRET_2);
    assertProblem(await post("small", stream, headers, { duplex: "half" }), 413, "too_large");
    sender.close();
  });

  for (const [what, malformed] of [
    ["truncated JSON", '{"a": [1, 2'],
    ["no JSON", "hello"],
    ["text behind the JSON", '{"a":1} and more'],
    ["JSON nested 100 000 deep", `${"[".repeat(100_000)}${"]".repeat(100_000)}`],
    ["an empty body", ""],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])],
  ]) {
    test(what, async () => {
      const id = randomUUID();
      assertProblem(await github(malformed, id), 400, "body_malformed");
      assert.deepEqual(rowsOf(id), []);
    });
  }
});

describe("/healthz", () => {
  test("names the hooks of a sound relay and no secret", async () => {
    const response = await fetch(`${worker.url}/healthz`);
    const text = await response.text();
    assert.equal(response.status, 200);
    const { status, hooks } = JSON.parse(text);
    assert.equal(status, "ok");
    assert.deepEqual(hooks[0], { name: "github", source: "github", stream: STREAM });
    assert.deepEqual(
      hooks.map(({ name }) => name),
      [
        "github",
        "small",
        "wide",
        "slack",
        "stripe",
        "standard",
        "okta",
        "batches",
        "vercel",
        "convoy",
        "deep",
      ],
    );
    for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
    const head = await fetch(`${worker.url}/healthz`, { method: "HEAD" });
    assert.equal(head.status, 200);
    const posted = await fetch(`${worker.url}/healthz`, { method: "POST" });
    assert.equal(posted.status, 405);
    assert.equal(posted.headers.get("allow"), "GET, HEAD");
  });

  test("names every mistake of a broken one, which takes nothing", async () => {
    const relay = pointedAt(azure.url)
      .replace('"Hook":', '"Hok":')
      .replace('"source": "slack"', '"source": "slak"');
    const { HOOK_OKTA_SECRET: _, ...secrets } = SECRETS;
    const config = writeRelay(join(root, ".wrangler", "test-broken"), { relay, dcr: DCR });
    const broken = await startWorker({ config, vars: { DEVELOPMENT: "1", ...secrets } });
    try {
      const response = await fetch(`${broken.url}/healthz`);
      const text = await response.text();
      assert.equal(response.status, 503);
      const { status, errors } = JSON.parse(text);
      assert.equal(status, "misconfigured");
      assert.equal(errors.length, 3, text);
      assert.match(text, /relay\.json:\d+:\d+: [^"]*no column `Hok`; did you mean `Hook`/);
      assert.match(text, /relay\.json:\d+:\d+: there is no source `slak`; did you mean `slack`/);
      assert.match(text, /npx wrangler secret put HOOK_OKTA_SECRET/);
      for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
      const delivery = await fetch(`${broken.url}/hooks/github`, { method: "POST", body: "{}" });
      assert.equal(delivery.status, 503);
      assert.equal((await delivery.json()).code, "misconfigured");
      assert.ok(delivery.headers.get("retry-after"));
    } finally {
      await broken.stop();
    }
  });
});

describe("handshakes", () => {
  test("Okta's by GET", async () => {
    const headers = { "x-okta-verification-challenge": "mz8nTYl6q-4sQ_Fq" };
    const response = await fetch(`${worker.url}/hooks/okta`, { headers });
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { verification: "mz8nTYl6q-4sQ_Fq" });
  });

  test("Slack's url_verification, which is signed", async () => {
    const body =
      '{"type":"url_verification","challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}';
    const reply = await post("slack", body, slackHeaders(body));
    assert.equal(reply.status, 200, reply.text);
    assert.equal(reply.text, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    const unsigned = await post("slack", body, { "content-type": "application/json" });
    assert.equal(unsigned.status, 401);
  });

  test("Okta's events are fanned out and acknowledged as Okta wants it", async () => {
    const ids = [randomUUID(), randomUUID()];
    const events = ids.map((uuid) => ({
      uuid,
      eventType: "user.session.start",
      actor: { alternateId: "a@b.c" },
    }));
    const body = JSON.stringify({
      eventType: "com.okta.event_hook",
      eventId: randomUUID(),
      data: { events },
    });
    const reply = await post("okta", body, { authorization: SECRETS.HOOK_OKTA_SECRET });
    assert.equal(reply.status, 204, reply.text);
    for (const id of ids) {
      assert.deepEqual(
        rowsOf(id).map(({ EventType, Actor }) => [EventType, Actor]),
        [["user.session.start", "a@b.c"]],
      );
    }
    assert.equal((await post("okta", body, { authorization: "a guess" })).status, 401);
  });
});

describe("what the vendors' own libraries sign is accepted, and its tampered twin refused", () => {
  /** Sends a delivery as it was signed, and again with one byte of its body changed. */
  async function sendWithTwin(hook, body, headers) {
    const reply = await post(hook, body, headers);
    assert.equal(reply.status, 200, reply.text);
    const twin = await post(hook, body.replace("honest", "h0nest"), headers);
    assertProblem(twin, 401, "signature_mismatch");
  }

  test("@octokit/webhooks-methods", async () => {
    const id = randomUUID();
    const body = '{"action":"honest"}';
    await sendWithTwin("github", body, {
      "x-github-event": "ping",
      "x-github-delivery": id,
      "x-hub-signature-256": await githubSign(GITHUB_SECRET, body),
    });
    assert.equal(rowsOf(id).length, 1);
  });

  test("stripe", async () => {
    const id = `evt_${randomBytes(8).toString("hex")}`;
    const payload = JSON.stringify({ id, object: "event", type: "charge.failed", note: "honest" });
    const header = new Stripe("sk_test_none").webhooks.generateTestHeaderString({
      payload,
      secret: SECRETS.HOOK_STRIPE_SECRET,
    });
    await sendWithTwin("stripe", payload, { "stripe-signature": header });
    assert.deepEqual(
      rowsOf(id).map(({ EventType }) => EventType),
      ["charge.failed"],
    );
  });

  test("standardwebhooks", async () => {
    const id = `msg_${randomBytes(8).toString("hex")}`;
    const body = '{"type":"user.created","data":{"note":"honest"}}';
    const now = new Date();
    await sendWithTwin("standard", body, {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(SECRETS.HOOK_STANDARD_SECRET).sign(id, now, body),
    });
    assert.deepEqual(
      rowsOf(id).map(({ EventType }) => EventType),
      ["user.created"],
    );
  });
});

// What is hashed where depends on the hash, on the length, and on what is signed beside the body.
describe("a signature is judged alike, however its content is hashed", () => {
  const SIGNED = {
    github: (body) => githubHeaders(body, randomUUID()),
    slack: (body) => slackHeaders(body),
    vercel: (body) => ({
      "x-vercel-signature": createHmac("sha1", SECRETS.HOOK_VERCEL_SECRET).update(body).digest("hex"),
    }),
    convoy: (body) => ({
      "x-convoy-signature": createHmac("sha512", SECRETS.HOOK_CONVOY_SECRET).update(body).digest("hex"),
    }),
  };
  for (const [hook, headersOf] of Object.entries(SIGNED)) {
    test(hook, async () => {
      for (const length of [20, 3071, 3072, 3073, 8191, 8192, 300_000, 600_000, 20]) {
        const body = `{"pad":"${"x".repeat(length - 10)}"}`;
        const headers = headersOf(body);
        const reply = await post(hook, body, headers);
        assert.equal(reply.status, 200, `${length} bytes: ${reply.text}`);
        const twin = await post(hook, body.replace('x"', 'y"'), headers);
        assertProblem(twin, 401, "signature_mismatch");
        const [name] = Object.keys(headers).filter((name) => name.includes("-signature"));
        const flipped = headers[name].replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
        assertProblem(await post(hook, body, { ...headers, [name]: flipped }), 401, "signature_mismatch");
      }
    });
  }
});

describe("when Azure is not well", () => {
  test("an expired token is replaced once, and the sender notices nothing", async () => {
    await github("{}");
    const { token_requests, calls } = azure.metrics();
    azure.fault("expire");
    const ids = Array.from({ length: 10 }, () => randomUUID());
    const replies = await Promise.all(ids.map((id) => github("{}", id)));
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]));
    assert.deepEqual(
      ids.map((id) => rowsOf(id).length),
      ids.map(() => 1),
    );
    assert.equal(azure.metrics().token_requests, token_requests + 1);
    assert.ok(azure.metrics().calls[401] > (calls[401] ?? 0));
  });

  for (const [what, fault, code] of [
    ["it throttles", "throttle=1/7s", "azure_throttled"],
    ["the permission is not there yet", "forbid=1m", "azure_permission"],
    ["the rule is not there yet", "no-rule=1m", undefined],
    ["the stream is not there yet", "no-stream=1m", undefined],
    ["it has an error", "error=503x1", undefined],
  ]) {
    test(`${what}: the sender hears 503 and its retry arrives`, async () => {
      const id = randomUUID();
      azure.fault(fault);
      const reply = await github("{}", id);
      assertLater(reply, code ?? JSON.parse(reply.text).code);
      assert.deepEqual(rowsOf(id), []);
      const log = await logOf(id);
      assert.equal(log.outcome, "undelivered");
      assert.equal(log.code, JSON.parse(reply.text).code);
      azure.fault("off");
      assert.equal((await github("{}", id)).status, 200);
      assert.equal(rowsOf(id).length, 1);
    });
  }

  test("its Retry-After is passed on", async () => {
    azure.fault("throttle=1/7s");
    assert.equal((await github("{}")).headers.get("retry-after"), "7");
  });

  test("a lost reply: the row is there, and the sender is asked to come back", async () => {
    const id = randomUUID();
    azure.fault("lose-reply=1");
    assertLater(await github("{}", id), "azure_unreachable");
    assert.equal(rowsOf(id).length, 1);
  });

  test("it is slow and the sender hangs up: the row is there, and the log says so", async () => {
    await github("{}");
    const id = randomUUID();
    azure.fault("slow=4s");
    const headers = githubHeaders("{}", id);
    await assert.rejects(post("github", "{}", headers, { signal: AbortSignal.timeout(3000) }));
    assert.equal((await logOf(id)).outcome, "delivered");
    assert.equal(rowsOf(id).length, 1);
  });

  test("Entra is down: the sender hears 503 and its retry arrives", async () => {
    const id = randomUUID();
    azure.fault("expire");
    azure.fault("entra-down=1");
    const reply = await github("{}", id);
    assertLater(reply, "entra_unavailable");
    assert.deepEqual(rowsOf(id), []);
    await sleep(Number(reply.headers.get("retry-after")) * 1000);
    assert.equal((await github("{}", id)).status, 200);
    assert.equal(rowsOf(id).length, 1);
  });
});

describe("a trap in WebAssembly", () => {
  const headers = { authorization: `Bearer ${SECRETS.HOOK_DEEP_SECRET}` };

  test("costs the one delivery that caused it, and the next one works", async () => {
    for (let round = 0; round < 3; round += 1) {
      const reply = await post("deep", '{"endless":true}', headers);
      assertLater(reply, "unavailable");
      const next = await post("deep", `{"n":${8000 + round}}`, headers);
      assert.equal(next.status, 200, next.text);
      assert.equal(azure.rows(STREAM).filter((row) => row.Id === 8000 + round).length, 1);
    }
    const traps = worker
      .output()
      .match(/\{"log":"trap","hook":"deep","error":"(RuntimeError|RangeError): [^\n]*/g);
    assert.equal(traps?.length, 3, worker.output());
  });

  test("costs nothing to one whose body is still on its way", async () => {
    const id = randomUUID();
    const { hostname, port } = new URL(worker.url);
    const fields = Object.entries({ host: hostname, "content-length": 2, ...githubHeaders("{}", id) });
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /hooks/github HTTP/1.1\r\n${fields.map((field) => `${field.join(": ")}\r\n`).join("")}\r\n{`,
    );
    await sleep(200);
    assertLater(await post("deep", '{"endless":true}', headers), "unavailable");
    socket.write("}");
    const [answer] = await once(socket, "data");
    socket.destroy();
    assert.match(String(answer), /^HTTP\/1.1 200 /);
    assert.equal(rowsOf(id).length, 1);
  });

  test("leaves those that are under way at the same time with an answer", async () => {
    const id = randomUUID();
    azure.fault("slow=500ms");
    const waiting = github("{}", id);
    await sleep(200);
    const reply = await post("deep", '{"endless":true}', headers);
    assertLater(reply, "unavailable");
    assert.ok([200, 503].includes((await waiting).status));
    azure.fault("off");
    assert.equal((await github("{}", id)).status, 200);
  });
});

test("a sender that hangs up within its body disturbs no one else", async () => {
  const traps = () => worker.output().split('"log":"trap"').length;
  const before = traps();
  const id = randomUUID();
  azure.fault("slow=500ms");
  const waiting = github("{}", id);
  await sleep(100);
  const { hostname, port } = new URL(worker.url);
  for (const length of ["content-length: 1000", "transfer-encoding: chunked"]) {
    const socket = connect(Number(port), hostname);
    socket.on("error", () => {});
    socket.write(`POST /hooks/github HTTP/1.1\r\nhost: ${hostname}\r\n${length}\r\n\r\n3\r\nabc\r\n`);
    await sleep(50);
    socket.destroy();
  }
  assert.equal((await waiting).status, 200);
  assert.equal(rowsOf(id).length, 1);
  assert.equal(traps(), before, worker.output());
});

test("no secret and no body was ever logged", () => {
  const output = worker.output();
  for (const secret of Object.values(SECRETS)) assert.ok(!output.includes(secret));
  assert.ok(!output.includes("h0nest"));
});
