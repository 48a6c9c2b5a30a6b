// What changes in a text: the old lines above the new ones, and what stays folded away.

import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { h } from "../dom.ts";
import { language, theme } from "./editor.ts";

export function diffOf(path: string, before: string, after: string): HTMLElement {
  const element = h("div", { class: "diff-text" });
  const root = element.attachShadow({ mode: "open" });
  new EditorView({
    root,
    parent: root,
    doc: after,
    extensions: [
      lineNumbers(),
      EditorState.readOnly.of(true),
      EditorView.editable.of(false),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": `Changes of ${path}`, tabindex: "0" }),
      language(path),
      theme,
      unifiedMergeView({
        original: before,
        mergeControls: false,
        highlightChanges: true,
        collapseUnchanged: { margin: 2, minSize: 4 },
      }),
    ],
  });
  return element;
}
