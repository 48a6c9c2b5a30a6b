import { __wbg_reset_state, initSync } from "ccf-edge-wasm";
import module from "./ccf_edge_bg.wasm";

initSync({ module });
export default {
  fetch: () => {
    __wbg_reset_state();
    return new Response("placeholder\n");
  },
};
