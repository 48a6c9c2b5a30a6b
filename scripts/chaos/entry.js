// The Worker of `npm run chaos`: the relay as it is deployed, with another queue and a bucket that may fail.
//
// The queue is scripts/chaos/broker.mjs, outside of workerd: the simulator's own lives in workerd's memory and would
// die with it. The broker gives its batches to `/chaos/queue`, and hears there what the handler said of each message.
import { relay } from "ccf-edge/worker";
import dcr from "./DCR.json";
import config from "./relay.json";

const { fetch: receive, queue: consume } = relay({ config, dcr });

/** Which of the bucket's faults are on. They come from outside and go with the isolate. */
let bucketFaults = { down: false, ambiguous: false };

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "/chaos/bucket") {
      bucketFaults = await request.json();
      return new Response();
    }
    if (pathname === "/chaos/queue") return giveOut(await request.json(), surroundings(env), context);
    return receive(request, surroundings(env), context);
  },
};

function surroundings(env) {
  return { ...env, QUEUE: queue(env), BUCKET: bucket(env) };
}

/** A queue whose `send` returns when the broker has the message. */
function queue(env) {
  const send = async (body) => {
    const response = await fetch(`${env.BROKER}/send`, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
  };
  return { send };
}

function bucket(env) {
  const note = (what) => fetch(`${env.BROKER}/note`, { method: "POST", body: what });
  const wrapped = (name) => {
    return async (...args) => {
      if (bucketFaults.down) {
        await note("bucket: out of order");
        throw new Error("R2: internal error");
      }
      const result = await env.BUCKET[name](...args);
      if (bucketFaults.ambiguous && name === "put") {
        await note("bucket: put stored the object and failed");
        throw new Error("R2: network connection lost");
      }
      return result;
    };
  };
  return Object.fromEntries(["get", "head", "put", "delete", "list"].map((name) => [name, wrapped(name)]));
}

/** Hands a batch to the relay as Cloudflare does: the first word on a message counts. */
async function giveOut({ queue: name, messages }, env, context) {
  const said = {};
  const batch = messages.map(({ id, timestamp, attempts, body }) => ({
    id,
    timestamp: new Date(timestamp),
    attempts,
    body: Uint8Array.from(atob(body), (char) => char.charCodeAt(0)),
    ack: () => {
      said[id] ??= "ack";
    },
    retry: ({ delaySeconds }) => {
      said[id] ??= delaySeconds;
    },
  }));
  await consume({ queue: name, messages: batch }, env, context);
  return Response.json(said);
}
