// The batches that the consumers are measured with: GitHub's example of 8 KB a hundred times, each with other ids,
// names, times and prose, so that they compress as a day's events do and not as one that is repeated.

import { payloads } from "./payloads.mjs";

/** The most messages that Cloudflare Queues gives at once. */
export const MESSAGES = 100;

/** How many batches take turns. */
const TURNS = 4;

/** Events of a full message, 128 KB at most, and what their noise takes. */
const FULL_EVENTS = 14;
const FULL_NOISE = 7600;

const RECEIVED = Date.UTC(2026, 10, 23);

/**
 * `bench`, the batches that are measured, and `full`, one whose rows fill several calls even compressed: of each
 * message its `id`, its `bytes` and its `rows`, the events with what was verified of them.
 */
export function batches() {
  const { body, event } = payloads().find(({ size }) => size === "8KB");
  const draw = generator(5);
  const text = body.toString();
  const some = (make) => Array.from({ length: MESSAGES }, (_, index) => make(index));
  const one = (index) => message(draw, index, event, [varied(draw, text)]);
  const full = (index) =>
    message(
      draw,
      index,
      event,
      Array.from({ length: FULL_EVENTS }, () => noisy(draw, text)),
    );
  return { bench: Array.from({ length: TURNS }, () => some(one)), full: [some(full)] };
}

/** The message as the relay puts it into its queue; the consumers beside it read the same. */
function message(draw, index, type, events) {
  const received = RECEIVED + index * 617;
  const delivery = uuid(draw);
  const head = {
    v: 1,
    hook: "github",
    source: "github",
    received,
    delivery,
    type,
    headers: [],
  };
  const body = events.length === 1 ? events[0] : `[${events.join(",")}]`;
  const rows = events.map((event) => ({ body: event, delivery, event: type, received }));
  return { id: hex(draw, 32), bytes: Buffer.from(`${JSON.stringify(head)}\n${body}`), rows };
}

/** The event with another repository, sender, time and description, each as long as before. */
function varied(draw, text) {
  const login = word(draw, 10);
  const id = 10_000_000 + draw(89_999_999);
  const repository = 100_000_000 + draw(899_999_999);
  const time = new Date(Date.UTC(2019, 0, 1) + draw(200_000_000) * 1000).toISOString().slice(0, 19);
  const base64 = (content) => Buffer.from(content).toString("base64");
  const event = JSON.parse(
    text
      .replaceAll("Codertocat", login)
      .replaceAll("Hello-World", `${word(draw, 5)}-${word(draw, 5)}`)
      .replaceAll("21031067", String(id))
      .replaceAll(base64("04:User21031067"), base64(`04:User${id}`))
      .replaceAll("186853261", String(repository))
      .replaceAll(base64("010:Repository186853261"), base64(`010:Repository${repository}`))
      .replaceAll("2019-05-15T15:20:42", time),
  );
  const { description } = event.repository;
  event.repository.description = prose(draw, description.length);
  const other = JSON.stringify(event);
  if (other.length !== text.length) {
    throw new Error(`an event of the batch has ${other.length} bytes instead of ${text.length}`);
  }
  return other;
}

/** An event of which most is noise in the column that is copied, so that it hardly compresses. */
function noisy(draw, text) {
  const { action, repository, organization, sender } = JSON.parse(varied(draw, text));
  const { id, full_name, html_url, created_at } = repository;
  return JSON.stringify({
    action,
    repository: { id, full_name, html_url, created_at, private: false },
    organization,
    sender: { ...sender, note: noise(draw, FULL_NOISE) },
  });
}

/** SplitMix32: `draw(n)` is below `n`, and the same seed draws the same. */
function generator(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return ((z ^ (z >>> 16)) >>> 0) % below;
  };
}

function letters(draw, alphabet, length) {
  return Array.from({ length }, () => alphabet[draw(alphabet.length)]).join("");
}

const word = (draw, length) => letters(draw, "abcdefghijklmnopqrstuvwxyz", length);
const hex = (draw, length) => letters(draw, "0123456789abcdef", length);
const noise = (draw, length) =>
  letters(draw, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", length);

function uuid(draw) {
  return [8, 4, 4, 4, 12].map((length) => hex(draw, length)).join("-");
}

function prose(draw, length) {
  let text = "";
  while (text.length < length) {
    text += `${word(draw, 2 + draw(8))} `;
  }
  return text.slice(0, length);
}
