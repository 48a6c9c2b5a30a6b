// `npm run format`: formats the Rust and the JavaScript as `npm test` wants them.

import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { environment, root } from "./setup.mjs";

/** What cargo is called with to format the Rust. It follows `mod` lines, and those of the rules stand in a macro. */
export function cargoFmt(...options) {
  return ["fmt", ...options, "--", ...globSync("src/rules/*/*.rs", { cwd: root })];
}

if (import.meta.filename === process.argv[1]) {
  for (const [command, ...args] of [
    ["cargo", ...cargoFmt()],
    ["biome", "check", "--write"],
  ]) {
    const { status } = spawnSync(command, args, { cwd: root, env: environment(), stdio: "inherit" });
    if (status !== 0) process.exitCode = 1;
  }
}
