import * as preview from "ccf-edge/preview";
import { run } from "./preview.js";

console.log(JSON.stringify(await run(preview)));
