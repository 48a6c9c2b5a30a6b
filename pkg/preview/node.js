// The entry for Node, Deno and Bun. It has no top-level await, so that `require` can load it too.

import { readFileSync } from "node:fs";
import { initSync } from "../local/ccf_edge.js";

initSync({ module: readFileSync(new URL("../local/ccf_edge_bg.wasm", import.meta.url)) });

export * from "./api.js";
export const ready = Promise.resolve();
