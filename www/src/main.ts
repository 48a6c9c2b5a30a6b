// Starts the page: which part is shown, light or dark, and the service worker.

import { find, h } from "./dom.ts";
import { PARTS, type Part, type PartEntry } from "./parts.ts";
import { themeButton } from "./theme.ts";

const loaded = new Map<string, { host: HTMLElement; part: Part | Promise<Part> }>();

themeButton();
tabs();
addEventListener("hashchange", () => route());
void route();
keepForOffline();

/** `#/` is the landing part, `#/check/…` a part. */
async function route(): Promise<void> {
  // Links within the page, such as the one that skips the bar, are none of a part.
  if (loaded.size > 0 && location.hash !== "" && !location.hash.startsWith("#/")) return;
  const [, id = "", rest = ""] = /^#\/([a-z]*)\/?(.*)$/s.exec(location.hash) ?? [];
  const entry = PARTS.find((part) => part.id === id) ?? PARTS[0];
  const landing = entry.id !== id;
  document.body.dataset.mode = landing ? "landing" : "work";
  for (const tab of document.querySelectorAll<HTMLAnchorElement>(".parts a")) {
    if (tab.dataset.part === entry.id) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
  const { host, part } = partOf(entry);
  for (const other of loaded.values()) other.host.hidden = other.host !== host;
  try {
    await (await part).show(landing ? "" : rest);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    host.replaceChildren(h("p", { class: "notice", role: "alert" }, `This cannot be shown: ${why}`));
  }
}

function partOf(entry: PartEntry): { host: HTMLElement; part: Part | Promise<Part> } {
  let found = loaded.get(entry.id);
  if (found === undefined) {
    const host = h("section", { id: `part-${entry.id}`, class: "part", "aria-label": entry.title });
    find("#parts").append(host);
    found = { host, part: entry.load(host) };
    loaded.set(entry.id, found);
  }
  return found;
}

/** One part alone needs no tab. */
function tabs(): void {
  const nav = find(".parts");
  nav.hidden = PARTS.length < 2;
  nav.append(...PARTS.map(({ id, title }) => h("a", { href: `#/${id}`, "data-part": id }, title)));
}

/** Keeps the page for times without a network, once it has loaded and has nothing else to do. */
function keepForOffline(): void {
  if (!("serviceWorker" in navigator)) return;
  const register = () =>
    navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => {
      // Opened from a disk or in a private window: it works, but not offline.
    });
  const idle = () => ("requestIdleCallback" in window ? requestIdleCallback(register) : register());
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle);
}
