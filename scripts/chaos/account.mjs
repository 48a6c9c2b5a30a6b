// Where every record is: in the table, parked, or still in the queue. Parked messages are read as an operator reads
// them, by the relay's own endpoints, down to the body that they would send again.

/** The records of an event, by what lies in the queue or the bucket; `only` are those that are left of it. */
function recordsOf(envelope, only) {
  const end = envelope.indexOf("\n");
  const body = JSON.parse(envelope.subarray(end + 1).toString());
  const names = body.events?.map(({ who }) => who) ?? [body.odd];
  return only === undefined ? names : only.map((index) => names[index]);
}

const headOf = (message) => JSON.parse(message.subarray(0, message.indexOf("\n")).toString());

/**
 * @param {{events: Map<string, {kind: string, records: string[], acknowledged: boolean}>, rows: {Who: string}[],
 *   waiting: {body: string}[], relay: string, token: string}} what
 */
export async function account({ events, rows, waiting, relay, token }) {
  const times = new Map();
  for (const { Who } of rows) times.set(Who, (times.get(Who) ?? 0) + 1);
  const held = new Set();
  const reasons = {};
  for (const key of await keys(relay, token)) {
    const document = await (await get(`${relay}/admin/parked/${key}`, token)).json();
    reasons[document.reason] = (reasons[document.reason] ?? 0) + 1;
    const message = Buffer.from(document.message, "base64");
    const { claim, only } = headOf(message);
    if (claim === undefined) {
      for (const who of recordsOf(message, only)) held.add(who);
      continue;
    }
    const response = await get(`${relay}/admin/parked/${key.replace(/\.json$/, ".body")}`, token);
    if (!response.ok) continue;
    for (const who of recordsOf(Buffer.from(await response.arrayBuffer()), only)) held.add(who);
  }
  const queued = new Set();
  for (const { body } of waiting) {
    const message = Buffer.from(body, "base64");
    const { claim, only } = headOf(message);
    // The body of a claim is the relay's own matter as long as the message waits: it names its event's key.
    if (claim === undefined) for (const who of recordsOf(message, only)) queued.add(who);
  }
  const counts = { acknowledged: 0, records: 0, delivered: 0, parked: 0, waiting: 0, duplicates: 0 };
  const missing = [];
  const sent = new Set();
  for (const { records, acknowledged } of events.values()) {
    for (const who of records) sent.add(who);
    if (!acknowledged) continue;
    counts.acknowledged += 1;
    for (const who of records) {
      counts.records += 1;
      if (times.has(who)) counts.delivered += 1;
      else if (held.has(who)) counts.parked += 1;
      else if (queued.has(who)) counts.waiting += 1;
      else missing.push(who);
    }
  }
  for (const count of times.values()) counts.duplicates += count - 1;
  const unsent = [...times.keys()].filter((who) => !sent.has(who));
  return { counts, parked: reasons, missing, unsent };
}

async function get(url, token) {
  return fetch(url, { headers: { authorization: `Bearer ${token}` } });
}

/** The keys of everything that is parked. */
async function keys(relay, token) {
  const found = [];
  let cursor;
  do {
    const page = cursor === undefined ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    const { parked, cursor: next } = await (await get(`${relay}/admin/parked${page}`, token)).json();
    found.push(...parked.map(({ key }) => key));
    cursor = next;
  } while (cursor !== undefined);
  return found;
}
