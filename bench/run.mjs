// npm run bench: the relay beside what one would write instead, on workerd directly. README.md says how to read it.

import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs, promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { payloads } from "./payloads.mjs";
import { configure, isBuilt, out, relayModules, VARIANTS, wasm, workerd } from "./workers.mjs";

const USAGE = `usage: npm run bench -- [--quick] [--json] [--variant NAME]... [--size SIZE]...
  --quick          fewer and shorter rounds; the figures scatter more
  --json           print one JSON object on standard output
  --variant NAME   only this Worker: ${Object.keys(VARIANTS).join(", ")}
  --size SIZE      only this payload: 1KB, 8KB, 25KB, 200KB`;

const CONNECTIONS = 32;

// Odd, so that a median is a measured value. The first requests of a Worker run before V8 has optimised anything.
const FULL = { rounds: 9, requests: 1500, warmUp: 6000, starts: 15 };
const QUICK = { rounds: 5, requests: 800, warmUp: 3000, starts: 5 };

// 200 KB take longer, and its rounds are as long with fewer requests.
const SHARE = { "200KB": 0.4 };

const stops = [];

try {
  await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) {
    stop();
  }
}

async function main() {
  const { json, plan, sizes, variants } = options();
  const say = (text) => process.stderr.write(`${text}\n`);
  mkdirSync(out, { recursive: true });

  say("building the load generator");
  const load = buildLoad();
  const upstream = await startUpstream(load);
  const cases = payloads().filter(({ size }) => sizes.includes(size));
  for (const { size, request } of cases) {
    writeFileSync(requestFile(size), request);
  }

  const workers = {};
  for (const variant of variants) {
    workers[variant] = await startWorker(variant, upstream.port);
  }
  say("checking that every Worker does the job");
  for (const variant of variants) {
    for (const payload of cases) {
      await verify(variant, workers[variant], payload, upstream, load);
    }
  }

  const measured = await measure(workers, cases, plan, upstream, load, say);
  for (const { stop } of Object.values(workers)) {
    stop();
  }
  const result = { ...summary(measured, variants, cases), ...(variants.includes("relay") ? weights() : {}) };
  const started = variants.filter((variant) => variant === "relay" || variant === "tuned");
  if (started.length > 0) {
    say("cold starts");
    Object.assign(result, await coldStarts(started, cases[0], plan, upstream, load));
  }
  console.log(json ? JSON.stringify(result) : table(result, variants, cases, plan));
}

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        help: { type: "boolean" },
        json: { type: "boolean", default: false },
        quick: { type: "boolean", default: false },
        size: { type: "string", multiple: true },
        variant: { type: "string", multiple: true },
      },
    }));
  } catch (error) {
    throw new Error(`${error.message}\n${USAGE}`);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const choose = (asked, all, what) => {
    const unknown = asked?.find((name) => !all.includes(name));
    if (unknown) {
      throw new Error(`there is no ${what} ${unknown}\n${USAGE}`);
    }
    return asked ? all.filter((name) => asked.includes(name)) : all;
  };
  const variants = choose(values.variant, Object.keys(VARIANTS), "variant");
  if (variants.includes("relay") && !isBuilt()) {
    throw new Error(
      "the relay is not built: run `npm run build` first, or measure the others with --variant",
    );
  }
  if (!existsSync(workerd)) {
    throw new Error("workerd is not installed: run `npm install` first");
  }
  const sizes = choose(values.size, ["1KB", "8KB", "25KB", "200KB"], "size");
  return { json: values.json, plan: values.quick ? QUICK : FULL, sizes, variants };
}

// ---- processes

function buildLoad() {
  const manifest = fileURLToPath(new URL("./load/Cargo.toml", import.meta.url));
  const target = join(out, "load");
  const cargo = [
    "build",
    "--release",
    "--quiet",
    "--locked",
    "--manifest-path",
    manifest,
    "--target-dir",
    target,
  ];
  execFileSync("cargo", cargo, { stdio: ["ignore", "ignore", "inherit"] });
  const program = join(target, "release/load");
  const run = promisify(execFile);
  return {
    program,
    run: async (...words) => JSON.parse((await run(program, words.map(String))).stdout),
  };
}

async function startUpstream({ program }) {
  const child = spawn(program, ["upstream"], { stdio: ["pipe", "pipe", "inherit"] });
  stops.push(() => child.kill());
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  const ask = async (what) => {
    const response = await fetch(`http://127.0.0.1:${port}/control/${what}`);
    return Buffer.from(await response.arrayBuffer());
  };
  return { port, ask, count: async () => Number(await ask("count")) };
}

async function startWorker(variant, port) {
  const { address, command } = await configure(variant, port);
  // The relay logs a line for each delivery; where that goes is not part of what is measured.
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "ignore", "inherit"] });
  const stop = () => child.kill("SIGKILL");
  stops.push(stop);
  for (let tries = 0; child.exitCode === null && tries < 400; tries++) {
    try {
      await fetch(`http://${address}/`);
      return { address, pid: child.pid, stop };
    } catch {
      await sleep(25);
    }
  }
  throw new Error(`workerd does not serve ${variant}`);
}

