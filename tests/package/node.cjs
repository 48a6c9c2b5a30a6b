const ccfEdge = require("ccf-edge");

import("./consumer.js").then(async ({ run }) => {
  console.log(JSON.stringify(await run(ccfEdge)));
});
