// `npm run check-config -- [folder]`: every mistake in the relay.json and DCR.json of a folder, and the secrets that
// the relay needs. Exit code 1 if there is a mistake.
//
// wrangler runs it before `dev` and `deploy` (the [build] of wrangler.toml), so that nothing wrong is uploaded. A
// data collection endpoint on loopback, where local Azure listens, is a mistake except under `wrangler dev`.

import { existsSync, readFileSync } from "node:fs";
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
  const { errors, secrets, dedupe } = JSON.parse(
    check_relay(texts["relay.json"], texts["DCR.json"], development),
  );

  for (const { file, line, column, message } of errors) {
    process.stderr.write(`${shown(join(folder, file))}:${line}:${column}: ${message}\n`);
  }
  if (errors.length > 0) {
    process.stderr.write(`${errors.length === 1 ? "1 mistake" : `${errors.length} mistakes`}\n`);
    return 1;
  }
  const settings = settingsOf(folder);
  if (dedupe.length > 0 && settings !== undefined && !bindsWindow(settings)) {
    process.stderr.write(
      `${shown(settings)}: the hook \`${dedupe[0]}\` wants \`dedupe\`: bind the Durable Object class \`Dedupe\` as \`DEDUPE\` ` +
        "and export it from the Worker's entry, as docs/duplicates.md shows\n1 mistake\n",
    );
    return 1;
  }
  process.stdout.write(`${shown(folder)} is sound. The deployed relay needs these secrets:\n`);
  for (const name of secrets) {
    process.stdout.write(`  npx wrangler secret put ${name}\n`);
  }
  return 0;
}

/** The settings of the Worker that a folder belongs to, if there are any. */
function settingsOf(folder) {
  const names = ["wrangler.toml", "wrangler.json", "wrangler.jsonc"];
  const places = [folder, process.cwd(), root].flatMap((place) => names.map((name) => join(place, name)));
  return places.find(existsSync);
}

/** Whether a line that is no comment names the binding. */
function bindsWindow(settings) {
  return /^(?!\s*(#|\/\/)).*"DEDUPE"/m.test(readFileSync(settings, "utf8"));
}

/** A path as people and editors follow it from where they are. */
function shown(path) {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below || ".";
}
