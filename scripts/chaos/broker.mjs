// A queue outside of workerd, so that workerd can be killed: at least once, in no order, with delays, retries and dead
// letters as Cloudflare documents them. Only time is shorter: a delay that the relay asks for is divided by ten.

import { createServer } from "node:http";

const BATCH = 100;
const MOST_ATTEMPTS = 101;
const SHORTER = 10;
/** For a batch whose consumer gave no answer, in milliseconds. */
const RETRY_MS = 1_000;
/** How many batches are given out at the same time. */
const CONSUMERS = 3;

export class Broker {
  /** Every message that is not acknowledged, by its id. */
  messages = new Map();
  /** `off`, `refuses`, or `stores and refuses`. */
  fault = "off";
  #random;
  #note;
  #count = 0;
  #busy = 0;
  #server;
  #timer;

  /** `note` counts what goes wrong, by its name. */
  constructor(random, note) {
    this.#random = random;
    this.#note = note;
  }

  /** Starts; batches go to the Worker at the address that `worker()` gives, or wait while there is none. */
  async start(worker) {
    this.#server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      if (request.url === "/note") this.#note(body.toString());
      else if (!this.#send(body)) return response.writeHead(500).end("Queue is overloaded. Please back off.");
      return response.end();
    });
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
    this.#timer = setInterval(() => {
      const url = worker();
      if (url !== null) this.#giveOut(url);
    }, 50);
  }

  async stop() {
    clearInterval(this.#timer);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Whether nothing waits. */
  get quiet() {
    return this.messages.size === 0 && this.#busy === 0;
  }

  #send(body) {
    if (this.fault !== "off") this.#note(`queue: ${this.fault}`);
    if (this.fault === "refuses") return false;
    this.#count += 1;
    const id = this.#count.toString(16).padStart(32, "0");
    const message = { id, body: body.toString("base64"), timestamp: Date.now(), attempts: 0, dead: false };
    this.messages.set(id, { ...message, visibleAt: Date.now() + this.#random.below(500), held: 0 });
    return this.fault === "off";
  }

  #giveOut(url) {
    if (this.#busy >= CONSUMERS) return;
    const now = Date.now();
    const ready = [...this.messages.values()].filter((message) => message.visibleAt <= now);
    if (ready.length === 0) return;
    const batch = this.#random
      .shuffle(ready.filter((message) => message.dead === ready[0].dead))
      .slice(0, BATCH);
    for (const message of batch) {
      message.attempts += 1;
      // Whoever has it holds it for a minute, and now and then another consumer gets it as well.
      const twice = this.#random.chance(0.02);
      if (twice) this.#note("queue: gave a message to two consumers");
      message.visibleAt = twice ? now + this.#random.below(2_000) : Number.POSITIVE_INFINITY;
    }
    this.#busy += 1;
    this.#consume(url, batch).finally(() => {
      this.#busy -= 1;
    });
  }

  async #consume(url, batch) {
    let said = {};
    try {
      const messages = batch.map(({ id, body, timestamp, attempts }) => ({ id, body, timestamp, attempts }));
      const queue = batch[0].dead ? "relay-dead-letters" : "relay";
      const body = JSON.stringify({ queue, messages });
      const response = await fetch(`${url}/chaos/queue`, { method: "POST", body });
      if (response.ok) said = await response.json();
      else this.#note("queue: a consumer failed");
    } catch {
      this.#note("queue: a consumer died with its batch");
    }
    for (const message of batch) {
      const word = said[message.id];
      if (word === "ack") {
        this.messages.delete(message.id);
        continue;
      }
      const delay = word === undefined ? RETRY_MS : (word * 1_000) / SHORTER;
      message.visibleAt = Date.now() + delay;
      if (message.attempts >= MOST_ATTEMPTS) {
        message.dead = true;
        message.attempts = 0;
        this.#note("queue: gave a message up");
      }
    }
  }
}
