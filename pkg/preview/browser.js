// The entry for browsers: the wasm file is fetched from beside this module, or from where a bundler put it.

import init from "../local/ccf_edge.js";

export * from "./api.js";
export const ready = init({
  module_or_path: new URL("../local/ccf_edge_bg.wasm", import.meta.url),
}).then(() => undefined);
