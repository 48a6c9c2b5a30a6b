// `npm run check-config`, and that wrangler stops where it finds a mistake.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { environment, root } from "../scripts/setup.mjs";
import { writeRelay } from "../scripts/worker.mjs";

const RELAY = readFileSync(join(root, "examples", "github", "relay.json"), "utf8");
const DCR = readFileSync(join(root, "examples", "github", "DCR.json"), "utf8");
const ENDPOINT = "https://contoso-ab12.westeurope-1.ingest.monitor.azure.com";
const broken = join(root, ".wrangler", "check-broken");
const local = join(root, ".wrangler", "check-local");

before(() => {
  const relay = RELAY.replace('"ActorId"', '"ActorIdd"').replace('".action"', '".action["');
  const config = writeRelay(broken, { relay, dcr: DCR });
  appendFileSync(config, '[build]\ncommand = "node scripts/run.mjs check .wrangler/check-broken"\n');
  writeRelay(local, { relay: RELAY.replace(ENDPOINT, "http://127.0.0.1:8100"), dcr: DCR });
});

function check(args, env = {}) {
  const script = join(root, "scripts", "check.mjs");
  const result = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    env: environment(env),
    encoding: "utf8",
  });
  return [result.status, result.stdout, result.stderr];
}

test("a sound folder: the secrets that have to exist", () => {
  const [status, stdout, stderr] = check([]);
  assert.equal(status, 0, stderr);
  assert.match(
    stdout,
    /npx wrangler secret put AZURE_CLIENT_SECRET\n {2}npx wrangler secret put HOOK_GITHUB_SECRET\n$/,
  );
});

test("the secrets that relay.json names for Azure", () => {
  const folder = join(root, ".wrangler", "check-secrets");
  const secret = '"secret": ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_SECRET_2"],';
  writeRelay(folder, { relay: RELAY.replace(/"azure": \{/, (text) => `${text} ${secret}`), dcr: DCR });
  const [status, stdout, stderr] = check([folder]);
  assert.equal(status, 0, stderr);
  assert.deepEqual(stdout.match(/(?<=secret put )\w+/g), [
    "AZURE_CLIENT_CERTIFICATE",
    "AZURE_CLIENT_SECRET_2",
    "HOOK_GITHUB_SECRET",
  ]);
});

test("every mistake with its path, line and column", () => {
  const [status, stdout, stderr] = check([broken]);
  assert.deepEqual([status, stdout], [1, ""]);
  const lines = stderr.trimEnd().split("\n");
  assert.equal(lines.length, 3, stderr);
  assert.match(
    stderr,
    /^\.wrangler\/check-broken\/relay\.json:\d+:\d+: .*`ActorIdd`; did you mean `ActorId`$/m,
  );
  assert.match(stderr, /^\.wrangler\/check-broken\/relay\.json:\d+:\d+: .*\.action\[|^\.wrangler.*Action/m);
  assert.equal(lines.at(-1), "2 mistakes");
});

test("a hook that wants its deliveries remembered needs the binding", () => {
  const relay = RELAY.replace('"source": "github"', '"source": "github", "dedupe": "24h"');
  for (const dedupe of [true, false]) {
    const folder = join(root, ".wrangler", `check-dedupe-${dedupe}`);
    writeRelay(folder, { relay, dcr: DCR, dedupe });
    const [status, , stderr] = check([folder]);
    assert.equal(status, dedupe ? 0 : 1, stderr);
    if (!dedupe) assert.match(stderr, /check-dedupe-false\/wrangler\.toml: the hook `github` wants `dedupe`/);
  }
});

test("a folder without the two files", () => {
  const [status, , stderr] = check([join(root, "tests")]);
  assert.equal(status, 1);
  assert.match(stderr, /^tests\/relay\.json: cannot be read: ENOENT$/m);
  assert.match(stderr, /^tests\/DCR\.json: cannot be read: ENOENT$/m);
});

test("local Azure is an endpoint under `wrangler dev` alone", () => {
  assert.equal(check([local], { WRANGLER_COMMAND: "dev" })[0], 0);
  for (const command of ["deploy", "versions upload", ""]) {
    const [status, , stderr] = check([local], { WRANGLER_COMMAND: command });
    assert.equal(status, 1, command);
    assert.match(stderr, /relay\.json:\d+:\d+: `dce_endpoint` is a loopback address/);
  }
});

test("`wrangler deploy` stops before anything is uploaded", () => {
  const args = ["deploy", "--dry-run", `--config=${join(broken, "wrangler.toml")}`];
  const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");
  const result = spawnSync(process.execPath, [wrangler, ...args], {
    cwd: root,
    env: environment({ CI: "true", WRANGLER_SEND_METRICS: "false", WRANGLER_WRITE_LOGS: "false" }),
    encoding: "utf8",
  });
  const output = result.stdout + result.stderr;
  assert.notEqual(result.status, 0, output);
  assert.match(output, /did you mean `ActorId`/);
  assert.doesNotMatch(output, /Total Upload/);
});
