// The window on workerd: a delivery that comes twice makes its rows once, and whatever becomes of the window, no event
// is lost or refused because of it.

import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";

const STREAM = "Custom-Events";
const DCR = readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8");
const IDS = {
  tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
  dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
};
const SECRET = "It's a Secret to Everybody";
const SECRETS = {
  AZURE_CLIENT_SECRET: "client secret",
  HOOK_EVENTS_SECRET: SECRET,
  HOOK_BRIEF_SECRET: SECRET,
  HOOK_PLAIN_SECRET: SECRET,
};

/** The relay with a window that fails on request, and in which a minute is a second. */
const ENTRY = `
import { Dedupe as Window, relay } from "ccf-edge/worker";
import dcr from "./DCR.json";
import config from "./relay.json";

let faults = {};
const inner = relay({ config, dcr });

export class Dedupe extends Window {
  async isKnown(fingerprint) {
    await trouble();
    return super.isKnown(fingerprint);
  }
  async remember(fingerprint, seconds) {
    await trouble();
    return super.remember(fingerprint, seconds === 60 ? 1 : seconds);
  }
  /** Knows 2,500 deliveries whose time is over and three others, and tidies up. */
  async tidy() {
    for (let i = 0; i < 2503; i += 1) {
      const fingerprint = i.toString(16).padStart(4, "0");
      this.ctx.storage.sql.exec("INSERT INTO seen VALUES (?, ?)", fingerprint, i % 1000 === 7 ? 1e15 : 1);
    }
    await this.alarm();
    return { rows: this.count(), comesBack: (await this.ctx.storage.getAlarm()) - Date.now() };
  }
  count() {
    return this.ctx.storage.sql.exec("SELECT COUNT(*) AS rows FROM seen").one().rows;
  }
}

async function trouble() {
  if (faults.window === "throws") throw new Error("the window is broken");
  if (faults.window === "is slow") await scheduler.wait(3000);
}

const QUEUE = (queue) => ({
  async send(...message) {
    if (faults.queue > 0) {
      faults.queue -= 1;
      await scheduler.wait(200);
      throw new Error("Queue is overloaded. Please back off.");
    }
    return queue.send(...message);
  },
});

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/test/faults") {
      faults = await request.json();
      return new Response();
    }
    if (pathname === "/test/tidy") return Response.json(await env.DEDUPE.getByName("tidied").tidy());
    if (pathname === "/test/brief") {
      const object = env.DEDUPE.getByName("brief");
      if (request.method === "POST") await object.remember("00", 1);
      return Response.json(await object.count());
    }
    if (pathname === "/test/count") {
      const counts = [..."0123456789abcdef"].map((name) => env.DEDUPE.getByName(name).count());
      return Response.json((await Promise.all(counts)).reduce((sum, count) => sum + count, 0));
    }
    return inner.fetch(request, env.QUEUE ? { ...env, QUEUE: QUEUE(env.QUEUE) } : env, context);
  },
  queue: inner.queue,
};
`;

let azure;

before(async () => {
  azure = await startAzure({ dcr: DCR, ...IDS, client_secret: SECRETS.AZURE_CLIENT_SECRET });
});

after(() => azure?.stop());

function write(name, options) {
  const hook = { source: "github", columns: { Actor: ".who", Id: ".n" } };
  const relay = JSON.stringify({
    azure: { ...IDS, dce_endpoint: azure.url, stream_name: STREAM },
    hooks: { events: { ...hook, dedupe: "24h" }, brief: { ...hook, dedupe: "1m" }, plain: hook },
  });
  const folder = join(root, ".wrangler", name);
  rmSync(folder, { recursive: true, force: true });
  return writeRelay(folder, { relay, dcr: DCR, entry: ENTRY, ...options });
}

function delivery(event = {}) {
  const who = randomUUID();
  return { id: randomUUID(), who, body: JSON.stringify({ who, n: 1, ...event }) };
}

const rowsOf = (who) => azure.rows(STREAM).filter((row) => row.Actor === who).length;

