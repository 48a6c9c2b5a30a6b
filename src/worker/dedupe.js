// The window: it remembers which deliveries were taken, so that one that its sender sends again is not taken twice.
//
// It may cost a duplicate and never an event. It is told of a delivery when the queue has the event or Azure its rows,
// never before; and whenever it does not answer, the delivery is taken as if it were new.
import { DurableObject } from "cloudflare:workers";
import { inTime } from "./exchange.js";

/** How long a delivery waits for the window. */
const ANSWER_WITHIN_MS = 1_000;

/** How long an isolate asks nothing after the window has failed: whoever is overloaded is not helped by more. */
const REST_MS = 5_000;

/** How long a delivery waits in the window for the end of another one that is just the same. */
const SAME_WITHIN_MS = 500;

/** How many deliveries that are under way an object knows of. What is beyond them is just not waited for. */
const MOST_UNDER_WAY = 10_000;

/** How often an object throws away what is too old. It is not believed from the moment on at which it is. */
const SWEEP_EVERY_MS = 3_600_000;

/** How many rows it looks at before it lets requests pass. */
const SWEEP_ROWS = 1_000;

let restsUntil = 0;

/** Whether the window knows a delivery. If it does not say so in time, it does not. */
export async function isKnown(env, hook, fingerprint) {
  if (Date.now() < restsUntil) {
    return false;
  }
  return askWindow(hook, (async () => shard(env, fingerprint).isKnown(fingerprint))());
}

/** Tells the window to know a delivery from now on; it was taken. */
export async function remember(env, hook, fingerprint) {
  await askWindow(hook, (async () => shard(env, fingerprint).remember(fingerprint, hook.window_s))());
}

/** What the window answers; false when it fails or is late, which is logged. */
function askWindow(hook, work) {
  const failed = (error) => {
    restsUntil = Date.now() + REST_MS;
    console.warn(JSON.stringify({ log: "dedupe", hook: hook.name, error: String(error) }));
    return false;
  };
  return inTime(work, failed, ANSWER_WITHIN_MS);
}

/**
 * The object that knows a delivery: 16 of them share all, by the first digit of the fingerprint. An object takes about
 * 1,000 requests a second and a delivery makes two, so that they outdo the queue, which takes 5,000 messages a second.
 */
function shard(env, fingerprint) {
  return env.DEDUPE.getByName(fingerprint[0]);
}

/** A part of the window, as a Durable Object with SQLite. */
export class Dedupe extends DurableObject {
  /** The deliveries that were asked for and are not yet remembered: when they are, or when it has been too long. */
  #underWay = new Map();

  /** Whether an alarm is set for sure. */
  #armed = false;

  constructor(context, env) {
    super(context, env);
    // Without a rowid there is one tree, so that a delivery costs one row when it comes and one when it goes.
    context.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS seen (fingerprint TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
    );
  }

  /**
   * Whether a delivery was taken. If the same one is just under way, this waits for its end, though not for long: if
   * that one fails, this one is new. Nobody is turned away because another one may succeed.
   */
  async isKnown(fingerprint) {
    if (this.#knows(fingerprint)) {
      return true;
    }
    const same = this.#underWay.get(fingerprint);
    if (same !== undefined) {
      await same.ended;
      return this.#knows(fingerprint);
    }
    if (this.#underWay.size < MOST_UNDER_WAY) {
      const { promise: ended, resolve } = Promise.withResolvers();
      const end = () => {
        clearTimeout(timer);
        this.#underWay.delete(fingerprint);
        resolve();
      };
      const timer = setTimeout(end, SAME_WITHIN_MS);
      this.#underWay.set(fingerprint, { ended, end });
    }
    return false;
  }

  /** Knows a delivery from now on, for `seconds`. */
  async remember(fingerprint, seconds) {
    const ms = seconds * 1000;
    this.ctx.storage.sql.exec(
      "INSERT INTO seen VALUES (?1, ?2) ON CONFLICT DO UPDATE SET until = ?2",
      fingerprint,
      Date.now() + ms,
    );
    this.#underWay.get(fingerprint)?.end();
    if (!this.#armed) {
      this.#armed = true;
      if ((await this.ctx.storage.getAlarm()) === null) {
        await this.ctx.storage.setAlarm(Date.now() + ms);
      }
    }
  }

  /** Throws away what is too old, and comes back if there is more. */
  async alarm() {
    this.#armed = false;
    try {
      await this.#sweep();
    } finally {
      // An alarm that throws is tried a few times and then never again; the next one does not depend on this one.
      if (this.ctx.storage.sql.exec("SELECT 1 FROM seen LIMIT 1").toArray().length > 0) {
        await this.ctx.storage.setAlarm(Date.now() + SWEEP_EVERY_MS);
      }
    }
  }

  #knows(fingerprint) {
    const known = "SELECT 1 FROM seen WHERE fingerprint = ? AND until > ?";
    return this.ctx.storage.sql.exec(known, fingerprint, Date.now()).toArray().length > 0;
  }

  /** Walks over the table in steps. An index by time would find what is too old, and double the rows written. */
  async #sweep() {
    const { sql } = this.ctx.storage;
    for (let from = ""; ; ) {
      const next = "SELECT fingerprint FROM seen WHERE fingerprint > ? ORDER BY fingerprint LIMIT 1 OFFSET ?";
      const [last] = sql.exec(next, from, SWEEP_ROWS - 1).toArray();
      const to = last?.fingerprint ?? "g";
      const old = "DELETE FROM seen WHERE fingerprint > ? AND fingerprint <= ? AND until <= ?";
      sql.exec(old, from, to, Date.now());
      if (last === undefined) {
        return;
      }
      from = to;
      await scheduler.wait(0);
    }
  }
}
