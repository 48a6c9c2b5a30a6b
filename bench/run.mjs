// npm run bench: the relay beside what one would write instead, on workerd directly. README.md says how to read it.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { measureBatches } from "./batch.mjs";
import { payloads } from "./payloads.mjs";
import { buildLoad, cpu, startUpstream, startWorker, stopAll } from "./processes.mjs";
import { demand, expectedRow, rowsOf } from "./rows.mjs";
import { configure, HOLLOW, isBuilt, out, relayModules, VARIANTS, wasm, workerd } from "./workers.mjs";

const USAGE = `usage: npm run bench -- [--quick] [--json] [--only PART] [--variant NAME]... [--size SIZE]...
  --quick          fewer and shorter rounds; the figures scatter more
  --json           print one JSON object on standard output
  --only PART      only the webhooks, \`webhooks\`, or only the queue's consumer, \`batch\`
  --variant NAME   only this Worker: ${Object.keys(VARIANTS).join(", ")}
  --size SIZE      only this payload: 1KB, 8KB, 25KB, 200KB
A Worker or a payload that is chosen leaves the consumer out.`;

const PARTS = ["webhooks", "batch"];

const CONNECTIONS = 32;

// Two starts of one Worker differ by more than two of its rounds, so that each Worker has several lives with some of the
// rounds each. Odd products, so that a median is a measured value. V8 goes on optimising a Worker for its first twenty
// thousand requests.
const FULL = {
  lives: 5,
  rounds: 5,
  requests: 1200,
  warmUp: 20_000,
  starts: 15,
  batches: 120,
  warmUpBatches: 500,
};
const QUICK = {
  lives: 1,
  rounds: 5,
  requests: 800,
  warmUp: 6000,
  starts: 5,
  batches: 100,
  warmUpBatches: 300,
};

/** What of the warm-up the sizes after the first take. */
const WARM = 0.2;

// 200 KB take longer, and its rounds are as long with fewer requests.
const SHARE = { "200KB": 0.4 };

try {
  await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  stopAll();
}

async function main() {
  const { json, parts, plan, sizes, variants } = options();
  const say = (text) => process.stderr.write(`${text}\n`);
  mkdirSync(out, { recursive: true });

  say("building the load generator");
  const load = buildLoad();
  const upstream = await startUpstream(load);
  const result = {};
  const tables = [];
  if (parts.includes("webhooks")) {
    const cases = payloads().filter(({ size }) => sizes.includes(size));
    Object.assign(result, await measureWebhooks(variants, cases, plan, upstream, load, say));
    tables.push(table(result, variants, cases, plan));
  }
  if (parts.includes("batch")) {
    const batch = await measureBatches(plan, upstream, load, say);
    Object.assign(result, batch.result);
    tables.push(batch.table);
  }
  console.log(json ? JSON.stringify(result) : tables.join("\n\n"));
}

async function measureWebhooks(variants, cases, plan, upstream, load, say) {
  for (const { size, request } of cases) {
    writeFileSync(requestFile(size), request);
  }

  const measured = {};
  for (const { size } of cases) {
    measured[size] = Object.fromEntries(variants.map((variant) => [variant, []]));
  }
  for (let life = 0; life < plan.lives; life++) {
    const workers = {};
    // Each life begins with another Worker: the first one to start has no advantage.
    for (const variant of turned(variants, life)) {
      workers[variant] = await startWorker(variant, await configure(variant, upstream.port));
    }
    say(`life ${life + 1} of ${plan.lives}: checking that every Worker does the job`);
    for (const variant of variants) {
      for (const payload of cases) {
        await verify(variant, workers[variant], payload, upstream, load);
      }
    }
    await measure(workers, cases, measured, plan, upstream, load, say);
    for (const { stop } of Object.values(workers)) {
      stop();
    }
  }
  const result = { ...summary(measured, variants, cases), ...(variants.includes("relay") ? weights() : {}) };
  const started = variants.filter((variant) => variant === "relay" || variant === "tuned");
  if (started.length > 0) {
    say("cold starts");
    Object.assign(result, await coldStarts(started, cases[0], plan, upstream, load));
  }
  return result;
}

