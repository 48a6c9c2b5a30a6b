// The Worker's thin half: it does the I/O, the Rust core decides everything.
//
// An event crosses the border a few times only: its body once as bytes, the headers that its source reads as
// one text, each request to Azure as one text and one array of bytes. The idiomatic way, with the request and
// the response as Rust values, costs more than the work between (bench/README.md).
import * as core from "ccf-edge-wasm";
import { admin, countParked } from "./admin.js";
import module from "./ccf_edge_bg.wasm";

/** What to do next for a passage; src/worker/mod.rs has the same numbers, and 2 for asking the same address again. */
const OVER = 0;
const ASK = 1;
const WAIT = 3;
const FETCH = 4;
const AGAIN = 5;
const QUEUE = 6;
const CLAIM = 7;

/** What becomes of a message, if not the seconds after which it comes again. */
const ACK = -1;
const PARK = -2;

/** Why messages are taken in: to be delivered, or to be parked because the queue or the core gave them up. */
const DELIVER = 0;
const DEAD = 1;
const TRAPPED = 2;

/** How the name of a queue of dead letters ends. */
const DEAD_LETTERS = "-dead-letters";

/** Azure answers within seconds; a connection that says nothing for this long is a failure. */
const ANSWER_WITHIN_MS = 20_000;

/** How much of an answer is read: Azure's error documents are a few hundred bytes. */
const ANSWER_BYTES = 64 * 1024;

/**
 * Counts the instances of the core. A trap leaves an instance in an unknown state, so it is thrown away, and
 * whoever still waits on it answers 503.
 */
let generation = 0;
let hooks = null;

/** Where the last request went, and its header fields: nearly always those of the next one too. */
let lastUrl = "";
let lastHeaders = new Headers();

/**
 * A relay for `export default`.
 *
 * @param {{config: string, dcr: string}} files the texts of relay.json and DCR.json
 */
export function relay(files) {
  return {
    async fetch(request, env, context) {
      try {
        if (hooks === null) {
          start(files, env);
        }
        if (request.method === "POST") {
          const { url } = request;
          const hook = hooks.get(hookName(url)) ?? atDoor(url, request);
          if (hook !== undefined) {
            return await receive(hook, url, request, env);
          }
        }
        const { pathname } = new URL(request.url);
        if (pathname.startsWith("/admin/") && env.ADMIN_TOKEN && env.BUCKET) {
          return await admin(request, env);
        }
        if (pathname === "/healthz" && env.BUCKET) {
          const mine = generation;
          const count = await countParked(env.BUCKET);
          if (mine === generation) {
            core.note_parked(count);
          }
        }
        return await core.fetch(request, env, context);
      } catch (error) {
        return trapped(error, hookName(request.url));
      }
    },

    async queue(batch, env) {
      await deliver(files, env, batch.messages, batch.queue.endsWith(DEAD_LETTERS) ? DEAD : DELIVER);
    },
  };
}

function start(files, env) {
  core.initSync({ module });
  const known = JSON.parse(core.configure(String(files?.config), String(files?.dcr), env));
  for (const problem of known.problems) {
    console.error(problem);
  }
  hooks = new Map(known.hooks.map((hook) => [hook.name, hook]));
}

/** The name behind `/hooks/` in a URL; empty where the path is another. */
function hookName(url) {
  const path = url.indexOf("/", url.indexOf("//") + 2);
  if (!url.startsWith("/hooks/", path)) {
    return "";
  }
  const query = url.indexOf("?", path);
  return url.slice(path + "/hooks/".length, query === -1 ? undefined : query);
}

/** The hook of a POST to another path than `/hooks/<name>`, such as Splunk's. */
function atDoor(url, request) {
  const index = core.door(url, request.headers.get("authorization") ?? undefined);
  return index < 0 ? undefined : [...hooks.values()][index];
}

