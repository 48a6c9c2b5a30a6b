// The files as a tree, with how many findings there are in each. The arrow keys walk it, as in WAI-ARIA's tree view.

import type { Finding, Severity } from "ccf-edge";
import { h, icon } from "../dom.ts";
import { baseOf, countsOf, SEVERITIES, type Workspace } from "./workspace.ts";

/** More than this, and folders without findings start closed. */
const MANY = 60;

interface Folder {
  path: string;
  name: string;
  folders: Map<string, Folder>;
  files: string[];
}

export function fileTree(workspace: Workspace): HTMLElement {
  const tree = h("ul", { role: "tree", class: "tree", "aria-label": "Files" });
  let open = new Set<string>();

  const render = () => {
    const focused = tree.contains(document.activeElement);
    const at = (document.activeElement as HTMLElement | null)?.dataset.path;
    const byFile = Map.groupBy(workspace.visible(), ({ file }) => file);
    const root = folderOf([...workspace.files.keys()]);
    tree.replaceChildren(...rows(root, byFile, 1));
    const item =
      items().find(({ dataset }) => dataset.path === (focused ? at : workspace.file)) ?? items()[0];
    if (item !== undefined) item.tabIndex = 0;
    if (focused) item?.focus();
  };

  // The items stand in one list and say their level: an item's name is then its own line and not its whole folder.
  const rows = (folder: Folder, byFile: Map<string, Finding[]>, level: number): HTMLElement[] => [
    ...[...folder.folders.values()].flatMap((inner) => {
      const expanded = open.has(inner.path);
      const inside = [...byFile].filter(([path]) => path.startsWith(inner.path)).flatMap(([, all]) => all);
      const row = item(inner.path, inner.name, level, icon("chevron"), inside);
      row.setAttribute("aria-expanded", String(expanded));
      return [row, ...(expanded ? rows(inner, byFile, level + 1) : [])];
    }),
    ...folder.files.map((path) => {
      const row = item(path, baseOf(path), level, icon("file"), byFile.get(path) ?? []);
      row.setAttribute("aria-selected", String(path === workspace.file));
      return row;
    }),
  ];

  const item = (path: string, name: string, level: number, picture: Node, inside: Finding[]) => {
    const row = h(
      "li",
      { role: "treeitem", class: "row", tabindex: -1, "aria-level": level, "data-path": path },
      picture,
      h("span", { class: "name", title: name }, name),
      ...badges(inside),
    );
    row.style.setProperty("--level", String(level));
    return row;
  };

  const items = () => [...tree.querySelectorAll<HTMLElement>("[role=treeitem]")];

  const focus = (item: HTMLElement | undefined | null) => {
    if (item === undefined || item === null) return;
    for (const other of items()) other.tabIndex = -1;
    item.tabIndex = 0;
    item.focus();
  };

  const toggle = (path: string, to = !open.has(path)) => {
    if (to) open.add(path);
    else open.delete(path);
    render();
    focus(items().find(({ dataset }) => dataset.path === path));
  };

  const activate = (item: HTMLElement, place: boolean) => {
    const path = item.dataset.path ?? "";
    if (item.hasAttribute("aria-expanded")) return toggle(path);
    const first = workspace.visible().find(({ file }) => file === path);
    if (first === undefined) workspace.show(path, undefined, place);
    else workspace.select(first, place);
  };

  const itemOf = (event: Event) => (event.target as HTMLElement).closest<HTMLElement>("[role=treeitem]");

  tree.addEventListener("click", (event) => {
    const item = itemOf(event);
    if (item === null) return;
    focus(item);
    activate(item, false);
  });

  tree.addEventListener("keydown", (event) => {
    const item = itemOf(event);
    if (item === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = items();
    const at = all.indexOf(item);
    const path = item.dataset.path ?? "";
    const expanded = item.getAttribute("aria-expanded");
    const moves: Record<string, () => void> = {
      ArrowDown: () => focus(all[at + 1]),
      ArrowUp: () => focus(all[at - 1]),
      Home: () => focus(all[0]),
      End: () => focus(all.at(-1)),
      ArrowRight: () => (expanded === "false" ? toggle(path, true) : expanded && focus(all[at + 1])),
      ArrowLeft: () =>
        expanded === "true"
          ? toggle(path, false)
          : focus(all.slice(0, at).findLast((other) => levelOf(other) < levelOf(item))),
      Enter: () => activate(item, true),
      " ": () => activate(item, false),
    };
    const move =
      moves[event.key] ?? (event.key.length === 1 ? () => focus(typed(all, at, event.key)) : undefined);
    if (move === undefined) return;
    event.preventDefault();
    move();
  });

  workspace.on("opened", () => {
    const touched = workspace.findings.map(({ file }) => file);
    const paths = workspace.files.size > MANY ? touched : [...workspace.files.keys()];
    open = new Set(paths.flatMap(foldersOf));
    render();
  });
  workspace.on("checked", render);
  workspace.on("selected", () => {
    for (const folder of foldersOf(workspace.file ?? "")) open.add(folder);
    render();
  });
  return tree;
}

function levelOf(item: HTMLElement): number {
  return Number(item.getAttribute("aria-level"));
}

/** The next item whose name starts with a letter. */
function typed(all: HTMLElement[], at: number, letter: string): HTMLElement | undefined {
  const round = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return round.find((item) =>
    baseOf((item.dataset.path ?? "").replace(/\/$/, ""))
      .toLowerCase()
      .startsWith(letter.toLowerCase()),
  );
}

/** `a/` and `a/b/` of `a/b/c.json`. */
function foldersOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1));
}

function folderOf(paths: string[]): Folder {
  const root: Folder = { path: "", name: "", folders: new Map(), files: [] };
  for (const path of paths) {
    let folder = root;
    for (const inner of foldersOf(path)) {
      const name = baseOf(inner.slice(0, -1));
      const next = folder.folders.get(name) ?? { path: inner, name, folders: new Map(), files: [] };
      folder.folders.set(name, next);
      folder = next;
    }
    folder.files.push(path);
  }
  return joined(root);
}

/** A folder with nothing but a folder in it is one line with it. */
function joined(folder: Folder): Folder {
  const folders = [...folder.folders.values()].map((inner) => {
    const { folders, files, path, name } = joined(inner);
    const [only] = folders.values();
    return folders.size === 1 && files.length === 0 && only !== undefined
      ? { ...only, name: `${name}/${only.name}` }
      : { folders, files, path, name };
  });
  return { ...folder, folders: new Map(folders.map((inner) => [inner.name, inner])) };
}

const WORDS: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

function badges(findings: Finding[]): HTMLElement[] {
  const counts = countsOf(findings);
  return SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    h(
      "span",
      { class: `badge ${severity}` },
      counts[severity],
      h("span", { class: "visually-hidden" }, ` ${WORDS[severity]}${counts[severity] === 1 ? "" : "s"}`),
    ),
  );
}
