// What `ccf-edge/preview` exports, over the functions of its wasm module. ../preview.d.ts describes it.

import {
  __wbg_reset_state,
  check_relay,
  init as initText,
  list_sources,
  preview_delivery,
  sample_delivery,
  sign_delivery,
} from "../local/ccf_edge.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function preview(input) {
  const { settings, body } = crossing(input);
  return guarded(() => JSON.parse(preview_delivery(settings, body)));
}

export function init(event, options = {}) {
  return guarded(() => JSON.parse(initText(event, JSON.stringify(options), options.now ?? Date.now())));
}

export function checkRelay(relay, dcr, { development = false } = {}) {
  return guarded(() => JSON.parse(check_relay(relay, dcr, development)));
}

export function sources() {
  return JSON.parse(guarded(list_sources));
}

export function sample(source, name) {
  const text = guarded(() => sample_delivery(source, name));
  return text === undefined ? undefined : JSON.parse(text);
}

export function sign(input) {
  const { settings, body } = crossing(input);
  return guarded(() => {
    const signed = sign_delivery(settings, body);
    try {
      const { url } = signed;
      const bytes = signed.body;
      return {
        method: input.method ?? "POST",
        url,
        headers: JSON.parse(signed.headers),
        body: typeof input.body === "string" ? decoder.decode(bytes) : bytes,
      };
    } finally {
      signed.free();
    }
  });
}

/** The body crosses the border as bytes, all the rest as JSON. */
function crossing({ body, secret, now = Date.now(), ...rest }) {
  // An empty text in a form means that nobody has typed a secret.
  const secrets = [secret ?? []].flat().filter((text) => text !== "");
  return {
    settings: JSON.stringify({ ...rest, secret: secrets, now }),
    body: typeof body === "string" ? encoder.encode(body) : body,
  };
}

/** A trap leaves the module's memory in an unknown state: it is started afresh for the next call. */
function guarded(call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) {
      __wbg_reset_state();
      throw new Error("ccf-edge failed on this input, which is a bug of it: please report it", {
        cause: error,
      });
    }
    throw error;
  }
}
