import * as ccfEdge from "ccf-edge";
import { run } from "./consumer.js";

run(ccfEdge).then(
  (result) => {
    document.title = JSON.stringify(result);
  },
  (error) => {
    document.title = String(error);
  },
);
