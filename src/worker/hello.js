// Hooks whose product makes the secret and sends it once: an operator arms the hook, and takes the secret that comes.
//
// One object, hello/<hook>, holds either until when the hook is armed or the secret that has come, so that one
// conditional write both keeps the secret and disarms the hook: of several hellos the first wins.
import { inTime } from "./exchange.js";
import { generation } from "./instance.js";

/** How long a hook stays armed, and how long a secret waits for its operator. */
const ARMED_FOR_MS = 15 * 60 * 1000;
const KEPT_FOR_MS = 24 * 60 * 60 * 1000;

const place = (hook) => `hello/${hook}`;

/** Arms a hook, and forgets a secret that nobody took. Gives until when it is armed. */
export async function arm(bucket, hook) {
  const armed_until = Date.now() + ARMED_FOR_MS;
  await bucket.put(place(hook), JSON.stringify({ armed_until }));
  return armed_until;
}

/** Disarms a hook, and forgets its secret. */
export async function disarm(bucket, hook) {
  await bucket.delete(place(hook));
}

/** Gives the secret that has come, once: `{ secret }`, or `{ armed }`, whether it may still come. */
export async function take(bucket, hook) {
  const found = await bucket.get(place(hook));
  const { armed_until = 0, secret, kept_until = 0 } = found === null ? {} : await found.json();
  if (secret === undefined) {
    return { armed: Date.now() < armed_until };
  }
  await bucket.delete(place(hook));
  return Date.now() < kept_until ? { secret } : { armed: false };
}

/** Looks whether the hook is armed to which a hello has come, and keeps its secret if so. Gives whether it did. */
export function hear(passage, hook, bucket) {
  const mine = generation;
  const work = async () => {
    const found = await bucket.get(place(hook));
    const { armed_until = 0 } = found === null ? {} : await found.json();
    const now = Date.now();
    const secret = mine === generation ? passage.armed(now, armed_until) : undefined;
    if (secret === undefined) {
      return false;
    }
    const kept = JSON.stringify({ secret, kept_until: now + KEPT_FOR_MS });
    return (await bucket.put(place(hook), kept, { onlyIf: { etagMatches: found.etag } })) !== null;
  };
  return inTime(work(), (error) => {
    console.error(JSON.stringify({ log: "hello", hook, error: String(error) }));
    if (mine === generation) {
      passage.armed(Date.now(), 0);
    }
    return false;
  });
}
