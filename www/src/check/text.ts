// The pane with a file's text. The editor is larger than the rest of the page, so it is fetched when somebody reaches
// for the text; until then the text is shown with the same marks.

import type { Finding, Range } from "ccf-edge";
import { h } from "../dom.ts";
import { loadEngine } from "../engine.ts";
import { toast } from "../toast.ts";
import type { Actions } from "./detail.ts";
import type { Editor } from "./editor.ts";
import { messageOf, SEVERITIES, type Workspace } from "./workspace.ts";

export function textPane(
  workspace: Workspace,
  actions: Actions,
): { element: HTMLElement; wake: () => Promise<void> } {
  const title = h("h2", { class: "path" });
  const host = h("div", { class: "text" });
  const element = h("section", { class: "pane", "aria-label": "The text" }, title, host);
  let editor: Editor | undefined;
  let waking = false;

  /** What was last asked for, for an editor that comes later. */
  let asked: { range?: Range | undefined; focus: boolean } = { focus: false };

  const render = (range?: Range, focus = false) => {
    asked = { range, focus };
    const { file } = workspace;
    const content = file === undefined ? undefined : workspace.files.get(file);
    title.replaceChildren(...pathParts(file ?? ""));
    title.title = file ?? "";
    if (file === undefined || typeof content !== "string") {
      const why = file === undefined ? "No file is open." : "This file is no text that can be shown here.";
      host.replaceChildren(h("p", { class: "hint" }, why));
      return;
    }
    if (editor === undefined) {
      showPlain(content, range);
      if (focus) void wake();
      return;
    }
    if (editor.element.parentNode !== host) host.replaceChildren(editor.element);
    editor.show(file, content);
    if (range !== undefined) editor.reveal(range, focus);
    else if (focus) editor.focus();
  };

  const showPlain = (content: string, range?: Range) => {
    const findings = workspace.visible().filter(({ file }) => file === workspace.file);
    const plain = h(
      "div",
      { class: "plain", role: "group", tabindex: 0, "aria-label": "Text, opens the editor" },
      ...linesOf(content, findings),
    );
    plain.addEventListener("focus", () => {
      asked.focus = true;
      void wake();
    });
    host.replaceChildren(plain);
    const line =
      range === undefined ? undefined : (plain.children[range.line - 1] as HTMLElement | undefined);
    if (line !== undefined) plain.scrollTop = line.offsetTop - plain.clientHeight / 3;
  };

  /** Fetches the editor and puts it in the place of the shown text. */
  const wake = async () => {
    if (waking) return;
    waking = true;
    try {
      const [{ createEditor }] = await Promise.all([import("./editor.ts"), loadEngine()]);
      editor = createEditor(workspace, actions);
      render(asked.range, asked.focus);
      editor.mark();
    } catch (error) {
      waking = false;
      toast(`The editor could not be loaded: ${messageOf(error)}`);
    }
  };

  workspace.on("opened", () => editor?.forget());
  workspace.on("changed", (changes) => {
    for (const { path, by } of changes) if (by === "page") editor?.replace(path, workspace.files.get(path));
    if (editor === undefined || changes.some(({ path, by }) => by === "page" && path === workspace.file))
      render();
  });
  workspace.on("checked", () => {
    if (editor === undefined) render(asked.range, asked.focus);
    else editor.mark();
  });
  workspace.on("selected", ({ range, focus }) => {
    render(range, focus);
    editor?.mark();
  });
  element.addEventListener("pointerenter", () => void wake());
  return { element, wake };
}

function pathParts(path: string): Node[] {
  const at = path.lastIndexOf("/") + 1;
  return [h("span", { class: "folder" }, path.slice(0, at)), h("span", { class: "base" }, path.slice(at))];
}

/** The names, strings and other values of JSON on a line. */
const TOKEN = /("(?:[^"\\]|\\.)*"(?=\s*:))|("(?:[^"\\]|\\.)*"?)|-?\d[\w.+-]*|\b(?:true|false|null)\b/g;

/** The lines of a text, with the places of findings marked. */
function linesOf(text: string, findings: Finding[]): HTMLElement[] {
  let start = 0;
  return text.split("\n").map((line) => {
    const end = start + line.length;
    const here = findings.filter(({ range }) => range.from <= end && range.to >= start);
    const element = h("div", { class: "line" }, h("span", { class: "chars" }, ...marked(line, start, here)));
    start = end + 1;
    return element;
  });
}

function marked(line: string, start: number, findings: Finding[]): (Node | string)[] {
  const bounds = new Set([0, line.length]);
  const tokens = [...line.matchAll(TOKEN)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    kind: match[1] !== undefined ? "key" : match[2] !== undefined ? "string" : "number",
  }));
  for (const { from, to } of tokens) bounds.add(from).add(to);
  for (const { range } of findings) {
    for (const bound of [range.from - start, range.to - start]) {
      if (bound > 0 && bound < line.length) bounds.add(bound);
    }
  }
  const cuts = [...bounds].sort((a, b) => a - b);
  return cuts.slice(0, -1).map((from, index) => {
    const to = cuts[index + 1] ?? line.length;
    const inside = findings.filter(({ range }) => range.from - start <= from && range.to - start >= to);
    const kind = tokens.find((token) => token.from <= from && token.to >= to)?.kind;
    const worst = SEVERITIES.find((severity) => inside.some((finding) => finding.severity === severity));
    const piece = line.slice(from, to);
    if (worst === undefined && kind === undefined) return piece;
    return h("span", { class: [kind, worst && `at ${worst}`].filter(Boolean).join(" ") }, piece);
  });
}
