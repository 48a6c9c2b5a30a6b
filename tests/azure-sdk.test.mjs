// Local Azure and a client that no one here wrote: Microsoft's own SDK uploads to it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { isAggregateLogsUploadError, LogsIngestionClient } from "@azure/monitor-ingestion";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";

const TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const CLIENT = "00001111-aaaa-2222-bbbb-3333cccc4444";
const SECRET = "a~Q8+b&c%d=e f";
const RULE = "dcr-0123456789abcdef0123456789abcdef";
const STREAM = "Custom-Events";

let azure;

before(async () => {
  azure = await startAzure({
    dcr: readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8"),
    tenant_id: TENANT,
    client_id: CLIENT,
    client_secret: SECRET,
    dcr_immutable_id: RULE,
  });
});

afterEach(() => azure.fault("off"));

after(() => azure?.stop());

/** Asks local Azure's token endpoint as any OAuth client does. */
const credential = {
  async getToken(scopes) {
    const response = await fetch(`${azure.url}/${TENANT}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: CLIENT,
        client_secret: SECRET,
        scope: [scopes].flat().join(" "),
      }),
    });
    const answer = await response.json();
    assert.equal(response.status, 200, JSON.stringify(answer));
    return { token: answer.access_token, expiresOnTimestamp: Date.now() + answer.expires_in * 1000 };
  },
};

/** The SDK sends tokens over https alone. Here it believes so, and the last policy before the wire takes it off. */
function sdk(tokens = credential) {
  const client = new LogsIngestionClient(azure.url.replace("http:", "https:"), tokens);
  const plain = {
    name: "plain-http-on-loopback",
    async sendRequest(request, next) {
      const { url } = request;
      request.url = url.replace("https:", "http:");
      request.allowInsecureConnection = true;
      try {
        return await next(request);
      } finally {
        request.url = url;
      }
    },
  };
  client.pipeline.addPolicy(plain, { afterPhase: "Sign" });
  return client;
}

/** What an upload failed with: the SDK collects one error for each of its calls. */
async function failureOf(upload) {
  try {
    await upload;
  } catch (error) {
    assert.ok(isAggregateLogsUploadError(error), String(error));
    assert.equal(error.errors.length, 1);
    return error.errors[0].cause;
  }
  assert.fail("the upload succeeded");
}

test("an upload arrives, with the types of the stream", async () => {
  const now = new Date().toISOString();
  const rows = [
    { TimeGenerated: now, Hook: "sdk", Id: 1, Count: 2, Score: 0.5, Private: true, Event: { a: [1, null] } },
    { TimeGenerated: now, Hook: "sdk", Id: 2, Count: "no number", Nowhere: "an unknown column vanishes" },
  ];
  await sdk().upload(RULE, STREAM, rows);
  const stored = azure.rows(STREAM);
  assert.equal(stored.length, 2);
  assert.equal(Date.parse(stored[0].TimeGenerated), Date.parse(now));
  const { Hook, Id, Count, Score, Private, Event, Actor } = stored[0];
  assert.deepEqual(
    [Hook, Id, Count, Score, Private, Event, Actor],
    ["sdk", 1, 2, 0.5, true, { a: [1, null] }, null],
  );
  assert.equal(stored[1].Count, null);
  const { columns_dropped, nulled, bytes_received, bytes_uncompressed } = azure.metrics();
  assert.deepEqual([columns_dropped, nulled], [{ Nowhere: 1 }, { Count: 1 }]);
  assert.ok(bytes_received > 0 && bytes_uncompressed >= JSON.stringify(rows).length);
});

test("what the SDK splits arrives whole", async () => {
  const before = azure.rows(STREAM).length;
  const rows = Array.from({ length: 400 }, (_, n) => ({ Id: n, Actor: "x".repeat(10_000) }));
  await sdk().upload(RULE, STREAM, rows, { maxConcurrency: 2 });
  const ids = azure
    .rows(STREAM)
    .slice(before)
    .map(({ Id }) => Id);
  assert.deepEqual(
    ids.sort((a, b) => a - b),
    rows.map(({ Id }) => Id),
  );
  assert.ok(azure.metrics().calls[204] > 3);
});

test("throttled, the SDK comes back after the time that it is told", async () => {
  const before = azure.rows(STREAM).length;
  azure.fault("throttle=1/1s");
  const started = performance.now();
  await sdk().upload(RULE, STREAM, [{ Id: 3 }]);
  assert.ok(performance.now() - started >= 900);
  assert.equal(azure.rows(STREAM).length, before + 1);
});

for (const [what, status, code, upload] of [
  [
    "a stream that the rule does not declare",
    400,
    "InvalidStream",
    () => sdk().upload(RULE, "Custom-Nope", [{}]),
  ],
  ["another rule", 404, "NotFound", () => sdk().upload("dcr-00000000000000000000000000000000", STREAM, [{}])],
  [
    "a token that Entra never issued",
    401,
    "InvalidAuthenticationToken",
    () =>
      sdk({
        getToken: async () => ({ token: "a.forged.token", expiresOnTimestamp: Date.now() + 3_600_000 }),
      }).upload(RULE, STREAM, [{}]),
  ],
]) {
  test(`the SDK understands the refusal of ${what}`, async () => {
    const before = azure.rows(STREAM).length;
    const error = await failureOf(upload());
    assert.equal(error.statusCode ?? Number(error.response?.status), status, String(error));
    assert.equal(error.code, code);
    assert.equal(azure.rows(STREAM).length, before);
  });
}

test("a permission that is not there yet is a refusal that the SDK does not repeat", async () => {
  azure.fault("forbid=1m");
  const error = await failureOf(sdk().upload(RULE, STREAM, [{}]));
  assert.equal(error.statusCode ?? Number(error.response?.status), 403, String(error));
  assert.equal(error.code, "OperationFailed");
});
