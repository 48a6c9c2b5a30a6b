// The Worker's thin half: it does the I/O, the Rust core decides everything.
//
// An event crosses the border a few times only: its body once as bytes, the headers that its source reads as
// one text, each request to Azure as one text and one array of bytes. The idiomatic way, with the request and
// the response as Rust values, costs more than the work between (bench/README.md).
import * as core from "ccf-edge-wasm";
import module from "./ccf_edge_bg.wasm";

/** What to do next for a passage; src/worker/mod.rs has the same numbers, and 2 for asking the same address again. */
const OVER = 0;
const ASK = 1;
const WAIT = 3;
const FETCH = 4;
const AGAIN = 5;

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
            return await receive(hook, url, request);
          }
        }
        return await core.fetch(request, env, context);
      } catch (error) {
        return trapped(error, request);
      }
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

async function receive(hook, url, request) {
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
function trapped(error, request) {
  const hook = hookName(request.url);
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