for (const queue of [true, false]) {
  describe(queue ? "with a queue" : "without a queue", () => {
    const taken = queue ? 202 : 200;
    let config;
    let worker;

    const start = async () => {
      worker = await startWorker({ config, vars: { DEVELOPMENT: "1", ...SECRETS } });
      await works();
    };

    before(async () => {
      config = write(queue ? "dedupe-queue" : "dedupe-direct", { queue, dedupe: true });
      await start();
    });

    afterEach(async () => {
      azure.fault("off");
      await faults({});
    });

    after(() => worker?.stop());

    /** Sends a delivery; gives the status and what the receipt says. */
    async function send({ id, body }, hook = "events", options = {}) {
      const signature = createHmac("sha256", SECRET).update(body).digest("hex");
      const headers = {
        accept: "application/json",
        "x-github-delivery": id,
        "x-github-event": "push",
        "x-hub-signature-256": `sha256=${signature}`,
      };
      const response = await fetch(`${worker.url}/hooks/${hook}`, {
        method: "POST",
        headers,
        body,
        ...options,
      });
      const receipt = await response.json();
      return [response.status, receipt.duplicate === true];
    }

    function faults(wanted) {
      return fetch(`${worker.url}/test/faults`, { method: "POST", body: JSON.stringify(wanted) });
    }

    /** Waits until a function gives something. */
    async function until(what, get, seconds = 30) {
      for (let i = 0; i < seconds * 10; i += 1) {
        const found = await get();
        if (found) return found;
        await sleep(100);
      }
      assert.fail(`${what} did not happen:\n${worker.output().slice(-6000)}`);
    }

    /** Waits until the window answers: the first time it has to be made, and after a failure it is let rest. */
    const works = () =>
      until("an answer of the window", async () => {
        const one = delivery();
        await send(one);
        return (await send(one))[1];
      });

    /** Waits for the rows of an event, and that there are no more of them behind. */
    async function rowsAre(who, count) {
      await until(`row ${count} of ${who}`, () => rowsOf(who) >= count);
      const last = delivery();
      await send(last, "plain");
      await until("a later row", () => rowsOf(last.who) === 1);
      assert.equal(rowsOf(who), count);
    }

    test("the same delivery twice is one row, and its sender hears twice that it is taken", async () => {
      const one = delivery();
      assert.deepEqual(await send(one), [taken, false]);
      assert.deepEqual(await send(one), [taken, true]);
      assert.deepEqual(await send(one), [taken, true]);
      await rowsAre(one.who, 1);
      await until("a line that says so", () =>
        new RegExp(`"delivery":"${one.id}","type":"push","outcome":"duplicate"`).test(worker.output()),
      );
    });

    test("another body under the same id is another event, and so is the same body under another id", async () => {
      const one = delivery();
      const other = delivery();
      assert.deepEqual(await send(one), [taken, false]);
      assert.deepEqual(await send({ ...one, body: other.body }), [taken, false]);
      assert.deepEqual(await send({ ...one, id: randomUUID() }), [taken, false]);
      await rowsAre(one.who, 2);
      await rowsAre(other.who, 1);
    });

    test("a hook without a window asks nothing", async () => {
      const one = delivery();
      await faults({ window: "throws" });
      assert.deepEqual(await send(one, "plain"), [taken, false]);
      assert.deepEqual(await send(one, "plain"), [taken, false]);
      await rowsAre(one.who, 2);
    });

    test("a delivery that was not taken is not remembered", async () => {
      const one = delivery();
      if (queue) await faults({ queue: 1 });
      else azure.fault("error=503x20");
      assert.equal((await send(one))[0], 503);
      azure.fault("off");
      assert.deepEqual(await send(one), [taken, false]);
      assert.deepEqual(await send(one), [taken, true]);
      await rowsAre(one.who, 1);
    });

    test("the same delivery many times at once is one row", async () => {
      // On a machine that is busy, one may take longer than the others wait for it.
      for (let tries = 0; ; tries += 1) {
        const one = delivery();
        const answers = await Promise.all(Array.from({ length: 8 }, () => send(one)));
        assert.ok(answers.every(([status]) => status === taken));
        if (answers.filter(([, duplicate]) => !duplicate).length === 1) {
          return rowsAre(one.who, 1);
        }
        assert.ok(tries < 4, JSON.stringify(answers));
      }
    });

    if (queue) {
      test("of two at once the second is taken if the first fails", async () => {
        const one = delivery();
        await faults({ queue: 1 });
        const answers = await Promise.all([send(one), send(one)]);
        const statuses = answers.map(([status]) => status).sort();
        assert.deepEqual(statuses, [202, 503]);
        assert.ok(answers.every(([, duplicate]) => !duplicate));
        await rowsAre(one.who, 1);
      });
    } else {
      test("a sender that hangs up has its event remembered nevertheless", async () => {
        const one = delivery();
        azure.fault("slow=2s");
        await assert.rejects(send(one, "events", { signal: AbortSignal.timeout(500) }));
        await until("its end", () =>
          new RegExp(`"delivery":"${one.id}","type":"push","outcome":"delivered"`).test(worker.output()),
        );
        azure.fault("off");
        assert.deepEqual(await send(one), [taken, true]);
        await rowsAre(one.who, 1);
      });
    }

    for (const window of ["throws", "is slow"]) {
      test(`while the window ${window} every event is taken`, async () => {
        const one = delivery();
        assert.deepEqual(await send(one), [taken, false]);
        await faults({ window });
        const started = Date.now();
        assert.deepEqual(await send(one), [taken, false]);
        assert.deepEqual(await send(one), [taken, false]);
        assert.ok(Date.now() - started < 2_500, "only the first one waits");
        await rowsAre(one.who, 3);
        assert.match(worker.output(), /"log":"dedupe","hook":"events","error":/);
        await faults({});
        await works();
        assert.deepEqual(await send(one), [taken, true]);
      });
    }

    test("what is too old is forgotten", async () => {
      const [old, young] = [delivery(), delivery()];
      const count = async () => (await fetch(`${worker.url}/test/count`)).json();
      const before = await count();
      assert.deepEqual(await send(young), [taken, false]);
      assert.deepEqual(await send(old, "brief"), [taken, false]);
      await until("two rows in the window", async () => (await count()) === before + 2);
      await sleep(1_200);
      assert.deepEqual(await send(old, "brief"), [taken, false]);
      assert.deepEqual(await send(young), [taken, true]);
      await rowsAre(old.who, 2);
    });

    test("what is forgotten is thrown away", async () => {
      const ask = async (path, method = "GET") =>
        (await fetch(`${worker.url}/test/${path}`, { method })).json();
      assert.equal(await ask("brief", "POST"), 1);
      await until("the alarm", async () => (await ask("brief")) === 0);
      const { rows, comesBack } = await ask("tidy");
      assert.equal(rows, 3);
      assert.ok(comesBack > 3_500_000 && comesBack <= 3_600_000, `${comesBack}`);
    });

    test("it remembers when everything else has been started anew", async () => {
      const one = delivery();
      assert.deepEqual(await send(one), [taken, false]);
      await rowsAre(one.who, 1);
      await worker.stop();
      await start();
      assert.deepEqual(await send(one), [taken, true]);
      await rowsAre(one.who, 1);
    });
  });
}

test("without the binding every event is taken, and the relay says what is missing", async () => {
  const config = write("dedupe-unbound", { entry: undefined });
  const worker = await startWorker({ config, vars: { DEVELOPMENT: "1", ...SECRETS } });
  try {
    const health = await (await fetch(`${worker.url}/healthz`)).json();
    assert.equal(health.status, "ok");
    assert.equal(health.warnings.length, 2);
    assert.match(health.warnings[0].check, /^wrangler\.toml: the hook `events` wants `dedupe`/);
    for (let i = 0; i < 100 && !worker.output().includes('"log":"configuration"'); i += 1) await sleep(50);
    assert.match(worker.output(), /"log":"configuration","error":"wrangler\.toml: the hook/);
  } finally {
    await worker.stop();
  }
});
