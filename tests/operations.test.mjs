// What operators have, on workerd: the health of the whole relay, heartbeats, and points for charts.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";
import { measure } from "../src/worker/analytics.js";
import { keep, lookAround } from "../src/worker/health.js";

const STREAM = "Custom-Events";
const HEARTBEAT = "ccf-edge heartbeat";
const SECRETS = { AZURE_CLIENT_SECRET: "client secret", HOOK_EVENTS_SECRET: "the-token-of-events" };
const DCR = readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8");
const IDS = {
  tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
  dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
};
const ANALYTICS = `
[[analytics_engine_datasets]]
binding = "ANALYTICS"
dataset = "relay"
`;

let azure;
let folders = 0;

before(async () => {
  azure = await startAzure({ dcr: DCR, ...IDS, client_secret: SECRETS.AZURE_CLIENT_SECRET });
});

after(() => azure?.stop());

/** The wrangler.toml of a relay with one hook that has a heartbeat. Its bucket outlives its Worker. */
function configure(queue) {
  const folder = join(root, ".wrangler", `operations-${folders}`);
  folders += 1;
  rmSync(folder, { recursive: true, force: true });
  const relay = JSON.stringify({
    azure: { ...IDS, dce_endpoint: azure.url, stream_name: STREAM },
    hooks: { events: { source: "bearer", columns: { Actor: ".who" }, heartbeat: true } },
  });
  return writeRelay(folder, { relay, dcr: DCR, queue, more: ANALYTICS });
}

const start = (config) => startWorker({ config, vars: { DEVELOPMENT: "1", ...SECRETS } });

async function take(worker, status) {
  const who = randomUUID();
  const response = await fetch(`${worker.url}/hooks/events`, {
    method: "POST",
    headers: { authorization: `Bearer ${SECRETS.HOOK_EVENTS_SECRET}` },
    body: JSON.stringify({ who }),
  });
  assert.equal(response.status, status, await response.text());
  return who;
}

const rows = (column, value) => azure.rows(STREAM).filter((row) => row[column] === value);

async function healthOf(worker) {
  const response = await fetch(`${worker.url}/healthz`);
  assert.equal(response.status, 200);
  const text = await response.text();
  for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
  return JSON.parse(text);
}

async function beat(worker) {
  const response = await fetch(`${worker.url}/cdn-cgi/handler/scheduled`);
  assert.equal(response.status, 200, await response.text());
}

/** Waits until a function gives something. */
async function until(what, worker, get) {
  for (let i = 0; i < 600; i += 1) {
    const found = await get();
    if (found) return found;
    await sleep(100);
  }
  return assert.fail(`${what} did not happen:\n${worker.output().slice(-6000)}`);
}

describe("with a queue", () => {
  let worker;
  let config;
  const healthThat = (what, is) =>
    until(what, worker, async () => {
      const health = await healthOf(worker);
      return is(health) && health;
    });

  before(async () => {
    config = configure(true);
    worker = await start(config);
  });

  after(() => worker?.stop());

  test("/healthz of a fresh relay is ok and speaks for all isolates", async () => {
    const { hooks, ...health } = await healthOf(worker);
    assert.deepEqual(hooks, [{ name: "events", source: "bearer", stream: STREAM }]);
    assert.deepEqual(health, {
      status: "ok",
      delivery: "queue",
      scope: "relay",
      parked: "0",
      waiting: 0,
      last_success: {},
    });
  });

  test("a heartbeat goes through the queue and becomes a row", async () => {
    await beat(worker);
    const [row] = await until("a heartbeat", worker, () => {
      const found = rows("EventType", HEARTBEAT);
      return found.length > 0 && found;
    });
    const filled = Object.entries(row).filter(([, value]) => value !== null);
    const { TimeGenerated, DeliveryId, ...rest } = Object.fromEntries(filled);
    assert.ok(Math.abs(Date.now() - Date.parse(TimeGenerated)) < 60_000);
    assert.match(DeliveryId, /^heartbeat-[0-9a-f-]{36}$/);
    assert.deepEqual(rest, { EventType: HEARTBEAT });
    await until("its line", worker, () =>
      /"log":"heartbeat","hook":"events","outcome":"queued"/.test(worker.output()),
    );
  });

  test("deliveries that fail are said to fail, by a fresh isolate too, and to be well when they arrive", async () => {
    const who = await take(worker, 202);
    await until("a row", worker, () => rows("Actor", who).length === 1);
    await healthThat("success", ({ last_success }) => last_success[STREAM] !== undefined);

    azure.fault("error=503x1000");
    await take(worker, 202);
    const failing = await healthThat("failure", ({ status }) => status === "failing");
    assert.deepEqual(failing.failing, [failing.last_error]);
    assert.equal(failing.last_error.stream, STREAM);
    assert.equal(failing.last_error.code, "azure_unavailable");
    assert.ok(failing.last_error.check.length > 20);
    assert.ok(Date.now() - Date.parse(failing.oldest_waiting) < 60_000, JSON.stringify(failing));

    // The bucket is what a new Worker knows of the old one.
    await sleep(1_000);
    await worker.stop();
    worker = await start(config);
    const after = await healthOf(worker);
    assert.deepEqual(
      { ...after, last_success: Object.keys(after.last_success) },
      {
        status: "failing",
        hooks: failing.hooks,
        delivery: "queue",
        scope: "relay",
        parked: "0",
        waiting: 0,
        last_success: [STREAM],
        failing: failing.failing,
        last_error: failing.last_error,
      },
    );

    azure.fault("off");
    await beat(worker);
    const well = await healthThat("recovery", ({ status }) => status === "ok");
    assert.ok(well.last_success[STREAM] > after.last_success[STREAM]);
    assert.deepEqual(well.last_error, failing.last_error);
  });

  test("points are written without a word", () => {
    assert.doesNotMatch(worker.output(), /"log":"(analytics|trap|bucket)"/);
  });
});

