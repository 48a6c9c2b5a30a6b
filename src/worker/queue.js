// The queue: how an event gets into it, and how a batch of it gets to Azure or into the bucket.
import * as core from "ccf-edge-wasm";
import { measure } from "./analytics.js";
import { askFor, inTime } from "./exchange.js";
import { keep } from "./health.js";
import { ASK, CLAIM, generation, OVER, start, trapped, WAIT } from "./instance.js";

/** What becomes of a message, if not the seconds after which it comes again. */
const ACK = -1;
const PARK = -2;

/** Why messages are taken in: to be delivered, or to be parked because the queue or the core gave them up. */
const DELIVER = 0;
const DEAD = 1;
const TRAPPED = 2;

/** How long a batch goes on parking. A bucket that hangs must not cost the whole batch its 15 minutes. */
const PARK_WITHIN_MS = 120_000;

/** How the name of a queue of dead letters ends. */
const DEAD_LETTERS = "-dead-letters";

/** Puts an event into the queue, and first into the bucket if it is too large for a message. Gives why it failed. */
export function enqueue(passage, env) {
  const key = core.prepare(passage, crypto.randomUUID());
  const message = core.body(passage);
  const object = core.claim(passage);
  const work = async () => {
    if (key !== undefined) {
      await env.BUCKET.put(key, object);
    }
    await env.QUEUE.send(message, { contentType: "bytes" });
  };
  return inTime(work(), String);
}

/** Takes what the queue gives out: to be delivered, and from the queue of dead letters to be parked. */
export async function takeIn(files, env, batch, context) {
  await deliver(files, env, batch.messages, batch.queue.endsWith(DEAD_LETTERS) ? DEAD : DELIVER, context);
}

/** Delivers messages that are in no queue, so that none of them comes again. */
export async function atOnce(env, messages) {
  await consume(env, messages, DELIVER);
}

/**
 * Takes a batch of the queue through the core. What the core fails on is found by halving, and parked alone.
 */
async function deliver(files, env, messages, fate, context) {
  let done;
  const mine = generation;
  try {
    start(files, env);
    done = await consume(env, messages, fate);
  } catch (error) {
    if (mine !== generation) {
      return again(messages, 5);
    }
    trapped(error, "");
    if (fate === TRAPPED) {
      for (const message of messages) {
        later(env, message, fate);
      }
      return;
    }
    if (messages.length === 1) {
      return deliver(files, env, messages, TRAPPED, context);
    }
    const half = messages.length >> 1;
    await deliver(files, env, messages.slice(0, half), fate, context);
    return deliver(files, env, messages.slice(half), fate, context);
  }
  if (done === null) {
    // Another event made the core start afresh while this batch was under way.
    return again(messages, 5);
  }
  await carryOut(env, messages, done, fate);
  if (done.notes !== "") {
    context.waitUntil(keep(env.BUCKET, done.notes));
  }
}

/**
 * Lets a message come again that could not be parked: after half its age, and well before the queue drops it. A dead
 * letter has a new time in its queue, whatever its age, and its 100 retries last for the retention.
 */
function later(env, message, fate) {
  const age = (Date.now() - Number(message.timestamp)) / 1000;
  const retention = (Number(env.QUEUE_RETENTION_HOURS) || 24) * 3600;
  const left = retention - age;
  const delay = Math.round(fate === DEAD ? Math.max(3600, retention / 90) : Math.min(age / 2, left / 4));
  message.retry({ delaySeconds: Math.min(21_600, Math.max(60, delay)) });
}

function again(messages, delaySeconds) {
  for (const message of messages) {
    message.retry({ delaySeconds });
  }
}

/**
 * The core's verdict on every message, and what to keep of the relay's health; null when the core had to start afresh
 * meanwhile.
 */
async function consume(env, messages, fate) {
  const mine = generation;
  const bodies = [];
  const ids = [];
  const queuedAt = new Float64Array(messages.length);
  const attempts = new Uint32Array(messages.length);
  // Each property is a call into the platform.
  for (const [index, message] of messages.entries()) {
    bodies.push(bytes(message.body));
    ids.push(message.id);
    queuedAt[index] = Number(message.timestamp);
    attempts[index] = message.attempts ?? 0;
  }
  let now = Date.now();
  const batch = core.consume(bodies, ids.join("\n"), queuedAt, attempts, now, Math.random(), fate);
  let step = batch.next(now);
  while (step !== OVER) {
    const tell = await perform(step, batch, env);
    if (mine !== generation) {
      return null;
    }
    now = Date.now();
    step = tell(now);
  }
  const verdicts = batch.verdicts();
  const claims = batch.claims() > 0;
  const parked = new Map();
  const spent = new Map();
  verdicts.forEach((verdict, index) => {
    if (verdict === PARK) {
      parked.set(index, batch.parked(index));
    }
    if (claims) {
      spent.set(index, batch.spent(index));
    }
  });
  [console.log, console.warn, console.error][batch.severity()](batch.log(now));
  if (env.ANALYTICS !== undefined) {
    measure(env.ANALYTICS, batch.points(now));
  }
  const notes = batch.notes(now);
  batch.free();
  return { verdicts, parked, spent, notes };
}

/** Does what a batch wants, and gives how to tell it what came of that, which gives the next step. */
async function perform(step, batch, env) {
  if (step === WAIT) {
    await scheduler.wait(batch.wait_ms());
    return (now) => batch.next(now);
  }
  if (step === CLAIM) {
    const { object, failed = false } = await inTime(read(env, batch.claim_key()), () => ({ failed: true }));
    return (now) => batch.claimed(now, object, failed);
  }
  const {
    status = 0,
    retryAfter,
    body = new Uint8Array(),
    failure,
  } = await askFor(core, batch.body(), step === ASK);
  return (now) => batch.answered(now, status, retryAfter, body, failure);
}

async function read(env, key) {
  const found = await env.BUCKET.get(key);
  return { object: found === null ? undefined : new Uint8Array(await found.arrayBuffer()) };
}

/** Acknowledges, puts off and parks. What cannot be parked now comes again. */
async function carryOut(env, messages, { verdicts, parked, spent }, fate) {
  const done = [];
  const until = Date.now() + PARK_WITHIN_MS;
  for (const [index, message] of messages.entries()) {
    const verdict = verdicts[index];
    if (verdict === PARK && !(Date.now() < until && (await park(env, parked.get(index))))) {
      later(env, message, fate);
      continue;
    }
    if (verdict === PARK || verdict === ACK) {
      message.ack();
      const key = spent.get(index);
      if (key !== undefined) {
        done.push(key);
      }
    } else {
      message.retry({ delaySeconds: verdict });
    }
  }
  if (done.length > 0) {
    await inTime(env.BUCKET.delete(done), (error) => {
      console.warn(JSON.stringify({ log: "bucket", error: String(error) }));
    });
  }
}

/** Whether a message is parked. */
function park(env, lines) {
  const [key, summary, from, to, document] = lines.split("\n");
  const work = async () => {
    if (from !== "") {
      const object = await env.BUCKET.get(from);
      if (object !== null) {
        await env.BUCKET.put(to, object.body);
      }
    }
    await env.BUCKET.put(key, document, {
      customMetadata: JSON.parse(summary),
      httpMetadata: { contentType: "application/json" },
    });
    return true;
  };
  return inTime(work(), (error) => {
    console.error(JSON.stringify({ log: "bucket", key, error: String(error) }));
    return false;
  });
}

/** A message that somebody else put into the queue may be anything; it is parked as what it is. */
function bytes(body) {
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer ?? body, body.byteOffset ?? 0, body.byteLength);
  }
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}
