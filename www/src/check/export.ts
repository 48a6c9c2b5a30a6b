// What leaves the page, and only by the reader's hand: the files as a zip, the findings as text, a link.

import { counted, h } from "../dom.ts";
import { download } from "../download.ts";
import { theEngine } from "../engine.ts";
import { copy } from "../form.ts";
import { openDialog } from "./dialog.ts";
import { zipped } from "./intake.ts";
import { MAX_LINK, pack } from "./share.ts";
import type { Workspace } from "./workspace.ts";

export function openExport(workspace: Workspace): void {
  const { check, report } = theEngine();
  const name = workspace.name ?? "connector";
  const link = h("input", { type: "text", readonly: true, "aria-label": "Link to these files" });
  const copyLink = h("button", { type: "button", disabled: true }, "Copy the link");
  const note = h("p", { class: "note", role: "status" }, "Packing…");
  copyLink.addEventListener("click", () => void copy(link.value, "The link is copied."));
  const copyButton = (label: string, text: () => string) =>
    h(
      "button",
      { type: "button", onclick: () => void copy(text(), `The findings are copied as ${label}.`) },
      label,
    );
  openDialog(
    "Take it with you",
    "export",
    h(
      "section",
      {},
      h("h3", {}, "The files"),
      h("p", {}, `${counted(workspace.files.size, "file")} as they are now, with the fixes that you made.`),
      h(
        "button",
        { type: "button", class: "primary", onclick: () => void save(workspace, name) },
        `Download ${name}.zip`,
      ),
    ),
    h(
      "section",
      {},
      h("h3", {}, "The findings"),
      h("p", {}, "Copied for a pull request, for code scanning, or for a program."),
      h(
        "div",
        { class: "row" },
        copyButton("Markdown", () => report(workspace.files, "markdown", workspace.options())),
        copyButton("SARIF", () => report(workspace.files, "sarif", workspace.options())),
        copyButton("JSON", () =>
          JSON.stringify({ findings: check(workspace.files, workspace.options()) }, null, 2),
        ),
      ),
    ),
    h(
      "section",
      {},
      h("h3", {}, "A link"),
      h(
        "p",
        {},
        "The link itself carries the files, behind the #, which browsers send to no server. Whoever has the link has the files.",
      ),
      h("div", { class: "row link" }, link, copyLink),
      note,
    ),
  );
  void (async () => {
    const packed = await pack({ name: workspace.name, files: workspace.files });
    if (packed.length > MAX_LINK) {
      note.textContent = `It would have ${Math.round(packed.length / 1000)} KB, which most programs cut off: send the zip instead.`;
      link.disabled = true;
      return;
    }
    link.value = `${location.href.replace(/#.*$/s, "")}#/check/${packed}`;
    copyLink.disabled = false;
    note.textContent = `${Math.ceil(link.value.length / 1000)} KB`;
  })();
}

async function save(workspace: Workspace, name: string): Promise<void> {
  download(`${name}.zip`, await zipped({ name: workspace.name, files: workspace.files }));
  workspace.unsaved = false;
}
