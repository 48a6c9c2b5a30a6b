// `npm run chaos`: the relay on workerd while everything around it fails at random, and then the account of every event
// that was acknowledged: it is a row, it is parked, or it still waits. One that is nowhere makes the exit code 1.
//
//   npm run chaos                            for five minutes
//   npm run chaos -- --minutes 0.5 --seed 7  shorter, with the same senders and the same order of faults each time
//   npm run chaos -- --json                  prints one JSON object on stdout, everything else on stderr
//
// What runs: the built Worker under `wrangler dev`, with R2 on disk. Workerd is killed with SIGKILL and started again.
// What does not: Cloudflare's queue, and the simulator's, which dies with workerd. scripts/chaos/broker.mjs stands in
// for it, outside of workerd; tests/durable.test.mjs has the simulator's own.

import { createHmac, randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startAzure } from "./azure.mjs";
import { account } from "./chaos/account.mjs";
import { Broker } from "./chaos/broker.mjs";
import { Network, REFUSED } from "./chaos/network.mjs";
import { Random } from "./chaos/random.mjs";
import { root } from "./setup.mjs";
import { startWorker, writeRelay } from "./worker.mjs";

const STREAM = "Custom-Chaos";
const SECRETS = {
  ADMIN_TOKEN: "the token of the operators",
  AZURE_CLIENT_SECRET: "client secret",
  HOOK_EVENTS_SECRET: "the secret of events",
};
const IDS = {
  tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
  dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
};

/** So many texts of 64 KB, the longest that a column takes, make a row that fits no call. */
const WIDE = Array.from({ length: 24 }, (_, index) => `Wide${index}`);

const DCR = JSON.stringify({
  type: "Microsoft.Insights/dataCollectionRules",
  properties: {
    streamDeclarations: {
      [STREAM]: { columns: ["Who", "Text", ...WIDE].map((name) => ({ name, type: "string" })) },
    },
  },
});

const relayJson = (endpoint) =>
  JSON.stringify({
    azure: { ...IDS, dce_endpoint: endpoint, stream_name: STREAM },
    hooks: {
      events: {
        source: "hmac",
        events: ".events[]",
        columns: {
          Who: ".who",
          // An event that says so makes the core trap.
          Text: "def endless: 1 + endless; if .endless then (endless | tostring) else .text end",
          ...Object.fromEntries(WIDE.map((name, index) => [name, `.wide[${index}]?`])),
        },
      },
    },
  });

/**
 * Runs the chaos for so many seconds and waits until it is quiet. Gives the account of all events.
 *
 * @param {{seconds: number, seed: number, senders?: number, say?: (text: string) => void}} settings
 */
export async function chaos({ seconds, seed, senders = 6, say = () => {} }) {
  const random = new Random(seed);
  const faults = {};
  const note = (what) => {
    faults[what] = (faults[what] ?? 0) + 1;
  };
  const azure = await startAzure({
    dcr: DCR,
    ...IDS,
    client_secret: SECRETS.AZURE_CLIENT_SECRET,
    strict: true,
  });
  const network = new Network(new Random(random.below(2 ** 32)), note);
  await network.start(azure.url);
  const broker = new Broker(new Random(random.below(2 ** 32)), note);
  const relay = new Relay(network.url);
  try {
    await broker.start(() => relay.url);
    await relay.start(broker.url);
    say(`The relay is at ${relay.url}; senders and faults begin (seed ${seed})`);

    const events = new Map();
    const started = Date.now();
    const ends = started + seconds * 1000;
    const storm = { random, ends, azure, network, broker, relay, note, say };
    const work = Array.from({ length: senders }, (_, number) =>
      send({ random: new Random(random.below(2 ** 32)), prefix: `${seed}-${number}`, ends, relay, events, note }),
    );
    await Promise.all([...work, disturb(storm)]);

    say("The storm is over; waiting until it is quiet");
    for (let i = 0; i < 1800 && !broker.quiet; i += 1) await sleep(100);
    const result = await account({
      events,
      rows: azure.rows(STREAM),
      waiting: [...broker.messages.values()],
      relay: relay.url,
      token: SECRETS.ADMIN_TOKEN,
    });
    return { seed, seconds: Math.round((Date.now() - started) / 1000), ...result, faults, output: relay.output };
  } finally {
    await relay.stop();
    await broker.stop();
    await network.stop();
    await azure.stop();
  }
}

