// Hooks whose product makes the secret and sends it in its hello, on workerd with a bucket: it is kept while an operator
// has armed the hook, given once, and never shown.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, mock, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { getPlatformProxy } from "wrangler";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";

const ADMIN_TOKEN = "the token of the operators";
const DCR = readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8");
const TOKENS = ["one", "two", "three", "four", "five", "six"].map(
  (word) => `secret_${word}_0123456789abcdef`,
);
const STRANGERS = "secret_of_a_stranger_0123456789";

/** How long the relay asks its bucket once only, in milliseconds. */
const QUIET = 1100;

let worker;
let config;

before(async () => {
  const relay = JSON.stringify({
    azure: {
      tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
      client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
      dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
      dce_endpoint: "http://127.0.0.1:9",
      stream_name: "Custom-Events",
    },
    // Neither Notion's secret nor Asana's is there yet.
    hooks: { notion: { source: "notion" }, asana: { source: "asana" }, github: { source: "github" } },
  });
  const folder = join(root, ".wrangler", "hello");
  rmSync(folder, { recursive: true, force: true });
  config = writeRelay(folder, { relay, dcr: DCR, queue: true });
  const vars = { DEVELOPMENT: "1", ADMIN_TOKEN, AZURE_CLIENT_SECRET: "c", HOOK_GITHUB_SECRET: "g" };
  worker = await startWorker({ config, vars });
});

after(() => worker?.stop());

const post = (hook, body, headers = {}) =>
  fetch(`${worker.url}/hooks/${hook}`, { method: "POST", headers, body });
const notion = (token) => post("notion", JSON.stringify({ verification_token: token }));

async function admin(path, method = "POST", token = ADMIN_TOKEN) {
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(`${worker.url}/admin/hooks/${path}`, { method, headers });
  return { status: response.status, headers: response.headers, json: await response.json() };
}

const codeOf = async (path, ...how) => (await admin(path, ...how)).json.code;

/** Runs the command line; `onError` sees what it says on standard error so far. */
function cli(args, onError = () => {}) {
  const env = { ...process.env, ADMIN_TOKEN };
  const child = spawn(process.execPath, [join(root, "pkg", "cli.js"), "hello", ...args], { env });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8").on("data", (text) => {
      said[name] += text;
      if (name === "stderr") onError(said.stderr, child);
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...said })));
}

describe("a hook that is not armed", () => {
  test("is configured, and puts senders off", async () => {
    const { status, hooks } = await (await fetch(`${worker.url}/healthz`)).json();
    assert.equal(status, "ok");
    assert.deepEqual(
      hooks.map(({ name, secret }) => [name, secret]),
      [
        ["notion", "awaited"],
        ["asana", "awaited"],
        ["github", undefined],
      ],
    );
    const signed = { "x-notion-signature": `sha256=${createHmac("sha256", "x").update("{}").digest("hex")}` };
    const response = await post("notion", "{}", signed);
    assert.equal(response.status, 503);
    assert.equal((await response.json()).code, "secret_awaited");
    assert.ok(response.headers.has("retry-after"));
  });

  test("keeps nothing", async () => {
    assert.equal((await notion(STRANGERS)).status, 503);
    const asana = await post("asana", "", { "x-hook-secret": "strangerstrangerstranger" });
    assert.deepEqual([asana.status, asana.headers.get("x-hook-secret")], [200, "strangerstrangerstranger"]);
    for (const hook of ["notion", "asana"]) {
      const { status, json } = await admin(`${hook}/secret`);
      assert.deepEqual([status, json.code], [404, "not_armed"]);
    }
  });
});

