// The heartbeat: on a cron trigger, a row for each hook that wants one goes the way that events go.
import * as core from "ccf-edge-wasm";
import { inTime } from "./exchange.js";
import { hooks, start, trapped } from "./instance.js";
import { atOnce } from "./queue.js";

export async function beat(files, env) {
  try {
    start(files, env);
    const now = Date.now();
    const beats = [...hooks.values()]
      .filter(({ heartbeat }) => heartbeat !== undefined)
      .map(({ name, index, heartbeat }) => {
        const id = crypto.randomUUID();
        return {
          id,
          name,
          way: heartbeat,
          body: core.heartbeat(index, id, now),
          timestamp: now,
          attempts: 1,
        };
      });
    const direct = beats.filter(({ way }) => way === "direct");
    if (direct.length > 0) {
      await atOnce(env, direct);
    }
    const queued = beats.filter(({ way }) => way === "queue");
    await Promise.all(queued.map((one) => enqueue(env.QUEUE, one)));
  } catch (error) {
    trapped(error, "");
    // So that the trigger is seen to have failed.
    throw error;
  }
}

/** A heartbeat that the queue does not take is not sent again: the next one tells the same. */
async function enqueue(queue, { name, body }) {
  const failure = await inTime(queue.send(body, { contentType: "bytes" }), String);
  const line = { log: "heartbeat", hook: name, outcome: "queued" };
  if (typeof failure === "string") {
    console.error(
      JSON.stringify({ ...line, outcome: "undelivered", code: "queue_unavailable", detail: failure }),
    );
  } else {
    console.log(JSON.stringify(line));
  }
}
