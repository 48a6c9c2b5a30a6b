import * as ccfEdge from "ccf-edge";
import { run } from "./consumer.js";

export default {
  async fetch() {
    return Response.json(await run(ccfEdge));
  },
};
