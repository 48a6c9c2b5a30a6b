import { relay } from "ccf-edge/worker";
import config from "./relay.json";
import dcr from "./DCR.json";
export default relay({ config, dcr });
