import { relay } from "ccf-edge/worker";
import dcr from "./DCR.json";
import config from "./relay.json";

export { Dedupe } from "ccf-edge/worker";
export default relay({ config, dcr });
