// `npm start`, as a newcomer runs it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { environment, root } from "../scripts/setup.mjs";

/** Runs scripts/start.mjs; `until` is a text of its stdout after which `then` is called with the process. */
async function start(args, until, then) {
  const child = spawn(process.execPath, [join(root, "scripts", "start.mjs"), ...args], {
    env: environment(),
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"]) {
    child[name].setEncoding("utf8");
    child[name].on("data", (text) => {
      const before = output[name];
      output[name] += text;
      if (
        name === "stdout" &&
        until !== undefined &&
        !before.includes(until) &&
        output.stdout.includes(until)
      ) {
        then(child, output.stdout);
      }
    });
  }
  const code = await new Promise((resolve) => child.on("close", resolve));
  return { code, ...output };
}

test("--once --json: every sample becomes a row, and stdout is one JSON object", async () => {
  const { code, stdout, stderr } = await start(["--once", "--json"]);
  assert.equal(code, 0, stderr);
  const { deliveries, rows, losses, rejections, stored, forged } = JSON.parse(stdout);
  assert.deepEqual(
    { deliveries, rows, losses, rejections, stored, forged },
    { deliveries: 329, rows: 329, losses: 0, rejections: 0, stored: 329, forged: 401 },
  );
});

test("it stays up for the curl line that it shows, and Ctrl-C ends it", async () => {
  let answer;
  const { code, stdout, stderr } = await start([], "Ctrl-C stops", (child, stdout) => {
    const line = /curl -i(?:[^\n]*\\\n)*[^\n]*/.exec(stdout)[0];
    answer = spawnSync("sh", ["-c", line], { encoding: "utf8" });
    child.kill("SIGINT");
  });
  assert.equal(code, 0, stderr);
  assert.match(answer.stdout, /^HTTP\/1\.1 200 OK\r\n[\s\S]*"rows":1,"losses":0\}$/, answer.stderr);
  const url = /(http:\S+)\/healthz/.exec(stdout)[1];
  await assert.rejects(fetch(url), "nothing listens any longer");
});

test("a port that is taken is said so, before anything is started", async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const { code, stdout, stderr } = await start(["--once", "--json", "--port", String(port)]);
  server.close();
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(stderr, new RegExp(`port ${port} is taken; the next free one is --port \\d+`));
});

test("an option that does not exist is said so", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts", "start.mjs"), "--onec"], {
    encoding: "utf8",
  });
  assert.equal(status, 1);
  assert.match(stderr, /--onec/);
});