function requestFile(size) {
  return join(out, `${size}.http`);
}

// CPU time of a process in µs, user and system: what its threads ran, which the kernel also knows in ns.
// /proc/<pid>/stat has the same sum in ticks of 10 ms, too coarse for a round of half a second.
function cpu(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = (thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
  return threads.reduce((sum, thread) => sum + ran(thread), 0) / 1000;
}

// ---- checking

// The upstream answers late here, so that an answer to the sender that does not wait for the 204 is noticed.
async function verify(variant, worker, payload, upstream, load) {
  const fail = (what) => {
    throw new Error(`${variant} at ${payload.size}: ${what}`);
  };
  // The first request may bring the token with it.
  await load.run("run", worker.address, 1, 1, requestFile(payload.size));
  await upstream.ask("record");
  const { not_2xx, seconds } = await load.run("run", worker.address, 1, 1, requestFile(payload.size));
  const kept = await upstream.ask("last");
  const before = await upstream.count();
  const forged = await post(worker, payload, `sha256=${"0".repeat(64)}`);
  const sent = (await upstream.count()) - before;
  await upstream.ask("measure");
  if (not_2xx > 0) {
    const answer = await post(worker, payload, payload.signature);
    fail(`the signed webhook was answered with ${answer.status} ${await answer.text()}`);
  }
  if (seconds < 0.15) {
    fail("the sender was answered before the upstream had taken the row");
  }
  if (variant === "floor") {
    return;
  }
  if (forged.status !== 401 || sent > 0) {
    fail(`a forged webhook was answered with ${forged.status} and ${sent} rows were sent`);
  }
  const end = kept.indexOf("\r\n\r\n");
  const head = kept.subarray(0, end).toString("latin1");
  const gzipped = /^content-encoding: *gzip\r?$/im.test(head);
  const bytes = kept.subarray(end + 4);
  const rows = JSON.parse((gzipped ? gunzipSync(bytes) : bytes).toString());
  const line =
    /^POST \/dataCollectionRules\/dcr-\w+\/streams\/Custom-GitHubEvents\?api-version=2023-01-01 HTTP/;
  if (!line.test(head)) {
    fail(`the call went to ${head.split("\r\n")[0]}`);
  }
  if (
    !/^authorization: Bearer eyJ\w+\.\w+\r?$/im.test(head) ||
    !/^content-type: application\/json/im.test(head)
  ) {
    fail("the call lacks its token or its content type");
  }
  if (!Array.isArray(rows) || rows.length !== 1) {
    fail("the body is not an array of one row");
  }
  const wrong = difference(rows[0], expectedRow(payload));
  if (wrong) {
    fail(`the column ${wrong} holds ${JSON.stringify(rows[0][wrong])}`);
  }
}

function post({ address }, { body, delivery, event }, signature) {
  return fetch(`http://${address}/hooks/github`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": delivery,
      "x-hub-signature-256": signature,
    },
    body,
  });
}

function expectedRow({ body, delivery, event }) {
  const { action, organization, ref, repository, sender } = JSON.parse(body);
  const created = repository.created_at;
  return {
    EventTime: Date.now(),
    EventType: event,
    DeliveryId: delivery,
    Action: action,
    Actor: sender.login,
    ActorId: sender.id,
    Repository: repository.full_name,
    RepositoryId: repository.id,
    Organization: organization.login,
    Ref: ref,
    Private: repository.private,
    CreatedAt: typeof created === "number" ? created * 1000 : Date.parse(created),
    Url: repository.html_url,
    Sender: sender,
  };
}

// The first column that differs. A column without a value may be null or absent; instants are compared as such.
function difference(row, expected) {
  const instant = (text) => (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN);
  return [...new Set([...Object.keys(expected), ...Object.keys(row)])].find((column) => {
    const is = row[column] ?? null;
    const should = expected[column] ?? null;
    if (column === "EventTime") {
      return !(Math.abs(instant(is) - should) < 60_000);
    }
    return column === "CreatedAt" ? instant(is) !== should : !isDeepStrictEqual(is, should);
  });
}

// ---- measuring

async function measure(workers, cases, plan, upstream, load, say) {
  const measured = {};
  for (const { size } of cases) {
    const share = SHARE[size] ?? 1;
    const rounds = Object.fromEntries(Object.keys(workers).map((variant) => [variant, []]));
    measured[size] = rounds;
    say(`measuring ${size}`);
    for (const variant of Object.keys(workers)) {
      await round(variant, workers[variant], size, Math.round(plan.warmUp * share), upstream, load);
    }
    for (let i = 0; i < plan.rounds; i++) {
      // Each round begins with another variant, so that none always follows the same one.
      const order = Object.keys(workers);
      order.push(...order.splice(0, i % order.length));
      for (const variant of order) {
        const requests = Math.round(plan.requests * share);
        rounds[variant].push(await round(variant, workers[variant], size, requests, upstream, load));
      }
    }
  }
  return measured;
}

