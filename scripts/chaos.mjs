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
import { GARBAGE, Network, REFUSED } from "./chaos/network.mjs";
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
 * Runs the chaos for so many seconds, or until each fault has struck once if that takes longer, and waits until it is
 * quiet. Gives the account of all events.
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
    const storm = { random, faults, azure, network, broker, relay, note, say, over: false };
    const work = Array.from({ length: senders }, (_, number) =>
      send(storm, new Random(random.below(2 ** 32)), `${seed}-${number}`, events),
    );
    await disturb(storm, started + seconds * 1000);
    storm.over = true;
    await Promise.all(work);

    say("The storm is over; waiting until it is quiet");
    for (let i = 0; i < 1800 && !broker.quiet; i += 1) await sleep(100);
    const result = await account({
      events,
      rows: azure.rows(STREAM),
      waiting: [...broker.messages.values()],
      relay: relay.url,
      token: SECRETS.ADMIN_TOKEN,
    });
    return {
      seed,
      seconds: Math.round((Date.now() - started) / 1000),
      ...result,
      faults,
      output: relay.output,
    };
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
async function disturb({ random, faults, azure, network, broker, relay, note, say }, ends) {
  const count = (names) => names.reduce((sum, name) => sum + (faults[name] ?? 0), 0);
  const kill = async () => {
    note("workerd: killed");
    relay.kill();
    await relay.start();
  };
  /**
   * Sets a fault, waits until it strikes, lets it go on for a moment, and ends it. An isolate that Azure has refused
   * asks again after a minute only, so that another one may be needed before it strikes.
   */
  const until = (names, set, unset) => async () => {
    const before = count(names);
    await set();
    for (let i = 0; i < 60 && count(names) === before; i += 1) {
      if (i === 25) {
        await kill();
        await set();
      }
      await sleep(100);
    }
    await sleep(random.below(500));
    await unset();
  };
  const ofAzure = (names, ...texts) => {
    const set = () => {
      for (const text of texts) azure.fault(text);
    };
    return until(names, set, () => azure.fault("off"));
  };
  const ofNetwork = (fault, ...names) => {
    const set = () => {
      azure.fault("expire");
      network.fault = fault;
    };
    return until(names, set, () => {
      network.fault = "off";
    });
  };
  const ofQueue = (fault) => {
    const set = () => {
      broker.fault = fault;
    };
    return until([`queue: ${fault}`], set, () => {
      broker.fault = "off";
    });
  };
  const ofBucket = (name, wanted) =>
    until(
      [name],
      () => relay.bucketFaults(wanted),
      () => relay.bucketFaults({}),
    );
  const kinds = {
    "Azure throttles": ofAzure(["Azure: 429"], "throttle=3/1s"),
    "Azure forbids": ofAzure(["Azure: 403"], "forbid=10s"),
    "Azure does not know the rule": ofAzure(["Azure: 404"], "no-rule=10s"),
    "Azure does not know the stream": ofAzure(["Azure: 400 InvalidStream"], "no-stream=10s"),
    "tokens expire": ofAzure(["Azure: 401"], "expire"),
    "Azure answers 500": ofAzure(["Azure: 500"], "error=500x3"),
    "Azure answers 503": ofAzure(["Azure: 503"], "error=503x5"),
    "Azure loses a reply": ofAzure(["Azure: closed the connection"], "lose-reply=1"),
    "Entra throttles": ofAzure(["Entra: 429"], "expire", "entra-throttle=1"),
    "Entra is down": ofAzure(["Entra: closed the connection"], "expire", "entra-down=1"),
    "the secret expires": ofNetwork("secret revoked", "Entra: the secret has expired"),
    "requests get lost": ofNetwork("loses requests", "network: lost a request"),
    "replies get lost": ofNetwork("loses replies", "network: lost a reply"),
    "answers are garbage": ofNetwork("garbage", ...["Azure", "Entra"].map((who) => `${who}: ${GARBAGE}`)),
    "answers are slow": ofNetwork("slow", "network: slow"),
    "the queue refuses": ofQueue("refuses"),
    "the queue stores and refuses": ofQueue("stores and refuses"),
    "the bucket is down": ofBucket("bucket: out of order", { down: true }),
    "the bucket stores and fails": ofBucket("bucket: put stored the object and failed", { ambiguous: true }),
    "workerd is killed": kill,
  };
  let deck = [];
  for (let first = true; first || Date.now() < ends; ) {
    if (deck.length === 0) deck = random.shuffle(Object.keys(kinds));
    const kind = deck.pop();
    say(`  ${kind}`);
    await kinds[kind]();
    await sleep(random.below(500));
    first &&= deck.length > 0;
  }
  await kill();
}

/** Sends one event after the other, each again until it is taken or given up. */
async function send(storm, random, prefix, events) {
  const { relay, note } = storm;
  for (let number = 0; !storm.over; number += 1) {
    const name = `${prefix}-${number}`;
    const event = invent(random, name);
    note(`sender: ${event.kind}`);
    const body = JSON.stringify(event.body);
    const signature = createHmac("sha256", SECRETS.HOOK_EVENTS_SECRET).update(body).digest("hex");
    events.set(name, { kind: event.kind, records: event.records, acknowledged: false });
    for (let attempt = 0; attempt < 4 && !storm.over; attempt += 1) {
      const status = relay.url === null ? 0 : await post(`${relay.url}/hooks/events`, body, signature);
      if (status === 202) {
        events.get(name).acknowledged = true;
        break;
      }
      note(status === 0 ? "sender: no answer" : `sender: heard ${status}`);
      await sleep(200 + random.below(600));
    }
    await sleep(random.below(120));
  }
}

async function post(url, body, signature) {
  try {
    const signal = AbortSignal.timeout(25_000);
    const response = await fetch(url, {
      method: "POST",
      headers: { "x-signature": signature },
      body,
      signal,
    });
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
  if (kind < 6)
    return { kind: "an event of which the mapping makes nothing", records: [name], body: { odd: name } };
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
  const { output, ...result } = await chaos({
    seconds: minutes * 60,
    seed,
    say: (text) => out.write(`${text}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `\n${table(result)}\n`);
  process.exitCode = result.missing.length === 0 && result.counts.records > 0 ? 0 : 1;
}
