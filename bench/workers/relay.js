// ccf-edge as a user deploys it: the built relay with a configuration beside it.

import dcr from "./DCR.json";
import config from "./relay.json";
import { relay } from "./worker/index.js";

export default relay({ config, dcr });
