// The relay with a queue and a bucket, on workerd: whatever Azure does, what was acknowledged arrives or is parked.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";

const STREAM = "Custom-Events";
const ADMIN_TOKEN = "the token of the operators";
const SECRETS = {
  ADMIN_TOKEN,
  AZURE_CLIENT_SECRET: "client secret",
  HOOK_EVENTS_SECRET: "the secret of events",
  HOOK_DEEP_SECRET: "the-token-of-deep",
};
const DCR = readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8");

let azure;
let worker;

before(async () => {
  const ids = {
    tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
    dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
  };
  azure = await startAzure({ dcr: DCR, ...ids, client_secret: SECRETS.AZURE_CLIENT_SECRET });
  const relay = JSON.stringify({
    azure: { ...ids, dce_endpoint: azure.url, stream_name: STREAM },
    hooks: {
      events: {
        source: "hmac",
        events: ".events[]",
        columns: { Actor: ".who", Id: ".n", Hook: '"events"', RefType: ".text" },
      },
      deep: {
        source: "bearer",
        columns: { Actor: ".who", Id: "def endless: 1 + endless; if .endless then endless else .n end" },
      },
    },
  });
  const folder = join(root, ".wrangler", "durable");
  rmSync(folder, { recursive: true, force: true });
  const config = writeRelay(folder, { relay, dcr: DCR, queue: true });
  worker = await startWorker({ config, vars: { DEVELOPMENT: "1", ...SECRETS } });
});

afterEach(() => azure.fault("off"));

after(async () => {
  await worker?.stop();
  await azure?.stop();
});

function post(hook, body, headers = {}) {
  const signature = createHmac("sha256", SECRETS.HOOK_EVENTS_SECRET).update(body).digest("hex");
  return fetch(`${worker.url}/hooks/${hook}`, {
    method: "POST",
    headers: {
      "x-signature": signature,
      authorization: `Bearer ${SECRETS.HOOK_DEEP_SECRET}`,
      ...headers,
    },
    body,
  });
}

/**
 * Sends one event and asserts that it was taken; gives the name by which its row is found. What a sender hears whose
 * isolate is thrown away for another's sake is a 503, and it sends again.
 */
async function take(hook = "events", event = {}) {
  const who = randomUUID();
  const body = JSON.stringify(hook === "events" ? { events: [{ who, ...event }] } : { who, ...event });
  for (let attempt = 0; ; attempt += 1) {
    const response = await post(hook, body);
    const text = await response.text();
    if (response.status === 503 && text.includes('"unavailable"') && attempt < 3) continue;
    assert.equal(response.status, 202, text);
    return who;
  }
}

function rowsOf(who) {
  return azure.rows(STREAM).filter((row) => row.Actor === who);
}

/** Waits until a function gives something. */
async function until(what, get, seconds = 60) {
  for (let i = 0; i < seconds * 10; i += 1) {
    const found = await get();
    if (found) return found;
    await sleep(100);
  }
  assert.fail(`${what} did not happen:\n${worker.output().slice(-6000)}`);
}

function arrived(names, seconds) {
  const left = () => {
    const there = new Set(azure.rows(STREAM).map((row) => row.Actor));
    return names.every((who) => there.has(who));
  };
  return until(`the arrival of ${names.length} events`, left, seconds);
}

