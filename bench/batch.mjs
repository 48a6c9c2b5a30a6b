// The consumer of the queue: ccf-edge and JavaScript, each given the same batches by a stand-in for the queue.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { batches, MESSAGES } from "./batches.mjs";
import { cpu, startWorker } from "./processes.mjs";
import { demand, expectedRow, rowsOf } from "./rows.mjs";
import { configureConsumer, out } from "./workers.mjs";

const CONSUMERS = {
  relay: "ccf-edge",
  tuned: "tuned JavaScript",
  limit: "limit: take, call, log, acknowledge",
  floor: "floor: acknowledge and no more",
};

/** Azure's limit of one call, in bytes. */
const LARGEST_CALL = 1_048_576;

// A queue gives an isolate a few batches at once.
const CONNECTIONS = 2;

/** Measures the consumers: `{ result, table }`. */
export async function measureBatches(plan, upstream, load, say) {
  const all = batches();
  const names = Object.keys(CONSUMERS);
  const workers = {};
  for (const name of names) {
    workers[name] = await startWorker(name, await configureConsumer(name, upstream.port, all));
  }
  for (const path of ["bench", "full"]) {
    writeFileSync(requestFile(path), `GET /${path} HTTP/1.1\r\nHost: queue.example\r\n\r\n`);
  }
  say("checking that every consumer does the job");
  for (const name of ["relay", "tuned"]) {
    await verify(name, workers[name], all.bench, upstream);
  }
  const fill = await fillOf(workers.relay, all.full[0], upstream);

  say("measuring batches");
  const rounds = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) {
    await round(name, workers[name], plan.warmUpBatches, upstream, load);
  }
  for (let i = 0; i < plan.rounds; i++) {
    const order = names.slice();
    order.push(...order.splice(0, i % order.length));
    for (const name of order) {
      rounds[name].push(await round(name, workers[name], plan.batches, upstream, load));
    }
  }
  for (const { stop } of Object.values(workers)) {
    stop();
  }
  const result = summary(rounds, fill);
  return { result, table: table(result, plan) };
}

function requestFile(path) {
  return join(out, `${path}.batch.http`);
}

async function deliver(name, { address }, path) {
  const answer = await fetch(`http://${address}/${path}`);
  const text = await answer.text();
  if (answer.status !== 200) {
    throw new Error(`the consumer ${name}: ${text}`);
  }
  return text;
}

// Every batch in turn: all its messages acknowledged, and its rows what its events demand, in one call.
async function verify(name, worker, groups, upstream) {
  const seen = new Set();
  for (let i = 0; i < groups.length; i++) {
    await upstream.ask("record");
    const turn = Number(await deliver(name, worker, "bench"));
    const call = await upstream.ask("last");
    const sizes = JSON.parse(await upstream.ask("sizes"));
    await upstream.ask("measure");
    try {
      const rows = rowsOf(call);
      const expected = groups[turn].flatMap((message) => message.rows.map(expectedRow));
      if (sizes.length !== 1 || rows.length !== expected.length) {
        throw new Error(`${sizes.length} calls, the last with ${rows.length} rows`);
      }
      rows.forEach((row, index) => {
        demand(row, expected[index]);
      });
    } catch (error) {
      throw new Error(`the consumer ${name}: ${error.message}`);
    }
    seen.add(turn);
  }
  if (seen.size !== groups.length) {
    throw new Error("the stand-in for the queue did not give every batch");
  }
}

/** How full each call is but the last, when a batch has more than enough. */
async function fillOf(worker, messages, upstream) {
  await upstream.ask("record");
  await deliver("relay", worker, "full");
  const sizes = JSON.parse(await upstream.ask("sizes"));
  await upstream.ask("measure");
  const raw = messages.flatMap(({ rows }) => rows).reduce((sum, { body }) => sum + body.length, 0);
  if (sizes.length < 2 || sizes.some((size) => size > LARGEST_CALL)) {
    throw new Error(`${raw} bytes of events became calls of ${sizes.join(", ")} bytes`);
  }
  return sizes.slice(0, -1).map((size) => rounded(size / LARGEST_CALL, 4));
}

/** The CPU of a round, in µs for each event. */
async function round(name, { address, pid }, count, upstream, load) {
  const arrived = await upstream.count();
  const start = cpu(pid);
  const { not_2xx } = await load.run("run", address, CONNECTIONS, count, requestFile("bench"));
  const used = cpu(pid) - start;
  const sent = (await upstream.count()) - arrived;
  if (not_2xx > 0 || sent !== (name === "floor" ? 0 : count)) {
    throw new Error(
      `the consumer ${name}: ${count} batches, ${not_2xx} not acknowledged, ${sent} calls upstream`,
    );
  }
  return used / (count * MESSAGES);
}

function summary(rounds, fill) {
  // The rounds of one turn are neighbours in time, so what is made of them is free of the machine's drift.
  const each = (value) => median(rounds.relay.map((_, i) => value(i)));
  const over = (name, i) => rounds[name][i] - rounds.floor[i];
  const perEvent = (value) =>
    Object.fromEntries(Object.keys(CONSUMERS).map((name) => [name, rounded(median(value(name)), 2)]));
  return {
    batch_cpu_vs_javascript: rounded(
      each((i) => over("relay", i) / over("tuned", i)),
      3,
    ),
    batch_cpu_vs_javascript_with_floor: rounded(
      each((i) => rounds.relay[i] / rounds.tuned[i]),
      3,
    ),
    batch_limit_vs_javascript: rounded(
      each((i) => over("limit", i) / over("tuned", i)),
      3,
    ),
    batch_cpu_us: perEvent((name) => rounds[name]),
    batch_call_fill: fill,
  };
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function rounded(value, digits) {
  return Number(value.toFixed(digits));
}

function table(result, plan) {
  const line = (name, value) => `  ${name}`.padEnd(34) + value.padStart(9);
  const fill = result.batch_call_fill;
  return [
    `a batch of ${MESSAGES} events of 8 KB: CPU of workerd, µs an event`,
    ...Object.entries(CONSUMERS).map(([name, text]) => line(text, result.batch_cpu_us[name].toFixed(1))),
    "CPU of ccf-edge as a multiple of tuned JavaScript",
    line("over the floor", result.batch_cpu_vs_javascript.toFixed(2)),
    line("with the floor in both", result.batch_cpu_vs_javascript_with_floor.toFixed(2)),
    line("the limit, over the floor", result.batch_limit_vs_javascript.toFixed(2)),
    `calls of a batch of ${fill.length + 1} calls filled to ${(100 * Math.min(...fill)).toFixed(1)}% at least`,
    `medians of ${plan.rounds} interleaved rounds of ${plan.batches} batches`,
  ].join("\n");
}
