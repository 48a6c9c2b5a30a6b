// The Worker's thin half: it does the I/O, the Rust core decides everything.
//
// An event crosses the border a few times only: its body once as bytes, the headers that its source reads as
// one text, each request to Azure as one text and one array of bytes. The idiomatic way, with the request and
// the response as Rust values, costs more than the work between (bench/README.md).

import { bytes } from "ccf-edge-host";
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
  ASK_THE_SAME,
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
    fetch(request, env, context) {
      const { url } = request;
      try {
        start(files, env);
        if (request.method === "POST") {
          const hook = hooks.get(hookName(url)) ?? atDoor(url, request);
          if (hook !== undefined) {
            let stays = false;
            const stay = () => {
              if (!stays) {
                stays = true;
                context.waitUntil(response);
              }
            };
            const response = receive(files, hook, url, request, env, context, stay);
            return response;
          }
        }
      } catch (error) {
        return trapped(error, hookName(url));
      }
      return answer(files, request, env, context);
    },

    async queue(batch, env, context) {
      await takeIn(files, env, batch, context);
    },

    async scheduled(_event, env) {
      await beat(files, env);
    },
  };
}

/** Answers a request that brings no event: health, an operator's, a handshake by another method. */
async function answer(files, request, env, context) {
  try {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith("/admin/") && env.ADMIN_TOKEN && env.BUCKET) {
      return await admin(request, env);
    }
    if (pathname === "/healthz" && (env.BUCKET || env.QUEUE)) {
      const mine = generation;
      const found = await lookAround(env);
      if (mine !== generation) {
        start(files, env);
      }
      core.note_outside(found);
    }
    return await core.fetch(request, env, context);
  } catch (error) {
    return trapped(error, hookName(request.url));
  }
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

/**
 * Takes an event from its sender, and answers when it is stored. Few promises are made on its way: each costs a turn.
 *
 * A sender that hangs up would stop the work half-way, and leave in the core what is under way. `stay` prevents that,
 * and is called only where there is something to wait for, because it costs an event more than a percent.
 */
async function receive(files, hook, url, request, env, context, stay) {
  let mine = generation;
  const { headers } = request;
  const fields = headerText(hook, headers);
  let body;
  try {
    body = await readUpTo(request, hook.max_bytes);
  } catch {
    // The sender hung up. The core has seen nothing of it, so whoever else waits is not disturbed.
    return unavailable();
  }
  try {
    if (mine !== generation) {
      // Another event made the core start afresh, which has seen nothing of this one.
      start(files, env);
      mine = generation;
    }
    // On Workers the clock stands still between two pieces of I/O.
    let now = Date.now();
    let passage = body === null ? core.too_large(hook.index, now) : takeUp(hook, url, fields, body, now);
    let step = core.next(passage, now);
    while (step !== OVER) {
      if (step === AGAIN) {
        core.close(passage, now);
        passage = takeUp(hook, url, fields, body, now);
        step = core.next(passage, now);
        continue;
      }
      const answer = await perform(step, passage, hook, env, stay);
      if (mine !== generation) {
        return lost(hook.name, "unavailable");
      }
      now = Date.now();
      step = tell(step, passage, answer, now);
    }
    if (hook.window_s !== undefined) {
      const taken = core.to_remember(passage);
      if (taken !== undefined) {
        context.waitUntil(remember(env, hook, taken));
      }
    }
    return reply(passage, hook.name, now, env.ANALYTICS);
  } catch (error) {
    return trapped(error, hook.name);
  }
}

/** Takes a body up into the core. */
function takeUp(hook, url, fields, body, now) {
  const at = core.room(body.byteLength);
  bytes().set(new Uint8Array(body), at);
  return core.receive(hook.index, url, fields, now);
}

/** Does what a passage wants, and gives what came of that. */
function perform(step, passage, hook, env, stay) {
  if (step !== ASK_THE_SAME) {
    stay();
  }
  switch (step) {
    case ASK:
    case ASK_THE_SAME:
      return askFor(core, core.body(passage), step === ASK, stay);
    case WAIT:
      return scheduler.wait(core.wait_ms(passage));
    case FETCH:
      return get(core.fetch_url(passage), core.fetch_body(passage));
    case QUEUE:
      return enqueue(passage, env);
    case RECALL:
      return isKnown(env, hook, core.fingerprint(passage));
    case HELLO:
      return hear({ armed: (now, until) => core.armed(passage, now, until) }, hook.name, env.BUCKET);
    default:
      throw new Error(`there is no step ${step}`);
  }
}

/** Tells a passage what came of the step, and gives the next one. */
function tell(step, passage, answer, now) {
  switch (step) {
    case WAIT:
      return core.next(passage, now);
    case FETCH:
      return core.fetched(passage, now, answer.status ?? 0, answer.body ?? new Uint8Array());
    case QUEUE:
      return core.queued(passage, now, answer);
    case RECALL:
      return core.recalled(passage, now, answer);
    case HELLO:
      return answer ? core.kept(passage) : AGAIN;
    default: {
      const { failure, status, retryAfter, body } = answer;
      if (failure !== undefined) {
        return core.failed(passage, now, failure);
      }
      return body === undefined
        ? core.answered(passage, now, status)
        : core.answered_with(passage, now, status, retryAfter, body);
    }
  }
}

function reply(passage, hook, now, analytics) {
  let status = core.status(passage);
  if (status === 0) {
    return lost(hook, "forgotten");
  }
  let response;
  if (status < 0) {
    status = -status;
    response = bare(status);
  } else {
    response = new Response(core.reply_body(passage), {
      status,
      headers: pairs(core.reply_headers(passage)),
    });
  }
  if (analytics !== undefined) {
    measure(analytics, core.points(passage, now));
  }
  const line = core.close(passage, now);
  if (status < 400) {
    console.log(line);
  } else {
    console.warn(line);
  }
  return response;
}

/** Answers for a delivery of which the core knows nothing any more. */
function lost(hook, code) {
  console.error(JSON.stringify({ log: "delivery", hook, outcome: "undelivered", code, status: 503 }));
  return unavailable();
}

/** The replies that are nothing but a status, by that. They have no body that could be used up, so one does for all. */
const BARE = new Map();

function bare(status) {
  let response = BARE.get(status);
  if (response === undefined) {
    response = new Response(null, { status });
    BARE.set(status, response);
  }
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
