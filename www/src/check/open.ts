// The ways to open something: picking a folder, files or a zip, an example, and dropping anywhere on the page.

import { examples, firstFindings, sound } from "virtual:examples";
import type { Finding } from "ccf-edge";
import { append, find, h, icon } from "../dom.ts";
import { toast } from "../toast.ts";
import { fromDrop, fromFiles, IntakeError } from "./intake.ts";
import { messageOf, type Opened } from "./workspace.ts";

export function example(id: string): Opened | undefined {
  const found = examples.find((example) => example.id === id);
  if (found === undefined) return undefined;
  const files = found.paths.map((path): [string, string] => [path, found.changed[path] ?? sound[path] ?? ""]);
  return { name: "larkspur", files: new Map(files) };
}

/** The connector that is open when nothing else is, and what was found in it when the page was built. */
export function firstExample(): { what: Opened; findings: Finding[] } {
  return { what: example(examples[0]?.id ?? "") ?? { files: new Map() }, findings: firstFindings };
}

/** Fills an element with buttons; `opened` is called with what they open. */
export function openButtons(host: HTMLElement, opened: (what: Opened) => void): void {
  const pick = (attributes: Record<string, boolean>) => {
    const input = h("input", { type: "file", multiple: true, hidden: true, tabindex: -1, ...attributes });
    input.addEventListener("change", () => {
      if (input.files !== null && input.files.length > 0) void taken(fromFiles([...input.files]), opened);
      input.value = "";
    });
    return input;
  };
  const folder = pick({ webkitdirectory: true });
  const files = pick({});
  append(host, [
    h(
      "div",
      { class: "drop" },
      h("p", { class: "drop-title" }, "Drop a solution's folder, a zip or files here"),
      h(
        "div",
        { class: "row" },
        h(
          "button",
          { type: "button", class: "primary", onclick: () => folder.click() },
          icon("folder"),
          "Choose a folder",
        ),
        h(
          "button",
          { type: "button", onclick: () => files.click() },
          icon("archive"),
          "Choose a zip or files",
        ),
      ),
      folder,
      files,
    ),
    h("h2", { class: "small" }, "Or try an example"),
    h(
      "ul",
      { class: "examples" },
      ...examples.map(({ id, title, summary }) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              "data-example": id,
              onclick: () => {
                const what = example(id);
                if (what !== undefined) opened(what);
              },
            },
            h("strong", {}, title),
            h("span", {}, summary),
          ),
        ),
      ),
    ),
  ]);
}

/** Takes what is dropped anywhere on the page. */
export function acceptDrops(opened: (what: Opened) => void): void {
  const veil = find(".veil");
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) veil.hidden = true;
  });
  // Before the editor, which would put the text of a file where it was dropped.
  addEventListener(
    "drop",
    (event) => {
      veil.hidden = true;
      if (!carriesFiles(event) || event.dataTransfer === null) return;
      event.preventDefault();
      event.stopPropagation();
      void taken(fromDrop(event.dataTransfer), opened);
    },
    { capture: true },
  );
}

async function taken(reading: Promise<Opened>, opened: (what: Opened) => void): Promise<void> {
  try {
    opened(await reading);
  } catch (error) {
    toast(error instanceof IntakeError ? error.message : `This cannot be opened: ${messageOf(error)}`);
  }
}