describe("without a queue", () => {
  let worker;

  before(async () => {
    worker = await start(configure(false));
  });

  after(async () => {
    azure.fault("off");
    await worker?.stop();
  });

  test("a heartbeat is delivered at once, and /healthz speaks for its isolate", async () => {
    const before = rows("EventType", HEARTBEAT).length;
    await beat(worker);
    assert.equal(rows("EventType", HEARTBEAT).length, before + 1);
    const { status, delivery, scope, last_success } = await healthOf(worker);
    assert.deepEqual({ status, delivery, scope }, { status: "ok", delivery: "direct", scope: "isolate" });
    assert.ok(Date.now() - Date.parse(last_success[STREAM]) < 60_000);
  });

  test("a heartbeat that does not arrive shows that deliveries fail", async () => {
    azure.fault("error=503x1");
    await beat(worker);
    const { status, last_error } = await healthOf(worker);
    assert.deepEqual([status, last_error.code], ["failing", "azure_unavailable"]);
    azure.fault("off");
    await sleep(1);
    await take(worker, 200);
    assert.equal((await healthOf(worker)).status, "ok");
    assert.doesNotMatch(worker.output(), /"log":"(analytics|trap|bucket)"/);
  });
});

describe("what stands in nobody's way", () => {
  const objects = (entries) => ({
    entries: new Map(entries),
    puts: 0,
    async head(key) {
      return this.entries.get(key) ?? null;
    },
    async put(key, _, { customMetadata }) {
      this.puts += 1;
      this.entries.set(key, { key, customMetadata });
    },
    async list({ prefix }) {
      return {
        objects: [...this.entries.values()].filter(({ key }) => key.startsWith(prefix)),
        truncated: false,
      };
    },
  });
  const broken = {
    head: () => Promise.reject(new Error("no bucket")),
    put: () => Promise.reject(new Error("no bucket")),
    list: () => Promise.reject(new Error("no bucket")),
  };
  const note = (at, news) => `status/a/success\n${JSON.stringify({ at: String(at) })}\n${news}\n`;

  test("news is kept at once, and the rest unless another isolate has just kept the like", async () => {
    const bucket = objects([]);
    const now = Date.now();
    await keep(bucket, note(now - 1, ""));
    await keep(bucket, note(now, ""));
    assert.equal(bucket.puts, 1);
    await keep(bucket, note(now, "news"));
    assert.equal(bucket.puts, 2);
    assert.equal(bucket.entries.get("status/a/success").customMetadata.at, String(now));
  });

  test("a bucket that hangs holds nobody up", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const warn = t.mock.method(console, "warn", () => {});
    const keeping = keep({ head: () => new Promise(() => {}) }, note(1, "") + note(2, ""));
    t.mock.timers.tick(4_001);
    await keeping;
    assert.equal(warn.mock.callCount(), 2);
  });

  test("a bucket that fails and a dataset that throws are a line in the log", async (t) => {
    const warn = t.mock.method(console, "warn", () => {});
    await keep(broken, note(1, "") + note(2, "news"));
    measure({ writeDataPoint: () => assert.fail("no dataset") }, '[{"blobs":["x"]}]');
    measure({ writeDataPoint() {} }, "no JSON");
    assert.equal(warn.mock.callCount(), 4);
  });

  test("a dataset gets the points as they are", () => {
    const points = [
      { indexes: ["a"], blobs: ["b"], doubles: [1] },
      { indexes: ["c"], blobs: [], doubles: [] },
    ];
    const written = [];
    measure({ writeDataPoint: (point) => written.push(point) }, JSON.stringify(points));
    assert.deepEqual(written, points);
  });

  test("/healthz does without what does not answer, and asks the rest once in a while only", async (t) => {
    t.mock.timers.enable({ apis: ["Date", "setTimeout"], now: 1_000_000 });
    const look = async (env) => JSON.parse(await lookAround(env));
    assert.deepEqual(await look({ BUCKET: broken, QUEUE: {} }), { parked: "unknown" });

    t.mock.timers.tick(60_001);
    const hanging = { list: () => new Promise(() => {}) };
    const metrics = async () => ({ backlogCount: 2, oldestMessageTimestamp: new Date(7) });
    const looking = look({ BUCKET: hanging, QUEUE: { metrics } });
    await new Promise(setImmediate);
    t.mock.timers.tick(4_001);
    assert.deepEqual(await looking, { parked: "unknown", waiting: 2, oldest: 7 });

    t.mock.timers.tick(60_001);
    const parked = (key, reason) => [key, { key, customMetadata: { reason } }];
    const bucket = objects([
      parked("parked/a/1.json", "trap"),
      parked("parked/a/2.json", "trap"),
      parked("parked/a/2.body"),
      ["status/a/success", { key: "status/a/success", customMetadata: { at: "5" } }],
    ]);
    const found = {
      status: [{ at: "5", key: "status/a/success" }],
      waiting: 0,
      oldest: 0,
      parked: "2",
      reasons: { trap: 2 },
    };
    const empty = { metrics: async () => ({ backlogCount: 0 }) };
    assert.deepEqual(await look({ BUCKET: bucket, QUEUE: empty }), found);
    t.mock.timers.tick(14_000);
    assert.deepEqual(await look({ BUCKET: broken, QUEUE: empty }), found);
  });
});
