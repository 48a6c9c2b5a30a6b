// The Worker's thin half: it does the I/O, the Rust core decides everything.
//
// An event crosses the border a few times only: its body once as bytes, the headers that its source reads as
// one text, each request to Azure as one text and one array of bytes. The idiomatic way, with the request and
// the response as Rust values, costs more than the work between (bench/README.md).
import * as core from "ccf-edge-wasm";
import { admin } from "./admin.js";
import { measure } from "./analytics.js";
import { isKnown, remember } from "./dedupe.js";
import { askFor, get, pairs, readUpTo } from "./exchange.js";
import { lookAround } from "./health.js";
import { beat } from "./heartbeat.js";
import { hear } from "./hello.js";
import {
  AGAIN,
  ASK,
  FETCH,
  generation,
  HELLO,
  hooks,
  OVER,
  QUEUE,
  RECALL,
  start,
  trapped,
  unavailable,
  WAIT,
} from "./instance.js";
import { enqueue, takeIn } from "./queue.js";

export { Dedupe } from "./dedupe.js";

/**
 * A relay for `export default`.
 *
 * @param {{config: string, dcr: string}} files the texts of relay.json and DCR.json
 */
export function relay(files) {
  return {
    async fetch(request, env, context) {
      try {
        start(files, env);
        if (request.method === "POST") {
          const { url } = request;
          const hook = hooks.get(hookName(url)) ?? atDoor(url, request);
          if (hook !== undefined) {
            const response = receive(hook, url, request, env, context);
            if (hook.window_s !== undefined) {
              // A sender that hangs up would stop the work between taking its event and remembering it.
              context.waitUntil(response.catch(() => {}));
            }
            return await response;
          }
        }
        const { pathname } = new URL(request.url);
        if (pathname.startsWith("/admin/") && env.ADMIN_TOKEN && env.BUCKET) {
          return await admin(request, env);
        }
        if (pathname === "/healthz" && (env.BUCKET || env.QUEUE)) {
          const mine = generation;
          const found = await lookAround(env);
          if (mine === generation) {
            core.note_outside(found);
          }
        }
        return await core.fetch(request, env, context);
      } catch (error) {
        return trapped(error, hookName(request.url));
      }
    },

    async queue(batch, env, context) {
      await takeIn(files, env, batch, context);
    },

    async scheduled(_event, env) {
      await beat(files, env);
    },
  };
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

async function receive(hook, url, request, env, context) {
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
    if (step === AGAIN) {
      passage.free();
      passage = core.receive(hook.index, url, headers, body, now);
      step = passage.next(now);
      continue;
    }
    const tell = await perform(step, passage, hook, env);
    if (mine !== generation) {
      return unavailable();
    }
    now = Date.now();
    step = tell(now);
  }
  if (hook.window_s !== undefined) {
    const taken = passage.to_remember();
    if (taken !== undefined) {
      context.waitUntil(remember(env, hook, taken));
    }
  }
  return reply(passage, now, env.ANALYTICS);
}

/** Does what a passage wants, and gives how to tell it what came of that, which gives the next step. */
async function perform(step, passage, hook, env) {
  switch (step) {
    case WAIT:
      await scheduler.wait(passage.wait_ms());
      return (now) => passage.next(now);
    case FETCH: {
      const { status = 0, body = new Uint8Array() } = await get(passage.fetch_url(), passage.fetch_body());
      return (now) => passage.fetched(now, status, body);
    }
    case QUEUE: {
      const failure = await enqueue(passage, env);
      return (now) => passage.queued(now, failure);
    }
    case RECALL: {
      const known = await isKnown(env, hook, passage.fingerprint());
      return (now) => passage.recalled(now, known);
    }
    case HELLO: {
      const kept = await hear(passage, hook.name, env.BUCKET);
      return () => (kept ? passage.kept() : AGAIN);
    }
    default: {
      const { failure, status, retryAfter, body } = await askFor(passage, step === ASK);
      if (failure !== undefined) {
        return (now) => passage.failed(now, failure);
      }
      return body === undefined
        ? (now) => passage.answered(now, status)
        : (now) => passage.answered_with(now, status, retryAfter, body);
    }
  }
}

function reply(passage, now, analytics) {
  const status = passage.status();
  const log = passage.log(now);
  if (status < 400) {
    console.log(log);
  } else {
    console.warn(log);
  }
  if (analytics !== undefined) {
    measure(analytics, passage.points(now));
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