async function round(variant, { address, pid }, size, requests, upstream, load) {
  const arrived = await upstream.count();
  const start = cpu(pid);
  const { not_2xx, seconds } = await load.run("run", address, CONNECTIONS, requests, requestFile(size));
  const used = cpu(pid) - start;
  const sent = (await upstream.count()) - arrived;
  if (not_2xx > 0 || sent !== requests) {
    throw new Error(
      `${variant} at ${size}: ${requests} webhooks, ${not_2xx} without 2xx, ${sent} calls upstream`,
    );
  }
  return { cpu: used / requests, rate: requests / seconds };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function summary(measured, variants, cases) {
  const each = (value) =>
    Object.fromEntries(
      variants.map((variant) => [
        variant,
        Object.fromEntries(cases.map(({ size }) => [size, median(measured[size][variant].map(value))])),
      ]),
    );
  // The rounds of one turn are neighbours in time, so their ratio is free of the machine's drift.
  const ratio = (size, other) =>
    median(measured[size].relay.map((round, i) => round.cpu / measured[size][other][i].cpu));
  const against = (other) =>
    variants.includes("relay") && variants.includes(other)
      ? Object.fromEntries(cases.map(({ size }) => [size, rounded(ratio(size, other), 3)]))
      : undefined;
  const all = (table, digits) =>
    Object.fromEntries(
      Object.entries(table).map(([variant, row]) => [
        variant,
        Object.fromEntries(Object.entries(row).map(([size, value]) => [size, rounded(value, digits)])),
      ]),
    );
  return {
    cpu_vs_javascript: against("tuned"),
    cpu_vs_first: against("first"),
    cpu_vs_floor: against("floor"),
    cpu_us: all(
      each((round) => round.cpu),
      1,
    ),
    requests_per_second: all(
      each((round) => round.rate),
      0,
    ),
  };
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

// ---- weight and start

function weights() {
  const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
  return {
    wasm_gzip_bytes: gzipped(readFileSync(wasm)),
    bundle_gzip_bytes: relayModules().reduce((sum, [, bytes]) => sum + gzipped(bytes), 0),
  };
}

// From the start of workerd to the first 2xx, the token's call included, less the same of a Worker that does nothing.
async function coldStarts(variants, { size }, plan, upstream, load) {
  const all = ["hello", ...variants];
  const times = Object.fromEntries(all.map((variant) => [variant, []]));
  for (let i = 0; i < plan.starts; i++) {
    for (const variant of all) {
      const { address, command } = await configure(variant, upstream.port);
      times[variant].push(await load.run("first", address, requestFile(size), ...command));
    }
  }
  const over = (variant) =>
    times[variant] ? rounded(median(times[variant].map((time, i) => time - times.hello[i])), 1) : undefined;
  return {
    cold_start_ms: over("relay"),
    cold_start_javascript_ms: over("tuned"),
    cold_start_hello_ms: rounded(median(times.hello), 1),
  };
}

// ---- report

function table(result, variants, cases, plan) {
  const sizes = cases.map(({ size }) => size);
  const line = (name, cells) => name.padEnd(26) + cells.map((cell) => String(cell).padStart(9)).join("");
  const rows = (values, text) =>
    Object.entries(values).map(([name, row]) =>
      line(
        `  ${VARIANTS[name] ?? name}`,
        sizes.map((size) => text(row[size])),
      ),
    );
  const ratios = {
    "tuned JavaScript": result.cpu_vs_javascript,
    "first JavaScript": result.cpu_vs_first,
    "the floor": result.cpu_vs_floor,
  };
  const known = Object.fromEntries(Object.entries(ratios).filter(([, row]) => row));
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
  const text = [
    line("", sizes),
    "CPU of workerd, µs a request",
    ...rows(result.cpu_us, (value) => value.toFixed(0)),
    "requests a second",
    ...rows(result.requests_per_second, (value) => value.toFixed(0)),
  ];
  if (Object.keys(known).length > 0) {
    text.push("CPU of ccf-edge as a multiple of", ...rows(known, (value) => value.toFixed(2)));
  }
  text.push("");
  if (variants.includes("relay")) {
    text.push(
      `wasm ${kilobytes(result.wasm_gzip_bytes)} gzip, ${kilobytes(result.bundle_gzip_bytes)} with its JavaScript`,
      `cold start ${result.cold_start_ms} ms over a hello Worker's ${result.cold_start_hello_ms} ms`,
    );
  }
  if (variants.includes("tuned")) {
    text.push(`cold start of tuned JavaScript ${result.cold_start_javascript_ms} ms over it`);
  }
  text.push(
    `medians of ${plan.rounds} interleaved rounds, ${CONNECTIONS} connections, ${availableParallelism()} cores`,
  );
  return text.join("\n");
}
