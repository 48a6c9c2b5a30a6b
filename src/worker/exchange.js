// Requests that the core asks for.

/** Azure answers within seconds; a connection that says nothing for this long is a failure. */
const ANSWER_WITHIN_MS = 20_000;

/** How much of an answer is read: Azure's error documents are a few hundred bytes. */
const ANSWER_BYTES = 64 * 1024;

/** Where the last request went, and its header fields: nearly always those of the next one too. */
let lastUrl = "";
let lastHeaders = new Headers();

/**
 * Sends the request that a passage or a batch asks for, and gives its answer, or why there is none. `anew` says that
 * its address or header fields are not those of the last one.
 */
export function askFor(asking, anew) {
  if (anew) {
    lastUrl = asking.url();
    lastHeaders = new Headers(pairs(asking.headers()));
  }
  return ask(lastUrl, lastHeaders, asking.body());
}

/** A key that the core wants, or the visit that confirms a subscription. A body is JSON and makes it a POST. */
export function get(url, body) {
  return ask(url, body === undefined ? {} : { "content-type": "application/json" }, body);
}

/** Sends a request and gives its answer, or why there is none. */
function ask(url, headers, body) {
  return inTime(exchange(url, headers, body), (error) => ({ failure: String(error) }));
}

/** What `work` gives, or what `failed` makes of its error, or of its lateness. Who is late is not cancelled. */
export function inTime(work, failed, within = ANSWER_WITHIN_MS) {
  // A timer costs a tenth of what AbortSignal.timeout() costs, and a promise with two ways to settle less than
  // Promise.race().
  return new Promise((resolve) => {
    const fail = (error) => {
      clearTimeout(timer);
      resolve(failed(error));
    };
    const timer = setTimeout(fail, within, `no answer within ${within / 1000} s`);
    work.then((answer) => {
      clearTimeout(timer);
      resolve(answer);
    }, fail);
  });
}

async function exchange(url, headers, body) {
  const method = body === undefined ? "GET" : "POST";
  const response = await fetch(url, { method, headers, body, redirect: "manual" });
  if (response.status === 204) {
    return { status: 204 };
  }
  return {
    status: response.status,
    retryAfter: response.headers.get("retry-after") ?? undefined,
    body: (await readUpTo(response, ANSWER_BYTES)) ?? new Uint8Array(),
  };
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

/** The body, or null when it is longer than `limit` bytes: then no more than that is ever held. */
export async function readUpTo(request, limit) {
  const length = request.headers.get("content-length");
  if (length !== null) {
    return Number(length) > limit ? null : new Uint8Array(await request.arrayBuffer());
  }
  if (request.body === null) {
    return new Uint8Array();
  }
  const chunks = [];
  let size = 0;
  for await (const chunk of request.body) {
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
  return body;
}
