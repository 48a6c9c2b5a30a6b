import * as preview from "ccf-edge/preview";
import { run } from "./preview.js";

export default {
  async fetch() {
    return Response.json(await run(preview));
  },
};