/** The Worker, which is killed and started again, at another port each time. */
class Relay {
  /** Null while there is none. */
  url = null;
  output = "";
  #config;
  #worker;
  #vars;

  constructor(endpoint) {
    const folder = join(root, ".wrangler", "chaos");
    rmSync(folder, { recursive: true, force: true });
    const entry = readFileSync(join(import.meta.dirname, "chaos", "entry.js"), "utf8");
    this.#config = writeRelay(folder, { relay: relayJson(endpoint), dcr: DCR, queue: true, entry });
  }

  async start(brokerUrl) {
    this.#vars ??= { DEVELOPMENT: "1", BROKER: brokerUrl, ...SECRETS };
    this.#worker = await startWorker({ config: this.#config, vars: this.#vars });
    this.url = this.#worker.url;
  }

  /** Ends workerd in the middle of whatever it does. */
  kill() {
    this.url = null;
    this.output += this.#worker.output();
    this.#worker.kill();
  }

  async stop() {
    this.url = null;
    this.output += this.#worker?.output() ?? "";
    await this.#worker?.stop();
  }

  async bucketFaults(faults) {
    const body = JSON.stringify({ down: false, ambiguous: false, ...faults });
    await fetch(`${this.url}/chaos/bucket`, { method: "POST", body }).catch(() => {});
  }
}

/** One fault after the other, in a random order in which each comes before one comes again. */
async function disturb({ random, ends, azure, network, broker, relay, note, say }) {
  const during = (set, unset) => async () => {
    await set();
    await sleep(700 + random.below(900));
    await unset();
  };
  const networkFault = (fault) =>
    during(
      () => {
        network.fault = fault;
      },
      () => {
        network.fault = "off";
      },
    );
  const queueFault = (fault) =>
    during(
      () => {
        broker.fault = fault;
      },
      () => {
        broker.fault = "off";
      },
    );
  const bucketFault = (faults) =>
    during(
      () => relay.bucketFaults(faults),
      () => relay.bucketFaults({}),
    );
  const azureFault = (...faults) => async () => {
    faults.forEach((fault) => azure.fault(fault));
    await sleep(800);
  };
  const kill = async () => {
    note("workerd: killed");
    relay.kill();
    await relay.start();
  };
  const kinds = {
    throttle: azureFault("throttle=3/1s"),
    forbid: azureFault("forbid=1s"),
    "no rule": azureFault("no-rule=1s"),
    "no stream": azureFault("no-stream=1s"),
    "tokens expire": azureFault("expire"),
    "500": azureFault("error=500x3"),
    "503": azureFault("error=503x5"),
    "Azure loses a reply": azureFault("lose-reply=1"),
    "Entra throttles": azureFault("expire", "entra-throttle=1"),
    "Entra is down": azureFault("expire", "entra-down=1"),
    "the secret expires": async () => {
      azure.fault("expire");
      await networkFault("secret revoked")();
    },
    "requests get lost": networkFault("loses requests"),
    "replies get lost": networkFault("loses replies"),
    "garbage answers": networkFault("garbage"),
    slow: networkFault("slow"),
    "the queue refuses": queueFault("refuses"),
    "the queue stores and refuses": queueFault("stores and refuses"),
    "the bucket is down": bucketFault({ down: true }),
    "the bucket stores and fails": bucketFault({ ambiguous: true }),
    kill,
  };
  let deck = [];
  let since = 0;
  while (Date.now() < ends) {
    if (deck.length === 0) deck = random.shuffle(Object.keys(kinds));
    const kind = deck.pop();
    say(`  ${kind}`);
    await kinds[kind]();
    since += 1;
    // A refusal makes an isolate wait for a minute. In a short storm another isolate has to have its turn.
    if (since % 3 === 0 && kind !== "kill") await kill();
    await sleep(300 + random.below(500));
  }
  azure.fault("off");
  await kill();
}

