// One finding: what is wrong, why it matters, what to do, the fixes, the other places, and its rule's page.

import { pages } from "virtual:examples";
import type { Finding, Fix, Range } from "ccf-edge";
import { h, icon } from "../dom.ts";
import { loadedEngine } from "../engine.ts";
import { inline, page } from "../markdown.ts";
import { baseOf, type Workspace } from "./workspace.ts";

const WORDS = { error: "Error", warning: "Warning", info: "Note" };

export interface Actions {
  mend(finding: Finding, fix: Fix): void;
  /** Offers the files and the findings to take away. */
  takeAway(): void;
}

export function detailPane(workspace: Workspace, { mend, takeAway }: Actions): HTMLElement {
  const body = h("div", { class: "detail-body" });
  const pane = h("section", { class: "detail", "aria-label": "The finding", tabindex: 0 }, body);
  // On a phone the page of a rule would push the text away.
  const wide = matchMedia("(min-width: 720px)");
  let shown = "";

  const render = () => {
    const { finding } = workspace;
    // The same finding with the same words need not be built again at every key.
    const now =
      finding === undefined ? `none ${workspace.findings.length}` : JSON.stringify([finding, position()]);
    if (now === shown) return;
    shown = now;
    const focused = body.contains(document.activeElement) ? document.activeElement : null;
    body.replaceChildren(...(finding === undefined ? nothing() : about(finding)));
    pane.scrollTop = 0;
    if (focused !== null) refocus(focused.getAttribute("aria-label"));
  };

  /** What had the focus is gone: it goes to the same button, or to the pane. */
  const refocus = (label: string | null) => {
    const buttons = [...body.querySelectorAll<HTMLButtonElement>("button:enabled")];
    const same = label === null ? undefined : buttons.find((button) => button.ariaLabel === label);
    (same ?? pane).focus();
  };

  const position = () => {
    const all = workspace.visible();
    const at = workspace.finding === undefined ? -1 : all.indexOf(workspace.finding);
    return { all, at };
  };

  const nothing = () => {
    if (workspace.findings.length > 0) {
      return [h("p", { class: "hint" }, "Choose a finding to see why it matters and what to do.")];
    }
    const reason = emptyReason(workspace);
    if (reason !== undefined) return [h("p", { class: "hint" }, reason)];
    return [
      h("p", { class: "clean" }, icon("ok"), "No findings"),
      h("p", {}, "Nothing here that the packager or Azure would refuse, as far as ccf-edge knows."),
      h("p", { class: "next" }, h("button", { type: "button", onclick: takeAway }, "Download or share it…")),
    ];
  };

  const about = (finding: Finding): Node[] => {
    const { all, at } = position();
    const step = (by: number, label: string) =>
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          "aria-label": label,
          disabled: all[at + by] === undefined,
          onclick: () => workspace.select(all[at + by]),
        },
        by < 0 ? "‹" : "›",
      );
    const rulePage = loadedEngine()?.explain(finding.code) ?? pages[finding.code];
    return [
      h(
        "header",
        {},
        h("span", { class: `severity ${finding.severity}` }, icon(finding.severity), WORDS[finding.severity]),
        h(
          "a",
          { href: finding.url, target: "_blank", rel: "noopener noreferrer", class: "code" },
          finding.code,
        ),
        at >= 0 &&
          h(
            "span",
            { class: "steps" },
            step(-1, "Previous finding"),
            h("span", {}, `${at + 1} of ${all.length}`),
            step(1, "Next finding"),
          ),
      ),
      h("h2", { class: "message" }, inline(finding.message)),
      place(finding.file, finding.range),
      ...finding.fixes.map((fix) => fixButton(finding, fix)),
      h("h3", {}, "Why it matters"),
      h("p", {}, inline(finding.why)),
      h("h3", {}, "What to do"),
      h("p", {}, inline(finding.help)),
      ...related(finding),
      ...(rulePage === undefined ? [] : [rule(finding, rulePage)]),
    ];
  };

  const place = (file: string, range: Range) =>
    h(
      "button",
      {
        type: "button",
        class: "place",
        title: file,
        onclick: () => workspace.show(file, range, true),
      },
      `${baseOf(file)}, line ${range.line}`,
    );

  const fixButton = (finding: Finding, fix: Fix) =>
    h(
      "div",
      { class: "fix" },
      h("button", { type: "button", class: "primary", onclick: () => mend(finding, fix) }, inline(fix.title)),
      fix.safe
        ? h("span", { class: "kind safe", title: "It cannot be wrong." }, "safe")
        : h("span", { class: "kind suggested", title: "Look at the result." }, "suggested"),
    );

  const related = ({ related }: Finding): Node[] => {
    if (related.length === 0) return [];
    const rows = related.map(({ file, range, message }) =>
      h("li", {}, h("span", {}, inline(message)), place(file, range)),
    );
    return [h("h3", {}, "Related places"), h("ul", { class: "related" }, ...rows)];
  };

  const rule = (finding: Finding, text: string) =>
    h(
      "details",
      { class: "rule", open: wide.matches },
      h("summary", {}, `The rule ${finding.code}: ${finding.name}`),
      // The finding has said why and what to do in its own words, and the summary has the title.
      page(text.replace(/^# .*\n/, ""), 2, ["Why it matters", "What to do"]),
    );

  workspace.on("checked", render);
  workspace.on("selected", render);
  return pane;
}

/** Why nothing was found where there is nothing that could be wrong. */
export function emptyReason({ files }: Workspace): string | undefined {
  if (files.size === 0) return "Nothing is open.";
  const known = /Microsoft\.(OperationalInsights|Insights|SecurityInsights)/i;
  const texts = [...files.values()].filter((content) => typeof content === "string");
  return texts.some((text) => known.test(text))
    ? undefined
    : "There is no connector in these files: no table, Data Collection Rule, definition or data connector.";
}
