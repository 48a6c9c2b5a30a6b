// Stands in for the queue: every request gives the consumer one batch of a hundred messages, as Cloudflare Queues would.

import bytes from "./batches.bin";
import index from "./batches.json";

// One array of batches for each name; each message has a buffer of its own.
const batches = Object.fromEntries(
  Object.entries(JSON.parse(index)).map(([name, groups]) => [
    name,
    groups.map((messages) =>
      messages.map(({ id, at, length }) => ({
        id,
        timestamp: new Date(1_795_392_000_000),
        attempts: 1,
        body: bytes.slice(at, at + length),
      })),
    ),
  ]),
);
let turn = 0;

export default {
  async fetch(request, env) {
    const name = request.url.slice(request.url.lastIndexOf("/") + 1);
    const groups = batches[name];
    if (groups === undefined) {
      return new Response("no such batch", { status: 404 });
    }
    turn += 1;
    const messages = groups[turn % groups.length];
    const { outcome, ackAll, explicitAcks, retryBatch, retryMessages } = await env.CONSUMER.queue(
      "bench",
      messages,
    );
    const acked =
      outcome === "ok" && !retryBatch.retry && retryMessages.length === 0
        ? ackAll || explicitAcks.length === messages.length
        : false;
    return new Response(acked ? String(turn % groups.length) : `${outcome}, not every message acknowledged`, {
      status: acked ? 200 : 500,
    });
  },
};