async function admin(path = "", method = "GET", token = ADMIN_TOKEN) {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${worker.url}/admin/parked${path}`, { method, headers });
  return { status: response.status, json: await response.json() };
}

const parkedFor = async (reason) => (await admin(`?reason=${reason}`)).json.parked;

describe("an event that is taken", () => {
  test("hears 202 and becomes a row", async () => {
    const who = await take();
    await arrived([who]);
    assert.equal(rowsOf(who)[0].Hook, "events");
  });

  test("says so to whoever asks for JSON", async () => {
    const response = await post("events", '{"events":[]}', { accept: "application/json" });
    assert.equal(response.status, 202);
    assert.deepEqual(await response.json(), { delivery: null, queued: true });
  });

  test("travels by way of the bucket if it is too large for a message", async () => {
    const who = await take("events", { text: "long ".repeat(60_000) });
    await arrived([who]);
    assert.equal(rowsOf(who).length, 1);
  });

  test("shares its calls with the rest of its batch", async () => {
    const calls = () => Object.values(azure.metrics().calls).reduce((sum, count) => sum + count, 0);
    const before = calls();
    const names = await Promise.all(Array.from({ length: 60 }, (_, n) => take("events", { n })));
    await arrived(names);
    assert.ok(calls() - before <= 10, `${calls() - before} calls for 60 events`);
    await until("the line of a batch", () => /"log":"batch","messages":\d\d,/.test(worker.output()));
  });

  test("is refused at the door if it is no JSON, or not signed", async () => {
    assert.equal((await post("events", '{"events":[')).status, 400);
    assert.equal((await post("events", "{}", { "x-signature": "00" })).status, 401);
  });
});

describe("when Azure is not well", () => {
  for (const fault of [
    "throttle=2/2s",
    "error=503x2",
    "error=500x1",
    "forbid=2s",
    "expire",
    "lose-reply=1",
    "entra-down=1",
  ]) {
    test(`${fault}: what was acknowledged arrives`, async () => {
      if (fault.startsWith("entra")) azure.fault("expire");
      azure.fault(fault);
      const names = await Promise.all(Array.from({ length: 5 }, () => take()));
      await arrived(names, 200);
    });
  }
});

describe("what can never succeed", () => {
  test("a message on which the core fails is parked alone, and its neighbours arrive", async () => {
    const names = [];
    for (let i = 0; i < 12; i += 1) {
      if (i === 5) await post("deep", '{"endless":true}');
      names.push(await take());
    }
    await arrived(names);
    const [entry] = await until("parking", async () => {
      const found = await parkedFor("trap");
      return found.length > 0 && found;
    });
    assert.equal(entry.hook, "deep");
    assert.deepEqual(
      names.map((who) => rowsOf(who).length),
      names.map(() => 1),
    );
    await admin(`/${entry.key}`, "DELETE");
  });

  test("an event of which the mapping makes nothing is parked, shown, sent again and deleted", async () => {
    const response = await post("events", '{"odd":"Grüße"}');
    assert.equal(response.status, 202);
    const one = async () => {
      const found = await parkedFor("events_missing");
      return found.length === 1 && found[0];
    };
    const entry = await until("parking", one);
    assert.match(entry.key, /^events\/\d{4}-\d\d-\d\d\/[0-9A-Za-z-]+\.json$/);
    assert.ok(entry.detail.length > 10 && Date.parse(entry.parked_at) > 0);

    const cli = async (...args) => {
      const command = [join(root, "pkg", "cli.js"), "parked", ...args, `--relay=${worker.url}`];
      const env = { ...process.env, ADMIN_TOKEN };
      return (await promisify(execFile)(process.execPath, command, { env })).stdout;
    };
    assert.match(await cli("list"), /1 events_missing\n$/);
    assert.match(await cli("show", entry.key), /\n\{"odd":"Grüße"\}\n$/);
    assert.match(await cli("replay", entry.key), /^sent again: events\//);
    const again = await until("parking once more", async () => {
      const found = await one();
      return found && found.key !== entry.key && found;
    });
    assert.match(await cli("delete", "--all"), /add --yes to delete 1\n$/);
    assert.equal((await parkedFor("events_missing")).length, 1);
    assert.match(await cli("delete", "--all", "--yes"), /^deleted: events\//);
    assert.equal((await admin(`/${again.key}`)).status, 404);
    assert.match(await cli("list"), /nothing is parked/);
  });
});

describe("the operators' endpoints", () => {
  test("are closed without the token", async () => {
    for (const token of [null, "", "a guess", `${ADMIN_TOKEN} `]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const { status, json } = await admin("/events/x.json", method, token);
        if (token?.trim() !== ADMIN_TOKEN) assert.deepEqual([status, json.code], [401, "unauthorized"]);
      }
    }
  });

  test("reach nothing but what is parked", async () => {
    for (const path of ["/../claims/events/x", "/events/x.body", "/%2e%2e/x.json", "/nothing.json"]) {
      assert.equal((await admin(path)).status, 404, path);
    }
  });

  test("/healthz says how events travel and when the last one arrived", async () => {
    azure.fault("error=503x1");
    await arrived([await take()]);
    const health = await (await fetch(`${worker.url}/healthz`)).json();
    assert.equal(health.delivery, "queue");
    assert.match(health.parked, /^\d+\+?$/);
    assert.ok(Date.now() - Date.parse(health.last_success[STREAM]) < 600_000);
    assert.equal(health.last_error.code, "azure_unavailable");
    assert.ok(health.last_error.check.length > 20);
  });
});

test("no secret and no body was ever logged", () => {
  for (const secret of Object.values(SECRETS)) assert.ok(!worker.output().includes(secret));
  assert.ok(!worker.output().includes("Grüße"));
});
