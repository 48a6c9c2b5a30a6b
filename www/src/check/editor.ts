// The editor: CodeMirror with the findings at their places. It lives in a shadow tree, where it sets its styles by
// script objects, so that the page needs no `unsafe-inline`.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorSelection, EditorState, type Extension, type Text } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { Finding, Range } from "ccf-edge";
import { append, h } from "../dom.ts";
import { inline } from "../markdown.ts";
import type { Actions } from "./detail.ts";
import { baseOf, type Content, isJson, keyOf, type Workspace } from "./workspace.ts";

export interface Editor {
  element: HTMLElement;
  show(path: string, text: string): void;
  /** Another text for a file that may have been shown; it can be undone with the editor's own undo. */
  replace(path: string, content: Content | undefined): void;
  reveal(range: Range, focus: boolean): void;
  /** Puts the findings where they are now. */
  mark(): void;
  focus(): void;
  /** Other files are open. */
  forget(): void;
}

export const theme: Extension = [
  EditorView.theme({
    "&": {
      height: "100%",
      fontSize: "var(--code-size)",
      color: "var(--ink)",
      backgroundColor: "var(--surface)",
    },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
    ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
    ".cm-line": { padding: "0 12px 0 6px" },
    ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
    ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 12px", minWidth: "44px" },
    ".cm-activeLine": { backgroundColor: "var(--active-line)" },
    ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
    ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
      background: "var(--selection)",
    },
    ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
    ".cm-selectionMatch": { backgroundColor: "var(--match)" },
    ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--match)" },
    ".cm-lintRange": { backgroundImage: "none", paddingBottom: "0" },
    ".cm-lintRange-error": { backgroundColor: "var(--error-tint)", boxShadow: "inset 0 -2px var(--error)" },
    ".cm-lintRange-warning": {
      backgroundColor: "var(--warning-tint)",
      boxShadow: "inset 0 -2px var(--warning)",
    },
    ".cm-lintRange-info": { backgroundColor: "var(--info-tint)", boxShadow: "inset 0 -2px var(--info)" },
    ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
    ".cm-lintPoint-warning:after": { borderBottomColor: "var(--warning)" },
    ".cm-gutter-lint": { width: "16px" },
    ".cm-gutter-lint .cm-gutterElement": { padding: "0 0 0 4px" },
    ".cm-lint-marker": {
      content: "''",
      width: "8px",
      height: "8px",
      borderRadius: "50%",
      marginTop: "7px",
      backgroundColor: "var(--error)",
    },
    ".cm-lint-marker-warning": { content: "''", backgroundColor: "var(--warning)", borderRadius: "2px" },
    ".cm-lint-marker-info": { content: "''", backgroundColor: "var(--info)" },
    ".cm-tooltip": {
      border: "1px solid var(--line)",
      borderRadius: "8px",
      backgroundColor: "var(--raised)",
      color: "var(--ink)",
      boxShadow: "var(--shadow)",
      maxWidth: "min(480px, 90vw)",
      overflow: "hidden",
    },
    ".cm-diagnostic": {
      fontFamily: "var(--sans)",
      fontSize: "14px",
      lineHeight: "1.5",
      padding: "12px 14px",
      whiteSpace: "normal",
      borderLeft: "3px solid var(--error)",
    },
    ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
    ".cm-diagnostic-info": { borderLeftColor: "var(--info)" },
    ".cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: "0.9em" },
    ".cm-diagnostic p": { margin: "0 0 6px" },
    ".cm-diagnostic .said": { fontWeight: "600" },
    ".cm-diagnostic .label": { color: "var(--muted)", fontWeight: "600" },
    ".cm-diagnosticAction": {
      font: "inherit",
      fontWeight: "600",
      margin: "4px 8px 0 0",
      padding: "4px 10px",
      borderRadius: "6px",
      backgroundColor: "var(--accent)",
      color: "var(--accent-ink)",
    },
    ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)", borderColor: "var(--line)" },
    ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
    ".cm-panel.cm-search": { fontFamily: "var(--sans)", padding: "8px 12px" },
    ".cm-textfield, .cm-button": {
      font: "inherit",
      fontSize: "13px",
      color: "var(--ink)",
      background: "var(--surface)",
      border: "1px solid var(--edge)",
      borderRadius: "6px",
    },
    ".cm-panel.cm-panel-lint ul [aria-selected]": {
      backgroundColor: "var(--active-line)",
      color: "var(--ink)",
    },
    ".cm-collapsedLines": {
      color: "var(--muted)",
      background: "var(--sunken)",
      fontFamily: "var(--sans)",
      fontSize: "12px",
      padding: "4px 12px",
      "&:before, &:after": { content: "'⋯'" },
    },
    ".cm-changedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--added-tint)" },
    ".cm-changedText, &.cm-merge-b .cm-changedText": { background: "var(--added)" },
    ".cm-deletedChunk": { backgroundColor: "var(--removed-tint)", paddingLeft: "6px" },
    ".cm-deletedChunk .cm-deletedText, .cm-deletedText": {
      background: "var(--removed)",
      textDecoration: "none",
    },
    "&.cm-merge-b .cm-changedLineGutter, .cm-changedLineGutter": { background: "var(--ok)" },
    ".cm-deletedLineGutter": { background: "var(--error)" },
    ".cm-specialChar": { color: "var(--error)" },
  }),
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: tags.propertyName, color: "var(--key)" },
      { tag: tags.string, color: "var(--string)" },
      { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
      { tag: tags.punctuation, color: "var(--muted)" },
    ]),
  ),
];