async function receive(hook, url, request, env) {
  const mine = generation;
  const headers = headerText(hook, request.headers);
  let body;
  try {
    body = await readUpTo(request, hook.max_bytes);
  } catch {
    // The sender hung up. The core has seen nothing of it, so whoever else waits is not disturbed.
    return unavailable();
  }
  if (mine !== generation) {
    return unavailable();
  }
  // On Workers the clock stands still between two pieces of I/O.
  let now = Date.now();
  let passage =
    body === null ? core.too_large(hook.index, now) : core.receive(hook.index, url, headers, body, now);
  let step = passage.next(now);
  while (step !== OVER) {
    if (step === WAIT) {
      await scheduler.wait(passage.wait_ms());
      if (mine !== generation) {
        return unavailable();
      }
      now = Date.now();
      step = passage.next(now);
      continue;
    }
    if (step === FETCH) {
      const { status = 0, body: found } = await get(passage.fetch_url(), passage.fetch_body());
      if (mine !== generation) {
        return unavailable();
      }
      now = Date.now();
      step = passage.fetched(now, status, found ?? new Uint8Array());
      continue;
    }
    if (step === QUEUE) {
      const failure = await enqueue(passage, env);
      if (mine !== generation) {
        return unavailable();
      }
      now = Date.now();
      step = passage.queued(now, failure);
      continue;
    }
    if (step === AGAIN) {
      passage.free();
      passage = core.receive(hook.index, url, headers, body, now);
      step = passage.next(now);
      continue;
    }
    if (step === ASK) {
      lastUrl = passage.url();
      lastHeaders = new Headers(pairs(passage.headers()));
    }
    const answer = await ask(lastUrl, lastHeaders, passage.body());
    if (mine !== generation) {
      return unavailable();
    }
    now = Date.now();
    if (answer.failure !== undefined) {
      step = passage.failed(now, answer.failure);
    } else if (answer.body === undefined) {
      step = passage.answered(now, answer.status);
    } else {
      step = passage.answered_with(now, answer.status, answer.retryAfter, answer.body);
    }
  }
  return reply(passage, now);
}

/** Puts an event into the queue, and first into the bucket if it is too large for a message. Gives why it failed. */
async function enqueue(passage, env) {
  const key = passage.prepare(crypto.randomUUID());
  const message = passage.body();
  const object = passage.claim();
  const work = async () => {
    if (key !== undefined) {
      await env.BUCKET.put(key, object);
    }
    await env.QUEUE.send(message, { contentType: "bytes" });
  };
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, ANSWER_WITHIN_MS, `no answer within ${ANSWER_WITHIN_MS / 1000} s`);
  });
  try {
    await Promise.race([work(), late]);
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Takes a batch of the queue through the core. What the core fails on is found by halving, and parked alone.
 */
async function deliver(files, env, messages, fate) {
  let plan;
  const mine = generation;
  try {
    if (hooks === null) {
      start(files, env);
    }
    plan = await consume(env, messages, fate);
  } catch (error) {
    if (mine !== generation) {
      return again(messages, 5);
    }
    trapped(error, "");
    if (fate === TRAPPED) {
      return messages.forEach(later);
    }
    if (messages.length === 1) {
      return deliver(files, env, messages, TRAPPED);
    }
    const half = messages.length >> 1;
    await deliver(files, env, messages.slice(0, half), fate);
    return deliver(files, env, messages.slice(half), fate);
  }
  if (plan === null) {
    // Another event made the core start afresh while this batch was under way.
    return again(messages, 5);
  }
  await carryOut(env, messages, plan);
}

/** Lets a message come again after half its age, so that its retries last for as long as the queue keeps it. */
function later(message) {
  const half = Math.round((Date.now() - Number(message.timestamp)) / 2000);
  message.retry({ delaySeconds: Math.min(21_600, Math.max(60, half)) });
}

function again(messages, delaySeconds) {
  for (const message of messages) {
    message.retry({ delaySeconds });
  }
}

/** The core's verdict on every message; null when the core had to start afresh meanwhile. */
async function consume(env, messages, fate) {
  const mine = generation;
  const bodies = messages.map(({ body }) => bytes(body));
  const all = new Uint8Array(bodies.reduce((sum, body) => sum + body.length, 0));
  let at = 0;
  for (const body of bodies) {
    all.set(body, at);
    at += body.length;
  }
  let now = Date.now();
  const batch = core.consume(
    all,
    Uint32Array.from(bodies, (body) => body.length),
    messages.map(({ id }) => id).join("\n"),
    Float64Array.from(messages, ({ timestamp }) => Number(timestamp)),
    Uint32Array.from(messages, ({ attempts }) => attempts ?? 0),
    now,
    Math.random(),
    fate,
  );
  let step = batch.next(now);
  while (step !== OVER) {
    if (step === WAIT) {
      await scheduler.wait(batch.wait_ms());
      if (mine !== generation) {
        return null;
      }
      now = Date.now();
      step = batch.next(now);
    } else if (step === CLAIM) {
      let object;
      let failed = false;
      try {
        const found = await env.BUCKET.get(batch.claim_key());
        object = found === null ? undefined : new Uint8Array(await found.arrayBuffer());
      } catch {
        failed = true;
      }
      if (mine !== generation) {
        return null;
      }
      now = Date.now();
      step = batch.claimed(now, object, failed);
    } else {
      if (step === ASK) {
        lastUrl = batch.url();
        lastHeaders = new Headers(pairs(batch.headers()));
      }
      const { status = 0, retryAfter, body, failure } = await ask(lastUrl, lastHeaders, batch.body());
      if (mine !== generation) {
        return null;
      }
      now = Date.now();
      step = batch.answered(now, status, retryAfter, body ?? new Uint8Array(), failure);
    }
  }
  const plan = messages.map((_, index) => ({
    verdict: batch.verdict(index),
    parked: batch.parked(index),
    spent: batch.spent(index),
  }));
  [console.log, console.warn, console.error][batch.severity()](batch.log(now));
  batch.free();
  return plan;
}

/** Acknowledges, puts off and parks. What cannot be parked now comes again. */
async function carryOut(env, messages, plan) {
  const spent = [];
  for (const [index, { verdict, parked, spent: key }] of plan.entries()) {
    const message = messages[index];
    if (verdict === PARK && !(await park(env, parked))) {
      later(message);
      continue;
    }
    if (verdict === PARK || verdict === ACK) {
      message.ack();
      if (key !== undefined) {
        spent.push(key);
      }
    } else {
      message.retry({ delaySeconds: verdict });
    }
  }
  if (spent.length > 0) {
    try {
      await env.BUCKET.delete(spent);
    } catch (error) {
      console.warn(JSON.stringify({ log: "bucket", error: String(error) }));
    }
  }
}

async function park(env, lines) {
  const [key, summary, from, to, document] = lines.split("\n");
  try {
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
  } catch (error) {
    console.error(JSON.stringify({ log: "bucket", key, error: String(error) }));
    return false;
  }
}

/** A message that somebody else put into the queue may be anything; it is parked as what it is. */
function bytes(body) {
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return new Uint8Array(body.buffer ?? body, body.byteOffset ?? 0, body.byteLength);
  }
  return new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
}