describe("a hook that is armed", () => {
  test("keeps the first secret that comes, gives it once, and is disarmed", async () => {
    const { status, json } = await admin("notion/arm");
    assert.deepEqual([status, json.armed, json.source], [200, "notion", "notion"]);
    const minutes = (json.armed_until - Date.now()) / 60_000;
    assert.ok(minutes > 14 && minutes <= 15, `${minutes}`);
    assert.equal(await codeOf("notion/secret"), "not_come");
    await sleep(QUIET);
    const first = await notion(TOKENS[0]);
    assert.deepEqual([first.status, await first.text()], [200, ""]);
    for (const pause of [0, QUIET]) {
      await sleep(pause);
      assert.equal((await notion(STRANGERS)).status, 503, "it is disarmed");
    }
    const taken = await admin("notion/secret");
    assert.deepEqual(taken.json, { secret: TOKENS[0] });
    assert.equal(taken.headers.get("cache-control"), "no-store");
    assert.equal(await codeOf("notion/secret"), "not_armed");
    await sleep(QUIET);
    assert.equal((await notion(STRANGERS)).status, 503);
    assert.equal(await codeOf("notion/secret"), "not_armed");
  });

  test("of many hellos at once keeps one", async () => {
    await admin("notion/arm");
    await sleep(QUIET);
    const answers = await Promise.all(TOKENS.map(async (token) => (await notion(token)).status));
    assert.equal(answers.filter((status) => status === 200).length, 1, `${answers}`);
    const { secret } = (await admin("notion/secret")).json;
    assert.equal(secret, TOKENS[answers.indexOf(200)]);
  });

  test("forgets what nobody took when it is armed again, and what came when it is disarmed", async () => {
    await admin("notion/arm");
    await sleep(QUIET);
    assert.equal((await notion(TOKENS[1])).status, 200);
    await admin("notion/arm");
    assert.equal(await codeOf("notion/secret"), "not_come");
    await sleep(QUIET);
    assert.equal((await notion(TOKENS[2])).status, 200);
    assert.deepEqual((await admin("notion/arm", "DELETE")).json, { disarmed: "notion" });
    assert.equal(await codeOf("notion/secret"), "not_armed");
  });

  test("Asana's secret is a header, and is answered as always", async () => {
    await admin("asana/arm");
    await sleep(QUIET);
    const response = await post("asana", "", { "x-hook-secret": "b537207f20cbfa02357cf448134da559" });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-hook-secret"), "b537207f20cbfa02357cf448134da559");
    assert.deepEqual((await admin("asana/secret")).json, { secret: "b537207f20cbfa02357cf448134da559" });
  });
});

describe("with the clock and the isolates in hand", () => {
  let bucket;
  let dispose;
  let worker;

  before(async () => {
    const proxy = await getPlatformProxy({ configPath: config, persist: false });
    bucket = proxy.env.BUCKET;
    dispose = proxy.dispose;
    // The instance of the core is of no interest here: `passage` stands in for it.
    const instance = {
      name: "instance",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /instance\.js$/ }, () => ({ path: "instance", namespace: "stub" }));
        onLoad({ filter: /.*/, namespace: "stub" }, () => ({ contents: "export const generation = 0;" }));
      },
    };
    const { outputFiles } = await build({
      entryPoints: [join(root, "src", "worker", "hello.js")],
      bundle: true,
      write: false,
      format: "esm",
      plugins: [instance],
    });
    worker = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  });

  after(() => dispose?.());

  const passage = (secret) => ({ armed: (now, until) => (now < until ? secret : undefined) });

  test("of two isolates that see the hook armed, one keeps its secret", async () => {
    const { arm, hear, take } = worker;
    for (let round = 0; round < 5; round += 1) {
      await arm(bucket, "hook");
      // Both have read before either writes.
      let ready;
      const both = new Promise((resolve) => {
        ready = resolve;
      });
      let waiting = 0;
      const slow = {
        get: async (key) => {
          const found = await bucket.get(key);
          waiting += 1;
          if (waiting === 2) ready();
          await both;
          return found;
        },
        put: (...how) => bucket.put(...how),
      };
      const kept = await Promise.all(["one", "other"].map((secret) => hear(passage(secret), "hook", slow)));
      assert.deepEqual(kept.toSorted(), [false, true]);
      assert.deepEqual(await take(bucket, "hook"), { secret: kept[0] ? "one" : "other" });
      assert.deepEqual(await take(bucket, "hook"), { armed: false });
    }
  });

  test("a hook is armed for 15 minutes, and a secret waits for a day", async () => {
    const { arm, disarm, hear, take } = worker;
    const minutes = (count) => mock.timers.setTime(Date.now() + count * 60_000);
    mock.timers.enable({ apis: ["Date"], now: Date.now() });
    try {
      await arm(bucket, "hook");
      minutes(15);
      assert.equal(await hear(passage("late"), "hook", bucket), false);
      assert.deepEqual(await take(bucket, "hook"), { armed: false });
      for (const [wait, wanted] of [
        [24 * 60 - 1, { secret: "in time" }],
        [24 * 60, { armed: false }],
      ]) {
        await arm(bucket, "hook");
        minutes(14);
        assert.equal(await hear(passage("in time"), "hook", bucket), true);
        minutes(wait);
        assert.deepEqual(await take(bucket, "hook"), wanted);
        assert.equal(await bucket.get("hello/hook"), null);
      }
      await arm(bucket, "hook");
      await disarm(bucket, "hook");
      assert.equal(await hear(passage("too late"), "hook", bucket), false);
    } finally {
      mock.timers.reset();
    }
  });

  test("a bucket that does not answer is taken for a hook that is not armed", async () => {
    const told = [];
    const error = mock.method(console, "error", () => {});
    const broken = { get: async () => Promise.reject(new Error("internal error")) };
    const asked = { armed: (_now, until) => void told.push(until) };
    assert.equal(await worker.hear(asked, "hook", broken), false);
    assert.deepEqual(told, [0]);
    assert.match(
      error.mock.calls[0].arguments[0],
      /"log":"hello","hook":"hook","error":"Error: internal error"/,
    );
    error.mock.restore();
  });
});

