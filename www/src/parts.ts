// The parts of the page. A new one is a line here and a module with `mount`; its tab appears by itself.

import { mount } from "./check/part.ts";

export interface Part {
  /** Shows the part for what stands behind its name in the address: `#/check/<rest>`. */
  show(rest: string): void | Promise<void>;
}

export interface PartEntry {
  /** Its name in the address. */
  id: string;
  title: string;
  /** Builds the part in its own element, once, when it is first shown. */
  load(host: HTMLElement): Part | Promise<Part>;
}

/** The first one stands below the landing part; the others should be imported when they are asked for. */
export const PARTS: [PartEntry, ...PartEntry[]] = [
  { id: "check", title: "Check", load: mount },
  {
    id: "preview",
    title: "Preview",
    load: async (host) => (await import("./preview/part.ts")).mount(host),
  },
  {
    id: "start",
    title: "Start from an event",
    load: async (host) => (await import("./start/part.ts")).mount(host),
  },
];
