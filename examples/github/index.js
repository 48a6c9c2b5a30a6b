import relay from "ccf-edge/worker";
import dcr from "./DCR.json";
import config from "./relay.json";

export default {
  fetch: () => new Response(JSON.stringify([typeof dcr, typeof config, config, typeof relay])),
};
