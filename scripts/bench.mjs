// `npm run bench`: builds the Worker, then measures it beside what one would write instead (bench/README.md).

import { buildWorker } from "./build.mjs";

await buildWorker();
await import("../bench/run.mjs");
