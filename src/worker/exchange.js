// Requests that the core asks for.

/** Azure answers within seconds; a connection that says nothing for this long is a failure. */
const ANSWER_WITHIN_MS = 20_000;

/** An answer that takes longer than this is slow: senders begin to hang up. */
const SLOW_MS = 2_000;

/** How much of an answer is read: Azure's error documents are a few hundred bytes. */
const ANSWER_BYTES = 64 * 1024;

/** The answer of Azure that has taken rows. */
const TAKEN = { status: 204 };

/**
 * The last request that the core asked for, without its body: nearly always the next one is the same but for that.
 * Nothing in it belongs to the event that it was made in, so any other may send it, and it need not be made again.
 */
let last;

/**
 * Sends the request that the core asks for, and gives its answer, or why there is none. `anew` says that its address or
 * header fields are not those of the last one; `slow` is called when the answer is.
 */
export function askFor(core, body, anew, slow) {
  if (anew) {
    last = new Request(core.url(), {
      method: "POST",
      headers: pairs(core.headers()),
      redirect: "manual",
    });
  }
  return ask(last, { body }, slow);
}

/** A key that the core wants, or the visit that confirms a subscription. A body is JSON and makes it a POST. */
export function get(url, body) {
  const headers = { "content-type": "application/json" };
  const how = body === undefined ? {} : { method: "POST", headers, body };
  return ask(url, { ...how, redirect: "manual" });
}

/** Sends a request and gives its answer, or why there is none. That rows are taken is told by a status alone. */
function ask(request, init, slow = () => {}) {
  return new Promise((resolve) => {
    const fail = (error) =>
      resolve({ failure: String(error ?? `no answer within ${ANSWER_WITHIN_MS / 1000} s`) });
    // A timer costs a tenth of what AbortSignal.timeout() costs. It ends with its event and does nothing when the answer
    // was there before, so that clearing it would only cost as much again.
    setTimeout(() => {
      setTimeout(fail, ANSWER_WITHIN_MS - SLOW_MS);
      slow();
    }, SLOW_MS);
    fetch(request, init).then((response) => {
      if (response.status === 204) {
        resolve(TAKEN);
      } else {
        wholeAnswer(response).then(resolve, fail);
      }
    }, fail);
  });
}

async function wholeAnswer(response) {
  const body = await readUpTo(response, ANSWER_BYTES);
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after") ?? undefined,
    body: new Uint8Array(body ?? 0),
  };
}

/** What `work` gives, or what `failed` makes of its error, or of its lateness. Who is late is not cancelled. */
export function inTime(work, failed, withinMs = ANSWER_WITHIN_MS) {
  return new Promise((resolve) => {
    const fail = (error) => {
      clearTimeout(timer);
      resolve(failed(error));
    };
    const timer = setTimeout(fail, withinMs, `no answer within ${withinMs / 1000} s`);
    work.then((answer) => {
      clearTimeout(timer);
      resolve(answer);
    }, fail);
  });
}

/** Lines in twos to a record of header fields. */
export function pairs(text) {
  const lines = text.split("\n");
  const record = {};
  for (let i = 0; i + 1 < lines.length; i += 2) {
    record[lines[i]] = lines[i + 1];
  }
  return record;
}

/**
 * The body as an `ArrayBuffer`, or null when it is longer than `limit` bytes: then no more than that is ever held.
 */
export function readUpTo(source, limit) {
  const length = source.headers.get("content-length");
  if (length === null) {
    return collect(source.body, limit);
  }
  return Number(length) > limit ? null : source.arrayBuffer();
}

async function collect(stream, limit) {
  const chunks = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > limit) {
      return null;
    }
    chunks.push(chunk);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body.buffer;
}
