// Links that carry the files themselves, compressed, behind the `#`: browsers send that part to nobody.

import type { Content, Opened } from "./workspace.ts";

/** What chat programs and bug trackers still take as a link. */
export const MAX_LINK = 32_000;
/** What a link may unpack to: a short one can claim to be endless. */
const MAX_TEXT = 8 * 1024 * 1024;

/** The part of a link that carries the texts. Files that are no text stay behind. */
export async function pack({ name, files }: Opened): Promise<string> {
  const texts = [...files].filter((entry): entry is [string, string] => typeof entry[1] === "string");
  const json = JSON.stringify({ name, files: Object.fromEntries(texts) });
  const stream = new Blob([json]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return toBase64Url(new Uint8Array(await new Response(stream).arrayBuffer()));
}

/** What `pack` packed; an error when it is something else. */
export async function unpack(packed: string): Promise<Opened> {
  const stream = new Blob([fromBase64Url(packed)]).stream();
  const reader = stream.pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let json = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    json += decoder.decode(value, { stream: true });
    if (json.length > MAX_TEXT) throw new Error("the link unpacks to more than 8 MB");
  }
  const { name, files } = JSON.parse(json + decoder.decode()) as { name?: unknown; files?: unknown };
  if (typeof files !== "object" || files === null) throw new Error("the link has no files");
  const texts = Object.entries(files).filter((entry): entry is [string, string] => {
    return typeof entry[1] === "string" && !entry[0].split("/").includes("..");
  });
  if (texts.length === 0) throw new Error("the link has no files");
  return { name: typeof name === "string" ? name : undefined, files: new Map<string, Content>(texts) };
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
}
