// Runs a relay on workerd, as `wrangler dev` runs it.

import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { environment, root } from "./setup.mjs";

const wrangler = join(root, "node_modules", "wrangler", "bin", "wrangler.js");

/** The runtime that a relay is deployed with: those lines of wrangler.toml. */
const COMPATIBILITY = readFileSync(join(root, "wrangler.toml"), "utf8")
  .match(/^compatibility_.*$/gm)
  .join("\n");

/** No questions, no telemetry, no look-ups on the network: a test needs loopback and nothing else. */
const QUIET = {
  CI: "true",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  NO_COLOR: "1",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_LOG: "log",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_WRITE_LOGS: "false",
};

// Killed or interrupted, a script still runs its exit handlers, which end what it started.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
]) {
  process.once(signal, () => process.exit(process.exitCode ?? code));
}

/** A TCP port of loopback that nothing uses at the moment: the first one from `from` on, or any. */
export async function freePort(from = 0) {
  for (let port = from; ; port += 1) {
    const server = createServer();
    const error = await new Promise((resolve) => {
      server.once("error", resolve);
      server.listen(port, "127.0.0.1", () => resolve(null));
    });
    if (error === null) {
      const found = server.address().port;
      await new Promise((resolve) => server.close(resolve));
      return found;
    }
    if (error.code !== "EADDRINUSE" || port === 65_535) throw error;
  }
}

const ENTRY = readFileSync(join(root, "examples", "github", "index.js"), "utf8");

/** What a relay with a queue is bound to besides; as in the wrangler.toml of the repository, but quicker. */
const QUEUE = `
[vars]
QUEUE_RETENTION_HOURS = "336"

[[queues.producers]]
binding = "QUEUE"
queue = "relay"

[[queues.consumers]]
queue = "relay"
max_batch_size = 100
max_batch_timeout = 1
max_retries = 100
retry_delay = 5
dead_letter_queue = "relay-dead-letters"

[[queues.consumers]]
queue = "relay-dead-letters"
max_batch_size = 100
max_batch_timeout = 1
max_retries = 100
retry_delay = 5

[[r2_buckets]]
binding = "BUCKET"
bucket_name = "relay"
`;

/** The Durable Object that remembers deliveries. */
const DEDUPE = `
[[durable_objects.bindings]]
name = "DEDUPE"
class_name = "Dedupe"

[[migrations]]
tag = "dedupe"
new_sqlite_classes = ["Dedupe"]
`;

/**
 * Writes a relay that wrangler can run to `folder`, which has to be below the repository: its entry finds the built
 * Worker there. With `queue` it has a queue and a bucket, with `dedupe` a window; `more` is what its
 * wrangler.toml has besides, and `entry` the text of another entry than that of the examples. Gives the path of its
 * wrangler.toml.
 */
export function writeRelay(folder, { relay, dcr, queue = false, dedupe = false, more = "", entry = ENTRY }) {
  const settings = `name = "relay"
main = "index.js"
${COMPATIBILITY}
rules = [{ type = "Text", globs = ["**/relay.json", "**/DCR.json"], fallthrough = true }]
${queue ? QUEUE : ""}${dedupe ? DEDUPE : ""}${more}`;
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of [
    ["wrangler.toml", settings],
    ["index.js", entry],
    ["relay.json", relay],
    ["DCR.json", dcr],
  ]) {
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "wrangler.toml");
}

/**
 * Starts the Worker of a wrangler configuration and waits until it answers.
 *
 * `config` is the path of the wrangler.toml; `vars` become `--var`s, which is where secrets go too; `cwd` is where its
 * build command runs.
 * Gives its `url`, `output()` (all that it wrote so far), `stop()`, which ends every process that it started, and
 * `kill()`, which does so with SIGKILL.
 */
export async function startWorker({ config, port, vars = {}, timeout = 60_000, cwd = root }) {
  port ??= await freePort();
  const args = [wrangler, "dev", `--config=${config}`, "--local", "--ip=127.0.0.1", `--port=${port}`];
  args.push(`--inspector-port=${await freePort()}`, "--show-interactive-dev-session=false");
  for (const [name, value] of Object.entries(vars)) args.push("--var", `${name}:${value}`);

  // A process group of its own, so that workerd and esbuild end with wrangler.
  const child = spawn(process.execPath, args, {
    cwd,
    env: environment(QUIET),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let ended = false;
  let notice = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      output += text;
      notice();
    });
  }
  const closed = new Promise((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
      resolve();
    });
    child.on("exit", resolve);
  }).then(() => {
    ended = true;
    notice();
  });

  const signal = (name) => {
    try {
      process.kill(-child.pid, name);
    } catch {
      // The group is gone already.
    }
  };
  const kill = () => {
    signal("SIGKILL");
    process.removeListener("exit", kill);
  };
  process.once("exit", kill);

  const stop = async () => {
    signal("SIGTERM");
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    kill();
    child.stdout.destroy();
    child.stderr.destroy();
  };

  const url = `http://127.0.0.1:${port}`;
  const ready = new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), timeout);
    notice = () => {
      if (!ended && !output.includes("Ready on ")) return;
      clearTimeout(timer);
      resolve(!ended);
    };
    notice();
  });
  if (!(await ready)) {
    const reason = ended ? "ended" : `was not ready within ${timeout} ms`;
    await stop();
    throw new Error(`wrangler dev for ${config} ${reason}:\n${output}`);
  }
  return { url, stop, kill, output: () => output };
}
