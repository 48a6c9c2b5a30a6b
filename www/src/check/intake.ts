// How files come in: dropped, picked, or out of a zip. They are read here and go nowhere else.

import type { Content, Opened } from "./workspace.ts";

/** Beyond these a browser tab is not the right place, and a zip is more likely a bomb than a connector. */
const MAX_FILES = 5000;
const MAX_BYTES = 64 * 1024 * 1024;

const TEXT = /\.(json|jsonc|md|svg|txt|kql|ya?ml|csv|xml|ps1|py)$/i;
const SKIPPED = /(^|\/)(node_modules|\.git|__MACOSX)\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** Files that cannot be opened, said for the reader. */
export class IntakeError extends Error {}

class Collection {
  readonly files = new Map<string, Content>();
  #bytes = 0;

  add(path: string, bytes: Uint8Array): void {
    const clean = cleanPath(path);
    if (clean === "" || SKIPPED.test(clean)) return;
    this.#bytes += bytes.length;
    if (this.files.size >= MAX_FILES || this.#bytes > MAX_BYTES) {
      throw new IntakeError(
        `These are more than ${MAX_FILES} files or 64 MB: open the folder of one solution, or use the command line.`,
      );
    }
    this.files.set(clean, TEXT.test(clean) ? textOf(bytes) : bytes);
  }

  /** The files below their common folder, whose name is the solution's. */
  opened(): Opened {
    if (this.files.size === 0) throw new IntakeError("There is no file in what you opened.");
    const firsts = new Set([...this.files.keys()].map((path) => path.slice(0, path.indexOf("/") + 1)));
    const [folder = ""] = firsts;
    if (firsts.size !== 1 || folder === "" || isPart(folder)) return { files: this.files };
    const files = new Map([...this.files].map(([path, content]) => [path.slice(folder.length), content]));
    return { name: folder.slice(0, -1), files };
  }
}

/** A folder that is a part of a solution, not one. */
function isPart(folder: string): boolean {
  return /^(Data Connectors|DataConnectors|Data|Package|Parsers|Workbooks|Analytic Rules)\/$/i.test(folder);
}

/** No path leads out of the folder, neither here nor where the zip is unpacked again. */
function cleanPath(path: string): string {
  return path
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
}

/** The text with its byte order mark, which is a finding; what is not UTF-8 stays bytes. */
function textOf(bytes: Uint8Array): Content {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}

/** Reads what was dropped: folders, zips, files. Entries have to be taken before the event is over. */
export function fromDrop(transfer: DataTransfer): Promise<Opened> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...transfer.files];
  if (!entries.some((entry) => entry?.isDirectory)) return fromFiles(files);
  return collected(async (collection) => {
    for (const entry of entries) if (entry !== null) await walk(entry, collection);
  });
}

/** Reads files that were picked; those of a folder carry their paths. */
export function fromFiles(files: File[]): Promise<Opened> {
  return collected(async (collection) => {
    for (const file of files) {
      const bytes = await bytesOf(file);
      if (/\.zip$/i.test(file.name) && file.webkitRelativePath === "") {
        await unzip(bytes, collection, files.length > 1 ? file.name.replace(/\.zip$/i, "/") : "");
      } else collection.add(file.webkitRelativePath || file.name, bytes);
    }
  });
}

async function collected(fill: (collection: Collection) => Promise<void>): Promise<Opened> {
  const collection = new Collection();
  await fill(collection);
  return collection.opened();
}

async function walk(entry: FileSystemEntry, collection: Collection): Promise<void> {
  if (SKIPPED.test(`${entry.fullPath}/`)) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    collection.add(entry.fullPath, await bytesOf(file));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred entries at a time, and none at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const inner of batch) await walk(inner, collection);
  }
}

async function bytesOf(file: File): Promise<Uint8Array> {
  if (file.size > MAX_BYTES) throw new IntakeError(`${file.name} has more than 64 MB.`);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new IntakeError(`${file.name} cannot be read.`);
  }
}

async function unzip(bytes: Uint8Array, collection: Collection, prefix: string): Promise<void> {
  const { unzipSync } = await import("fflate");
  let total = 0;
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name.endsWith("/") || SKIPPED.test(name)) return false;
        total += originalSize;
        if (total > MAX_BYTES) throw new IntakeError("The zip unpacks to more than 64 MB.");
        return true;
      },
    });
  } catch (error) {
    if (error instanceof IntakeError) throw error;
    throw new IntakeError("The zip cannot be read: it is damaged or encrypted.");
  }
  for (const [path, content] of Object.entries(unpacked)) collection.add(prefix + path, content);
}

/** The files as a zip, below a folder with their name. */
export async function zipped({ name, files }: Opened): Promise<Uint8Array<ArrayBuffer>> {
  const { strToU8, zipSync } = await import("fflate");
  const folder = name === undefined ? "" : `${name}/`;
  const contents = [...files].map(([path, content]) => [
    folder + path,
    typeof content === "string" ? strToU8(content) : content,
  ]);
  return zipSync(Object.fromEntries(contents)) as Uint8Array<ArrayBuffer>;
}
