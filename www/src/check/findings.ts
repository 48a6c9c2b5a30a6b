// The list of findings, with its filters by severity and rule.

import type { Finding, Severity } from "ccf-edge";
import { h, icon } from "../dom.ts";
import { inline } from "../markdown.ts";
import { baseOf, countsOf, keyOf, SEVERITIES, type Workspace } from "./workspace.ts";

const NAMES: Record<Severity, string> = { error: "Errors", warning: "Warnings", info: "Notes" };

/** Nobody reads more at once, and a browser should not lay them out. */
const SHOWN = 300;

export function findingsList(workspace: Workspace, chosen: () => void): HTMLElement {
  const filters = h("div", { class: "filters", role: "group", "aria-label": "Filter the findings" });
  const rule = h("select", { "aria-label": "Rule" });
  const list = h("ul", { class: "findings", "aria-label": "Findings" });
  let limit = SHOWN;

  const buttons = SEVERITIES.map((severity) => {
    const number = h("span", { class: "number" });
    const button = h(
      "button",
      { type: "button", class: `chip ${severity}`, onclick: () => workspace.filter({ severity }) },
      icon(severity),
      h("span", { class: "word" }, NAMES[severity]),
      number,
    );
    return { severity, button, number };
  });
  rule.addEventListener("change", () => workspace.filter({ rule: rule.value }));
  filters.append(...buttons.map(({ button }) => button), rule);

  const render = () => {
    const counts = countsOf(workspace.findings);
    for (const { severity, button, number } of buttons) {
      button.setAttribute("aria-pressed", String(!workspace.hidden.has(severity)));
      number.textContent = String(counts[severity]);
      button.hidden = counts[severity] === 0 && !workspace.hidden.has(severity);
    }
    filters.hidden = workspace.findings.length === 0;
    renderRules();
    renderList();
  };

  const renderRules = () => {
    const groups = [...Map.groupBy(workspace.findings, ({ code }) => code)].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const options = groups.map(([code, [first, ...rest]]) =>
      h("option", { value: code }, `${code} ${first?.name ?? ""} (${rest.length + 1})`),
    );
    if (workspace.rule !== "" && !groups.some(([code]) => code === workspace.rule)) {
      options.push(h("option", { value: workspace.rule }, `${workspace.rule} (0)`));
    }
    rule.replaceChildren(h("option", { value: "" }, "Every rule"), ...options);
    rule.value = workspace.rule;
  };

  const renderList = () => {
    const within = list.getRootNode() as Document | ShadowRoot;
    const focused = list.contains(within.activeElement);
    const all = workspace.visible();
    const current = workspace.finding;
    const children: HTMLElement[] = [];
    let file: string | undefined;
    for (const finding of all.slice(0, limit)) {
      if (finding.file !== file) {
        file = finding.file;
        children.push(h("li", { class: "file", title: file }, baseOf(file)));
      }
      children.push(h("li", {}, button(finding, finding === current)));
    }
    if (all.length > limit) {
      const more = () => {
        limit += SHOWN;
        renderList();
      };
      const text = `Show ${Math.min(SHOWN, all.length - limit)} more of ${all.length}`;
      children.push(h("li", {}, h("button", { type: "button", class: "more", onclick: more }, text)));
    }
    list.replaceChildren(...children);
    const target = list.querySelector<HTMLElement>("[aria-current=true]") ?? list.querySelector("button");
    if (target !== null) target.tabIndex = 0;
    if (focused) target?.focus();
    else if (current !== undefined) keepInView(list, target);
  };

  const button = (finding: Finding, current: boolean) =>
    h(
      "button",
      {
        type: "button",
        class: "finding",
        tabindex: -1,
        "aria-current": current ? "true" : undefined,
        "data-key": keyOf(finding),
        onclick: () => {
          workspace.select(finding);
          chosen();
        },
      },
      icon(finding.severity),
      h(
        "span",
        { class: "what" },
        h("span", { class: "visually-hidden" }, `${finding.severity}: `),
        inline(finding.message),
      ),
      h(
        "span",
        { class: "where" },
        `line ${finding.range.line} · ${finding.code}`,
        finding.fixes.length > 0 &&
          h(
            "span",
            { class: finding.fixes.some(({ safe }) => safe) ? "fixable safe" : "fixable" },
            "has a fix",
          ),
      ),
    );

  list.addEventListener("keydown", (event) => {
    const all = [...list.querySelectorAll<HTMLElement>("button")];
    const at = all.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    const next = to === undefined ? undefined : all[to];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    // Walking through the list shows each finding; Enter goes to where it is read on a phone.
    const key = next.dataset.key;
    const finding = workspace.findings.find((finding) => keyOf(finding) === key);
    if (finding !== undefined) workspace.select(finding);
  });

  workspace.on("opened", () => {
    limit = SHOWN;
  });
  workspace.on("checked", render);
  workspace.on("selected", renderList);
  return h("div", { class: "found" }, filters, list);
}

/** Scrolls the list, and not the page. */
function keepInView(list: HTMLElement, item: HTMLElement | null): void {
  if (item === null || list.scrollHeight <= list.clientHeight) return;
  const { top, bottom } = item.getBoundingClientRect();
  const box = list.getBoundingClientRect();
  if (top < box.top) list.scrollTop -= box.top - top + 32;
  if (bottom > box.bottom) list.scrollTop += bottom - box.bottom + 8;
}
