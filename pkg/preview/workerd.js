// The entry for Cloudflare Workers, and for bundlers that turn a `.wasm` import into a module or its bytes.

import { initSync } from "../local/ccf_edge.js";
import module from "../local/ccf_edge_bg.wasm";

initSync({ module });

export * from "./api.js";
export const ready = Promise.resolve();
