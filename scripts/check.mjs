// `npm run check-config -- [folder]`: every mistake in the relay.json and DCR.json of a folder, and the secrets that
// the relay needs. Exit code 1 if there is a mistake.
//
// wrangler runs it before `dev` and `deploy` (the [build] of wrangler.toml), so that nothing wrong is uploaded. A
// data collection endpoint on loopback, where local Azure listens, is a mistake except under `wrangler dev`.

import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildLocal } from "./build.mjs";
import { root } from "./setup.mjs";

const { positionals } = parseArgs({ allowPositionals: true });
const folder = resolve(positionals[0] ?? join(root, "examples", "github"));
process.exitCode = await check(folder);

async function check(folder) {
  const texts = {};
  for (const name of ["relay.json", "DCR.json"]) {
    try {
      texts[name] = readFileSync(join(folder, name), "utf8");
    } catch (error) {
      process.stderr.write(`${shown(join(folder, name))}: cannot be read: ${error.code ?? error.message}\n`);
    }
  }
  if (Object.keys(texts).length < 2) return 1;

  await buildLocal();
  const { check_relay, initSync } = await import("../pkg/local/ccf_edge.js");
  initSync({ module: readFileSync(join(root, "pkg", "local", "ccf_edge_bg.wasm")) });
  // wrangler tells its build command which of its commands it serves.
  const development = process.env.WRANGLER_COMMAND === "dev";
  const { errors, secrets } = JSON.parse(check_relay(texts["relay.json"], texts["DCR.json"], development));

  for (const { file, line, column, message } of errors) {
    process.stderr.write(`${shown(join(folder, file))}:${line}:${column}: ${message}\n`);
  }
  if (errors.length > 0) {
    process.stderr.write(`${errors.length === 1 ? "1 mistake" : `${errors.length} mistakes`}\n`);
    return 1;
  }
  process.stdout.write(`${shown(folder)} is sound. The deployed relay needs these secrets:\n`);
  for (const name of secrets) {
    process.stdout.write(`  npx wrangler secret put ${name}\n`);
  }
  return 0;
}

/** A path as people and editors follow it from where they are. */
function shown(path) {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below || ".";
}