test("the endpoints are the operators'", async () => {
  for (const path of ["notion/arm", "notion/secret"]) {
    for (const method of ["GET", "POST", "DELETE"]) {
      const { status, json } = await admin(path, method, "a guess");
      assert.deepEqual([status, json.code], [401, "unauthorized"]);
    }
    assert.equal((await admin(path, "GET")).status, 405);
  }
  assert.equal((await admin("notion/secret", "DELETE")).status, 405);
  assert.equal(await codeOf("github/arm"), "no_hello");
  assert.equal(await codeOf("nothing/arm"), "unknown_hook");
  for (const path of ["notion", "notion/other", "notion/arm/x", "../parked/arm"]) {
    assert.equal((await admin(path)).status, 404, path);
  }
});

describe("the command line", () => {
  test("arms, says what to do, and writes the secret alone", async () => {
    let sent;
    const { code, stdout, stderr } = await cli(["notion", `--relay=${worker.url}`], (said) => {
      if (said.includes("/hooks/notion")) sent ??= notion(TOKENS[3]);
    });
    assert.deepEqual([code, stdout], [0, TOKENS[3]], stderr);
    assert.equal((await sent).status, 200);
    assert.match(
      stderr,
      /^the hook is armed until \d\d:\d\d:\d\d\nmake the webhook in Notion now, with the URL /,
    );
    assert.match(stderr, /Create a subscription.*\nthe secret has come; the relay has forgotten it\n$/);
    assert.ok(!stderr.includes(TOKENS[3]));
    assert.equal(await codeOf("notion/secret"), "not_armed");
  });

  test("disarms when it is interrupted, and gives up when somebody else has disarmed", async () => {
    const interrupted = await cli(["notion", `--relay=${worker.url}`], (said, child) => {
      if (said.includes("Create a subscription")) child.kill("SIGINT");
    });
    assert.deepEqual([interrupted.code, interrupted.stdout], [1, ""]);
    assert.equal(await codeOf("notion/secret"), "not_armed");
    const late = await cli(["notion", `--relay=${worker.url}`], (said) => {
      if (said.includes("Create a subscription")) admin("notion/arm", "DELETE");
    });
    assert.deepEqual([late.code, late.stdout], [1, ""]);
    assert.match(late.stderr, /nothing has come in time/);
  });

  test("says what is wrong", async () => {
    for (const [args, wanted] of [
      [
        ["github", `--relay=${worker.url}`],
        /^ccf-edge hello: the relay answered 409: the product .* no secret\n$/,
      ],
      [["nothing", `--relay=${worker.url}`], /404: there is no such hook\n$/],
      [["notion"], /--relay needs the relay's URL\n$/],
      [["notion", "--relay=http://relay.example"], /--relay has to begin with https/],
      [["notion", "more", `--relay=${worker.url}`], /write: ccf-edge hello HOOK/],
    ]) {
      const { code, stdout, stderr } = await cli(args);
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, wanted);
    }
    assert.match((await cli(["--help"])).stdout, /npx wrangler secret put/);
  });
});

test("no secret was ever logged, and that one has come was", () => {
  const output = worker.output();
  for (const secret of [...TOKENS, STRANGERS, ADMIN_TOKEN, "b537207f20cb", "strangerstranger"]) {
    assert.ok(!output.includes(secret), secret);
  }
  assert.match(
    output,
    /"hook":"notion","source":"notion","outcome":"secret","detail":"the product's secret has come/,
  );
  for (const action of ["armed", "secret taken", "disarmed"]) {
    assert.ok(output.includes(`{"log":"admin","action":"${action}","hook":"notion"}`), action);
  }
});
