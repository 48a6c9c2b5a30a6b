// ccf-edge as a user deploys it: the built relay with a configuration beside it.

import { relay } from "./worker/index.js";
import config from "./relay.json";
import dcr from "./DCR.json";

export default relay({ config, dcr });
