// Fix all: which fixes are made, and what they change, before anything is changed.

import type { Finding, Fix } from "ccf-edge";
import { counted, h } from "../dom.ts";
import { inline } from "../markdown.ts";
import { openDialog } from "./dialog.ts";
import { baseOf, type Content, type Workspace } from "./workspace.ts";

interface Choice {
  finding: Finding;
  fix: Fix;
  box: HTMLInputElement;
}

/** The fix to make without asking further: one that cannot be wrong, otherwise the best of the others. */
export function bestFix({ fixes }: Finding): Fix | undefined {
  return fixes.find(({ safe }) => safe) ?? fixes[0];
}

/** Opens the dialog; `done` is called with what the files were before and how many fixes were made. */
export function openFixAll(
  workspace: Workspace,
  done: (before: [string, Content][], made: number) => void,
): void {
  const choices: Choice[] = workspace.visible().flatMap((finding) => {
    const fix = bestFix(finding);
    if (fix === undefined) return [];
    const box = h("input", { type: "checkbox" });
    box.checked = fix.safe;
    box.addEventListener("change", () => update());
    return [{ finding, fix, box }];
  });
  const safe = choices.filter(({ fix }) => fix.safe);
  const suggested = choices.filter(({ fix }) => !fix.safe);
  // With nothing but suggestions an empty diff would say nothing.
  if (safe.length === 0) for (const { box } of suggested) box.checked = true;

  const diffs = h("div", { class: "diffs", tabindex: 0, role: "group", "aria-label": "What changes" });
  const summary = h("p", { class: "summary", role: "status" });
  const apply = h("button", { type: "button", class: "primary" });
  const groups = [
    group("Safe", "They cannot be wrong.", "safe", safe, () => update()),
    group("Suggested", "Look at what they change.", "suggested", suggested, () => update()),
  ];
  const dialog = openDialog(
    "Fix all",
    "fixall",
    h(
      "div",
      { class: "columns" },
      h("div", { class: "choices" }, ...groups.map(({ element }) => element)),
      diffs,
    ),
    h("footer", {}, summary, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), apply),
  );

  let result: ReturnType<Workspace["mended"]> = { files: new Map(), made: 0 };
  let round = 0;
  const update = async () => {
    round += 1;
    const mine = round;
    for (const { sync } of groups) sync();
    const chosen = choices.filter(({ box }) => box.checked);
    result = workspace.mended(chosen);
    apply.textContent = `Make ${counted(result.made, "fix", "fixes")}`;
    apply.disabled = result.made === 0;
    summary.textContent =
      result.made === 0
        ? "Nothing is chosen."
        : `${counted(result.files.size, "file")} ${result.files.size === 1 ? "changes" : "change"}.`;
    const { diffOf } = await import("./diff.ts");
    if (mine !== round) return;
    const views = [...result.files].map(([path, text]) => {
      const before = workspace.files.get(path);
      return h(
        "section",
        { class: "diff", "aria-label": `Changes of ${path}` },
        h("h3", { title: path }, baseOf(path)),
        diffOf(path, typeof before === "string" ? before : "", text),
      );
    });
    diffs.replaceChildren(...views);
  };
  apply.addEventListener("click", () => {
    dialog.close();
    done(workspace.apply(result.files), result.made);
  });
  void update();
}

function group(
  title: string,
  meaning: string,
  kind: string,
  choices: Choice[],
  changed: () => void,
): { element: HTMLElement; sync: () => void } {
  const all = h("input", { type: "checkbox" });
  all.addEventListener("change", () => {
    for (const { box } of choices) box.checked = all.checked;
    changed();
  });
  const rows = choices.map(({ finding, fix, box }) =>
    h(
      "li",
      {},
      h(
        "label",
        {},
        box,
        h(
          "span",
          {},
          h("span", { class: "title" }, inline(fix.title)),
          h(
            "span",
            { class: "where" },
            `${finding.code} · ${baseOf(finding.file)}, line ${finding.range.line}`,
          ),
        ),
      ),
    ),
  );
  const element = h(
    "fieldset",
    { class: kind, hidden: choices.length === 0 },
    h(
      "legend",
      {},
      h("label", {}, all, h("span", { class: `kind ${kind}` }, `${title} (${choices.length})`)),
    ),
    h("p", {}, meaning),
    h("ul", {}, ...rows),
  );
  const sync = () => {
    const on = choices.filter(({ box }) => box.checked).length;
    all.checked = on > 0 && on === choices.length;
    all.indeterminate = on > 0 && on < choices.length;
  };
  return { element, sync };
}
