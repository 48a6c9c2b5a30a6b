// What one part of the page leaves for another to open.

import type { Opened } from "./check/workspace.ts";

let waiting: Opened | undefined;

/** Leaves files for Check, and goes there. */
export function openInCheck(what: Opened): void {
  waiting = what;
  location.hash = "#/check";
}

/** Takes what was left, once. */
export function takeHandedOver(): Opened | undefined {
  const what = waiting;
  waiting = undefined;
  return what;
}
