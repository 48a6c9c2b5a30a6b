// `npm run check-config -- [folder]`: `ccf-edge relay check`, with what it needs built before.

import { join, resolve } from "node:path";
import { check } from "../pkg/relay.js";
import { buildLocal } from "./build.mjs";
import { root } from "./setup.mjs";

await buildLocal();
process.exitCode = await check(resolve(process.argv[2] ?? join(root, "examples", "github")));
