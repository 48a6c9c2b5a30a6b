import * as ccfEdge from "ccf-edge";
import { run } from "./consumer.js";

console.log(JSON.stringify(await run(ccfEdge)));
