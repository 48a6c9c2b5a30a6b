import * as preview from "ccf-edge/preview";
import { run } from "./preview.js";

run(preview)
  .then((result) => JSON.stringify(result))
  .catch((error) => JSON.stringify({ error: String(error) }))
  .then((text) => {
    document.title = text;
  });
