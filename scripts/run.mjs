// `node scripts/run.mjs <script> [arguments]`: sets up what is missing, then runs scripts/<script>.mjs on a Node that
// is new enough. Every command of package.json comes through here, so no command needs an `npm install` before it.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { environment, nodeProgram, root, SetupError, setup } from "./setup.mjs";

const [script, ...args] = process.argv.slice(2);

try {
  await setup();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

if (script !== undefined) {
  const child = spawn(nodeProgram(), [join(root, "scripts", `${script}.mjs`), ...args], {
    stdio: "inherit",
    env: environment(),
  });
  // A terminal sends Ctrl-C to both; the script decides when it is done, and this one follows it.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => signal !== "SIGINT" && child.kill(signal));
  }
  child.on("close", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
