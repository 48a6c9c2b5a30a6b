// Files on their way to the reader's disk.

import { h } from "./dom.ts";

export function download(name: string, bytes: Uint8Array<ArrayBuffer>): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: "application/zip" }));
  h("a", { href: url, download: name }).click();
  // The browser has to have begun by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