function options() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        help: { type: "boolean" },
        json: { type: "boolean", default: false },
        only: { type: "string" },
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
  const all = values.variant || values.size ? PARTS.slice(0, 1) : PARTS;
  const parts = choose(values.only && [values.only], values.only ? PARTS : all, "part");
  const variants = choose(values.variant, Object.keys(VARIANTS), "variant");
  if ((variants.includes("relay") || parts.includes("batch")) && !isBuilt()) {
    throw new Error(
      "the relay is not built: run `npm run build` first, or measure the others with --variant",
    );
  }
  if (!existsSync(workerd)) {
    throw new Error("workerd is not installed: run `npm install` first");
  }
  const sizes = choose(values.size, ["1KB", "8KB", "25KB", "200KB"], "size");
  return { json: values.json, parts, plan: values.quick ? QUICK : FULL, sizes, variants };
}

function requestFile(size) {
  return join(out, `${size}.http`);
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
  // The clock of the load generator may start late by some milliseconds on a busy machine.
  if (seconds < 0.1) {
    fail("the sender was answered before the upstream had taken the row");
  }
  if (HOLLOW.includes(variant)) {
    return;
  }
  if (forged.status !== 401 || sent > 0) {
    fail(`a forged webhook was answered with ${forged.status} and ${sent} rows were sent`);
  }
  try {
    const rows = rowsOf(kept);
    if (rows.length !== 1) {
      throw new Error("the body is not an array of one row");
    }
    demand(rows[0], expectedRow({ ...payload, received: Date.now() }), 60_000);
  } catch (error) {
    fail(error.message);
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

// ---- measuring

/** Adds the rounds of one life to those of the others. */
async function measure(workers, cases, measured, plan, upstream, load, say) {
  const variants = Object.keys(workers);
  for (const [index, { size }] of cases.entries()) {
    const share = SHARE[size] ?? 1;
    say(`measuring ${size}`);
    const warmUp = Math.round(plan.warmUp * share * (index === 0 ? 1 : WARM));
    for (const variant of variants) {
      await round(variant, workers[variant], size, warmUp, upstream, load);
    }
    for (let i = 0; i < plan.rounds; i++) {
      // Each round begins with another Worker and every other one goes backwards, so that none always follows the same.
      const order = turned(variants, i);
      for (const variant of i % 2 === 0 ? order : order.reverse()) {
        const requests = Math.round(plan.requests * share);
        measured[size][variant].push(await round(variant, workers[variant], size, requests, upstream, load));
      }
    }
  }
}

/** The list, beginning with another of its members. */
function turned(list, by) {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
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
  const ratio = (size, one, other) =>
    median(measured[size][one].map((round, i) => round.cpu / measured[size][other][i].cpu));
  const against = (other, one = "relay") =>
    variants.includes(one) && variants.includes(other)
      ? Object.fromEntries(cases.map(({ size }) => [size, rounded(ratio(size, one, other), 3)]))
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
    limit_vs_javascript: against("tuned", "limit"),
    limit_vs_floor: against("floor", "limit"),
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
  const limits = { "tuned JavaScript": result.limit_vs_javascript, "the floor": result.limit_vs_floor };
  const given = Object.fromEntries(Object.entries(limits).filter(([, row]) => row));
  if (Object.keys(given).length > 0) {
    text.push("CPU of the limit as a multiple of", ...rows(given, (value) => value.toFixed(2)));
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
    `medians of ${plan.lives * plan.rounds} interleaved rounds in ${plan.lives} lives, ${CONNECTIONS} connections, ${availableParallelism()} cores`,
  );
  return text.join("\n");
}