export function language(path: string): Extension {
  return isJson(path) ? json() : [];
}

/** How lines end in a text: only where all end alike does CodeMirror keep them as they are. */
function lineEnd(text: string): string {
  return text.includes("\r\n") && !/(^|[^\r])\n/.test(text) ? "\r\n" : "\n";
}

export function createEditor(workspace: Workspace, actions: Actions): Editor {
  const element = h("div", { class: "editor" });
  const root = element.attachShadow({ mode: "open" });
  const states = new Map<string, EditorState>();
  let current = "";

  const view = new EditorView({ root, parent: root });

  const stateOf = (path: string, text: string) =>
    EditorState.create({
      doc: text,
      extensions: [
        EditorState.lineSeparator.of(lineEnd(text)),
        lineNumbers(),
        lintGutter(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        highlightSpecialChars(),
        drawSelection(),
        history(),
        bracketMatching(),
        indentOnInput(),
        highlightSelectionMatches(),
        search(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": `Text of ${baseOf(path)}`, tabindex: "0" }),
        EditorState.tabSize.of(2),
        language(path),
        theme,
        keymap.of([
          { key: "Mod-.", run: mendAtCursor, preventDefault: true },
          ...lintKeymap,
          ...searchKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || quiet) return;
          workspace.edited(current, update.state.sliceDoc());
        }),
        EditorView.domEventHandlers({
          click: () => {
            selectAtCursor();
          },
        }),
      ],
    });

  /** Set while a text that came from elsewhere is put in. */
  let quiet = false;

  const findingsHere = () => workspace.visible().filter(({ file }) => file === current);

  const atCursor = () => {
    const { head } = view.state.selection.main;
    return findingsHere().find((finding) => {
      const { from, to } = positions(view.state.doc, finding.range);
      return from <= head && head <= to;
    });
  };

  const selectAtCursor = () => {
    const finding = atCursor();
    if (finding === undefined || finding === workspace.finding) return;
    workspace.explain(finding);
  };

  function mendAtCursor(): boolean {
    const finding = atCursor();
    const fix = finding?.fixes[0];
    if (finding === undefined || fix === undefined) return false;
    actions.mend(finding, fix);
    return true;
  }

  const diagnostic = (doc: Text, finding: Finding): Diagnostic => ({
    ...positions(doc, finding.range),
    severity: finding.severity,
    source: `${finding.code} ${finding.name}`,
    message: finding.message,
    renderMessage: () => explanation(finding),
    actions: finding.fixes.map((fix) => ({
      name: `${fix.title.replaceAll("`", "")}${fix.safe ? "" : " (suggested)"}`,
      apply: () => {
        // The text may have been edited since: the finding of now has the places of now.
        const now = workspace.findings.find((other) => keyOf(other) === keyOf(finding));
        const same = now?.fixes.find(({ title }) => title === fix.title);
        if (now !== undefined && same !== undefined) actions.mend(now, same);
      },
    })),
  });

  return {
    element,
    show(path, text) {
      if (current !== "" && current !== path) states.set(current, view.state);
      if (current === path && view.state.sliceDoc() === text) return;
      const kept = states.get(path);
      current = path;
      view.setState(kept !== undefined && kept.sliceDoc() === text ? kept : stateOf(path, text));
    },
    replace(path, content) {
      if (path !== current || typeof content !== "string") {
        states.delete(path);
        return;
      }
      const before = view.state.sliceDoc();
      if (lineEnd(content) !== view.state.lineBreak) {
        view.setState(stateOf(path, content));
        return;
      }
      const doc = view.state.toText(content);
      const old = view.state.doc;
      if (before === content) return;
      // The smallest change keeps the cursor and the scroll position.
      const [a, b] = [old.toString(), doc.toString()];
      let from = 0;
      while (from < a.length && from < b.length && a[from] === b[from]) from += 1;
      let tail = 0;
      while (tail < a.length - from && tail < b.length - from && a.at(-1 - tail) === b.at(-1 - tail))
        tail += 1;
      quiet = true;
      view.dispatch({ changes: { from, to: a.length - tail, insert: doc.slice(from, b.length - tail) } });
      quiet = false;
    },
    reveal(range, focus) {
      const { from, to } = positions(view.state.doc, range);
      view.dispatch({
        selection: EditorSelection.single(from, focus ? to : from),
        effects: EditorView.scrollIntoView(from, { y: "center" }),
      });
      if (focus) view.focus();
    },
    mark() {
      const { doc } = view.state;
      view.dispatch(
        setDiagnostics(
          view.state,
          findingsHere().map((finding) => diagnostic(doc, finding)),
        ),
      );
    },
    focus: () => view.focus(),
    forget() {
      states.clear();
      current = "";
    },
  };
}

/** Lines and columns instead of offsets, because the editor counts the end of a line as one character. */
function positions(doc: Text, range: Range): { from: number; to: number } {
  const at = (line: number, column: number) => {
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    return Math.min(from + column - 1, to);
  };
  const from = at(range.line, range.column);
  return { from, to: Math.max(from, at(range.endLine, range.endColumn)) };
}

function explanation({ message, why, help }: Finding): Node {
  const labelled = (label: string, text: string) =>
    h("p", {}, h("span", { class: "label" }, `${label} `), inline(text));
  const fragment = document.createDocumentFragment();
  append(fragment, [
    h("p", { class: "said" }, inline(message)),
    labelled("Why:", why),
    labelled("Do:", help),
  ]);
  return fragment;
}