/** Sends one event after the other, each again until it is taken or given up. */
async function send({ random, prefix, ends, relay, events, note }) {
  for (let number = 0; Date.now() < ends; number += 1) {
    const name = `${prefix}-${number}`;
    const event = invent(random, name);
    note(`sender: ${event.kind}`);
    const body = JSON.stringify(event.body);
    const signature = createHmac("sha256", SECRETS.HOOK_EVENTS_SECRET).update(body).digest("hex");
    events.set(name, { kind: event.kind, records: event.records, acknowledged: false });
    for (let attempt = 0; attempt < 4; attempt += 1) {
      const status = relay.url === null ? 0 : await post(`${relay.url}/hooks/events`, body, signature);
      if (status === 202) {
        events.get(name).acknowledged = true;
        break;
      }
      note(status === 0 ? "sender: no answer" : `sender: heard ${status}`);
      if (Date.now() >= ends) break;
      await sleep(200 + random.below(600));
    }
    await sleep(random.below(120));
  }
}

async function post(url, body, signature) {
  try {
    const signal = AbortSignal.timeout(25_000);
    const response = await fetch(url, { method: "POST", headers: { "x-signature": signature }, body, signal });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}

/** An event with its records' names. */
function invent(random, name) {
  const records = Array.from({ length: 1 + random.below(5) }, (_, index) => `${name}.${index}`);
  const body = { events: records.map((who) => ({ who, text: "small" })) };
  const [first] = body.events;
  const kind = random.below(100);
  if (kind < 4) {
    first.text = "long ".repeat(10_000);
    body.padding = "x".repeat(200_000);
    return { kind: "an event of 250 KB", records, body };
  }
  if (kind < 6) return { kind: "an event of which the mapping makes nothing", records: [name], body: { odd: name } };
  if (kind < 8) {
    first.text = REFUSED;
    return { kind: "a row that Azure refuses", records, body };
  }
  if (kind < 9) {
    first.wide = WIDE.map(() => randomBytes(48_000).toString("base64"));
    return { kind: "a row that fits no call", records, body };
  }
  if (kind < 10) {
    first.endless = true;
    return { kind: "an event on which the core traps", records, body };
  }
  return { kind: "a small event", records, body };
}

/** The account as people read it. */
export function table({ seed, seconds, counts, parked, missing, faults }) {
  const lines = [`Seed ${seed}, ${seconds} s`, ""];
  const add = (what, count) => lines.push(`${String(count).padStart(8)}  ${what}`);
  add("events acknowledged", counts.acknowledged);
  add("records of them", counts.records);
  add("  in the table", counts.delivered);
  add("  parked", counts.parked);
  add("  still waiting in the queue", counts.waiting);
  add("  missing", missing.length);
  add("rows that are there more than once", counts.duplicates);
  lines.push("", "Parked messages by reason");
  for (const [reason, count] of Object.entries(parked).sort()) add(reason, count);
  lines.push("", "What happened");
  for (const [fault, count] of Object.entries(faults).sort()) add(fault, count);
  if (missing.length > 0) lines.push("", "Missing:", ...missing.map((who) => `  ${who}`));
  return lines.join("\n");
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "5" },
      seed: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? Date.now() % 1_000_000)];
  if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0) {
    process.stderr.write("--minutes wants a number above 0, --seed a whole number\n");
    process.exit(2);
  }
  const { buildLocal, buildWorker } = await import("./build.mjs");
  await buildWorker();
  await buildLocal();
  const out = values.json ? process.stderr : process.stdout;
  const { output, ...result } = await chaos({ seconds: minutes * 60, seed, say: (text) => out.write(`${text}\n`) });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `\n${table(result)}\n`);
  process.exitCode = result.missing.length === 0 && result.counts.records > 0 ? 0 : 1;
}
