// What isolates tell each other by way of the bucket, and what /healthz finds outside of its own. No event waits for it.
import { inTime } from "./exchange.js";

const PARKED = "parked/";
const STATUS = "status/";

/** How many parked messages are counted. */
const COUNTED = 1000;

/** How long an answer is good, in milliseconds: everybody may ask for /healthz, and a list of the bucket costs. */
const STATUS_FOR_MS = 15_000;
const COUNT_FOR_MS = 60_000;

/** As long as this another isolate's word is as good as one's own, in milliseconds; src/health.rs has the same. */
const KEEP_MS = 60_000;

/** Whoever asks for the health wants to hear now, even that something does not answer. */
const FOUND_WITHIN_MS = 4_000;

/** How long keeping one object may take: Cloudflare may hold back a batch's verdicts for as long. */
const KEPT_WITHIN_MS = 4_000;

const state = { until: 0, found: {} };
const parked = { until: 0, found: { parked: "unknown" } };

/** Keeps what a batch has shown, three lines for each object. The bucket may fail: then the next minute tells it. */
export async function keep(bucket, notes) {
  const lines = notes.split("\n");
  const work = [];
  for (let i = 0; i + 2 < lines.length; i += 3) {
    const [key, metadata, news] = lines.slice(i, i + 3);
    const failed = (error) => console.warn(JSON.stringify({ log: "bucket", key, error: String(error) }));
    work.push(inTime(keepOne(bucket, key, metadata, news !== ""), failed, KEPT_WITHIN_MS));
  }
  await Promise.all(work);
}

async function keepOne(bucket, key, metadata, isNews) {
  if (!isNews) {
    const last = await bucket.head(key);
    if (Date.now() - Number(last?.customMetadata?.at) < KEEP_MS) {
      return;
    }
  }
  await bucket.put(key, "", { customMetadata: JSON.parse(metadata) });
}

/** What is known outside of this isolate, as JSON. What does not answer is missing. */
export async function lookAround({ BUCKET, QUEUE }) {
  const now = Date.now();
  const work = [];
  // Whoever comes while somebody looks already takes what was found before.
  if (now >= state.until) {
    // If this look is ended with its request, the next one is not far.
    state.until = now + FOUND_WITHIN_MS;
    work.push(
      Promise.all([BUCKET && soon(statusOf(BUCKET)), QUEUE && soon(backlogOf(QUEUE))]).then((found) => {
        state.found = Object.assign({}, ...found);
        state.until = now + STATUS_FOR_MS;
      }),
    );
  }
  if (BUCKET && now >= parked.until) {
    parked.until = now + FOUND_WITHIN_MS;
    work.push(
      soon(countParked(BUCKET)).then((found) => {
        parked.found = found ?? { parked: "unknown" };
        parked.until = now + COUNT_FOR_MS;
      }),
    );
  }
  await Promise.all(work);
  return JSON.stringify({ ...state.found, ...(BUCKET && parked.found) });
}

function soon(work) {
  return inTime(work, () => undefined, FOUND_WITHIN_MS);
}

/** What isolates have kept. */
async function statusOf(bucket) {
  const { objects } = await bucket.list({ prefix: STATUS, include: ["customMetadata"] });
  return { status: objects.map(({ key, customMetadata }) => ({ ...customMetadata, key })) };
}

/** How many messages the queue has, and since when the oldest of them waits. Older runtimes cannot say. */
async function backlogOf(queue) {
  if (typeof queue.metrics !== "function") {
    return {};
  }
  const { backlogCount, oldestMessageTimestamp } = await queue.metrics();
  return { waiting: backlogCount, oldest: Number(oldestMessageTimestamp ?? 0) };
}

/** How many messages are parked: a number, with a + if there are more; and how many of those for which reason. */
async function countParked(bucket) {
  const page = await bucket.list({ prefix: PARKED, limit: COUNTED, include: ["customMetadata"] });
  const entries = page.objects.filter(({ key }) => key.endsWith(".json"));
  const reasons = {};
  for (const { customMetadata } of entries) {
    const reason = customMetadata?.reason ?? "unknown";
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return { parked: `${entries.length}${page.truncated ? "+" : ""}`, reasons };
}