function reply(passage, now) {
  const status = passage.status();
  const log = passage.log(now);
  if (status < 400) {
    console.log(log);
  } else {
    console.warn(log);
  }
  let response;
  if (passage.is_bare()) {
    response = new Response(null, { status });
  } else {
    response = new Response(passage.reply_body(), { status, headers: pairs(passage.reply_headers()) });
  }
  passage.free();
  return response;
}

/** The headers that a hook's source and mapping read, each as two lines. */
function headerText(hook, headers) {
  let text = "";
  if (hook.headers === null) {
    for (const [name, value] of headers) {
      text += `${name}\n${value}\n`;
    }
    return text;
  }
  for (const name of hook.headers) {
    const value = headers.get(name);
    if (value !== null) {
      text += `${name}\n${value}\n`;
    }
  }
  return text;
}

/** The body, or null when it is longer than `limit` bytes: then no more than that is ever held. */
async function readUpTo(request, limit) {
  const length = request.headers.get("content-length");
  if (length !== null) {
    return Number(length) > limit ? null : new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) {
    return new Uint8Array();
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > limit) {
      return null;
    }
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

/** A key that the core wants, or the visit that confirms a subscription. A body is JSON and makes it a POST. */
function get(url, body) {
  return ask(url, body === undefined ? {} : { "content-type": "application/json" }, body);
}

/** Sends a request and gives its answer, or why there is none. */
function ask(url, headers, body) {
  // A timer costs a tenth of what AbortSignal.timeout() costs, and a promise with two ways to settle less than
  // Promise.race(). Whoever is late is not cancelled, just not waited for.
  return new Promise((resolve) => {
    const settle = (answer) => {
      clearTimeout(timer);
      resolve(answer);
    };
    const failed = (error) => settle({ failure: String(error) });
    const timer = setTimeout(failed, ANSWER_WITHIN_MS, `no answer within ${ANSWER_WITHIN_MS / 1000} s`);
    exchange(url, headers, body).then(settle, failed);
  });
}

async function exchange(url, headers, body) {
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(url, { method, headers, body, redirect: "manual" });
  if (response.status === 204) {
    return { status: 204 };
  }
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after") ?? undefined,
    body: (await readUpTo(response, ANSWER_BYTES)) ?? new Uint8Array(),
  };
}

/** Lines in twos to a record of header fields. */
function pairs(text) {
  const lines = text.split("\n");
  const record = {};
  for (let i = 0; i + 1 < lines.length; i += 2) {
    record[lines[i]] = lines[i + 1];
  }
  return record;
}

/** The core has trapped or the platform has failed: this request is lost to the sender's retry, the next one works. */
function trapped(error, hook) {
  console.error(JSON.stringify({ log: "trap", hook, error: String(error?.stack ?? error) }));
  generation += 1;
  hooks = null;
  core.__wbg_reset_state();
  return unavailable();
}

function unavailable() {
  const detail = "the relay had to start afresh; send this delivery again";
  const problem = { status: 503, code: "unavailable", detail };
  return new Response(JSON.stringify(problem), {
    status: 503,
    headers: { "content-type": "application/problem+json", "retry-after": "5" },
  });
}
