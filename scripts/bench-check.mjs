// `npm run bench:check`: builds the validator, then measures it (bench/README.md).

import { buildPackage } from "./build.mjs";

await buildPackage();
await import("../bench/check.mjs");
