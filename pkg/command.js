// What the commands of `ccf-edge` share.

import { relative } from "node:path";

/** Something that the user has to change. */
export class UsageError extends Error {}

/** Runs a command and gives its exit code. What the user has to change is one line, everything else a bug. */
export async function guarded(name, command) {
  try {
    return await command();
  } catch (error) {
    const known = error instanceof UsageError || error.code?.startsWith("ERR_PARSE_ARGS");
    process.stderr.write(`${name}: ${known ? error.message : (error.stack ?? error)}\n`);
    return 2;
  }
}

/** A path as people and editors follow it from where they are. */
export function shown(path) {
  const below = relative(process.cwd(), path);
  return below.startsWith("..") ? path : below || ".";
}
