// `npm run format`: formats the Rust and the JavaScript as `npm test` wants them.

import { spawnSync } from "node:child_process";
import { environment, root } from "./setup.mjs";

for (const [command, ...args] of [
  ["cargo", "fmt"],
  ["biome", "check", "--write"],
]) {
  const { status } = spawnSync(command, args, { cwd: root, env: environment(), stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
