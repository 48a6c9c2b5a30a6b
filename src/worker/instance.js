// The instance of the core: it is made when the first request comes, and thrown away when it traps.

import { useMemory } from "ccf-edge-host";
import * as core from "ccf-edge-wasm";
import module from "./ccf_edge_bg.wasm";

/** What to do next for a passage or a batch; src/worker/mod.rs has the same numbers. */
export const OVER = 0;
export const ASK = 1;
export const ASK_THE_SAME = 2;
export const WAIT = 3;
export const FETCH = 4;
export const AGAIN = 5;
export const QUEUE = 6;
export const CLAIM = 7;
export const HELLO = 8;
export const RECALL = 9;

/**
 * Counts the instances of the core. A trap leaves an instance in an unknown state, so it is thrown away, and
 * whoever still waits on it answers 503.
 */
export let generation = 0;

/** The configured hooks by name; null where there is no instance. */
export let hooks = null;

/**
 * Makes the instance where there is none, and configures it.
 *
 * @param {{config: string, dcr: string}} files the texts of relay.json and DCR.json
 */
export function start(files, env) {
  if (hooks !== null) {
    return;
  }
  useMemory(core.initSync({ module }).memory);
  const known = JSON.parse(core.configure(String(files?.config), String(files?.dcr), env));
  for (const problem of known.problems) {
    console.error(problem);
  }
  hooks = new Map(known.hooks.map((hook) => [hook.name, hook]));
}

/** The core has trapped or the platform has failed: this request is lost to the sender's retry, the next one works. */
export function trapped(error, hook) {
  console.error(JSON.stringify({ log: "trap", hook, error: String(error?.stack ?? error) }));
  generation += 1;
  hooks = null;
  core.__wbg_reset_state();
  return unavailable();
}

export function unavailable() {
  const detail = "the relay had to start afresh; send this delivery again";
  const problem = { status: 503, code: "unavailable", detail };
  return new Response(JSON.stringify(problem), {
    status: 503,
    headers: { "content-type": "application/problem+json", "retry-after": "5" },
  });
}
