import { relay } from "ccf-edge/worker";
import config from "./relay.json";
<<<<<<< HEAD

export default {
  fetch: () => new Response(JSON.stringify([typeof dcr, typeof config, config, typeof relay])),
};
=======
import dcr from "./DCR.json";
export default relay({ config, dcr });
>>>>>>> main
