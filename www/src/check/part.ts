// Check: the files of a connector, their findings, and what to do about them.

import type { Finding, Fix } from "ccf-edge";
import { counted, find, h, icon } from "../dom.ts";
import { loadEngine } from "../engine.ts";
import { takeHandedOver } from "../handover.ts";
import { loadKusto } from "../kusto.ts";
import type { Part } from "../parts.ts";
import { toast } from "../toast.ts";
import { detailPane, emptyReason } from "./detail.ts";
import { openDialog } from "./dialog.ts";
import { openExport } from "./export.ts";
import { findingsList } from "./findings.ts";
import { bestFix, openFixAll } from "./fixall.ts";
import { acceptDrops, firstExample, openButtons } from "./open.ts";
import { unpack } from "./share.ts";
import { textPane } from "./text.ts";
import { fileTree } from "./tree.ts";
import { type Content, countsOf, messageOf, type Opened, Workspace } from "./workspace.ts";

export function mount(host: HTMLElement): Part {
  const workspace = new Workspace();

  const undo = (said: string, before: [string, Content][]) =>
    toast(said, { label: "Undo", run: () => workspace.apply(before) });

  const mend = (finding: Finding, fix: Fix) =>
    withEngine(() => undo(`Done: ${fix.title.replaceAll("`", "")}`, workspace.mend(finding, fix)));

  /** Opens other files; what was edited and not downloaded can be had back. */
  const open = (what: Opened) => withEngine(() => opened(what));

  const opened = (what: Opened) => {
    const before = workspace.unsaved ? workspace.snapshot() : undefined;
    workspace.open(what);
    if (location.hash !== "#/check") location.hash = "#/check";
    void text.wake();
    if (before !== undefined) {
      const back = () => {
        workspace.open(before);
        workspace.unsaved = true;
      };
      toast(`${what.name ?? counted(what.files.size, "file")} is open; your changes are put aside`, {
        label: "Go back",
        run: back,
      });
    }
  };

  const actions = { mend, takeAway: () => withEngine(() => openExport(workspace)) };
  const text = textPane(workspace, actions);
  const detail = detailPane(workspace, actions);
  const findings = findingsList(workspace, () => {
    // On a phone the panes stand below one another.
    if (matchMedia("(max-width: 719px)").matches) detail.scrollIntoView({ block: "start" });
  });
  const bench = h(
    "div",
    { class: "bench" },
    toolbar(workspace, open, (before, made) => undo(`Made ${counted(made, "fix", "fixes")}`, before)),
    h("aside", { class: "files", "aria-label": "Files" }, fileTree(workspace)),
    findings,
    detail,
    text.element,
  );
  host.replaceChildren(h("h1", { class: "visually-hidden" }, "Check a connector"), bench);

  openButtons(find("#intake"), open);
  acceptDrops(open);
  addEventListener("beforeunload", (event) => {
    if (workspace.unsaved) event.preventDefault();
  });

  // Whoever comes near will want to mend something.
  bench.addEventListener("pointerenter", prefetch, { once: true });
  host.addEventListener("focusin", prefetch, { once: true });
  find("#intake").addEventListener("pointerenter", prefetch, { once: true });
  addEventListener("dragenter", prefetch, { once: true });

  return {
    async show(rest) {
      const handed = takeHandedOver();
      if (handed !== undefined) open(handed);
      else if (rest !== "") await openLink(rest);
      else if (workspace.files.size === 0) showFirst();
    },
  };

  async function openLink(packed: string): Promise<void> {
    try {
      const what = await unpack(packed);
      await loadEngine();
      // The address bar need not carry it any longer, and going back must not bring it again over edits.
      window.history.replaceState(null, "", "#/check");
      workspace.open(what);
      void text.wake();
    } catch (error) {
      toast(`The link is damaged, perhaps cut off: ${messageOf(error)}`);
      if (workspace.files.size === 0) showFirst();
    }
  }

  function showFirst(): void {
    const { what, findings } = firstExample();
    workspace.open(what, findings);
  }
}

function prefetch(): void {
  // Where it matters, it is asked for again, and a failure is said.
  loadEngine().catch(() => {});
}

/** Does something as soon as the validator is there. */
function withEngine(run: () => void): void {
  loadEngine()
    .catch((error) => toast(`The validator could not be loaded: ${messageOf(error)}`))
    .then((engine) => engine !== undefined && run());
}

function toolbar(
  workspace: Workspace,
  open: (what: Opened) => void,
  fixed: (before: [string, Content][], made: number) => void,
): HTMLElement {
  const name = h("strong", { class: "name" });
  const verdict = h("span", { class: "verdict", role: "status" });
  const timing = h("span", { class: "timing" });
  const trouble = h("p", { class: "notice", role: "alert", hidden: true });
  const fixAll = h("button", { type: "button", class: "primary" }, "Fix all…");
  fixAll.addEventListener("click", () => withEngine(() => openFixAll(workspace, fixed)));
  const openOther = h("button", { type: "button" }, "Open…");
  openOther.addEventListener("click", () => {
    const body = h("div", { class: "intake" });
    const dialog = openDialog("Open", "open", body);
    openButtons(body, (what) => {
      dialog.close();
      open(what);
    });
  });
  const take = h(
    "button",
    { type: "button", onclick: () => withEngine(() => openExport(workspace)) },
    "Export…",
  );

  const service = h("input", { type: "checkbox" });
  service.addEventListener("change", async () => {
    service.disabled = true;
    try {
      const [kusto] = service.checked ? await Promise.all([loadKusto(), loadEngine()]) : [];
      workspace.kusto = kusto;
      await loadEngine();
      workspace.checkNow();
    } catch (error) {
      service.checked = false;
      toast(`The language service could not be loaded: ${messageOf(error)}`);
    }
    service.disabled = false;
  });
  const label = h(
    "label",
    {
      class: "service",
      title: "A second opinion on each transformKql: 0.6 MB, fetched from this page's own host",
    },
    service,
    "Ask Kusto's language service too",
  );

  const render = () => {
    name.textContent = workspace.name ?? "Files";
    const said = verdictOf(workspace);
    // Written only when it changes, so that screen readers do not say it at every key.
    if (verdict.dataset.said !== said.words) {
      verdict.dataset.said = said.words;
      verdict.className = `verdict ${said.kind}`;
      verdict.replaceChildren(icon(said.kind), said.words);
    }
    const time = workspace.took === 0 ? "" : ` in ${Math.max(1, Math.round(workspace.took))} ms`;
    timing.textContent = `${counted(workspace.files.size, "file")} checked${time}`;
    trouble.hidden = workspace.trouble === undefined;
    trouble.textContent =
      workspace.trouble === undefined
        ? ""
        : `ccf-edge.json is not used: ${workspace.trouble.replaceAll("\n", "; ")}`;
    fixAll.disabled = !workspace.visible().some((finding) => bestFix(finding) !== undefined);
  };
  workspace.on("checked", render);
  return h(
    "div",
    { class: "toolbar" },
    h("div", { class: "state" }, name, verdict, timing),
    h("div", { class: "row" }, label, fixAll, take, openOther),
    trouble,
  );
}

function verdictOf(workspace: Workspace): { words: string; kind: "error" | "warning" | "info" | "ok" } {
  const counts = countsOf(workspace.findings);
  const words = [
    counts.error > 0 && counted(counts.error, "error"),
    counts.warning > 0 && counted(counts.warning, "warning"),
    counts.info > 0 && counted(counts.info, "note"),
  ].filter((part) => part !== false);
  if (words.length > 0) {
    return {
      words: words.join(", "),
      kind: counts.error > 0 ? "error" : counts.warning > 0 ? "warning" : "info",
    };
  }
  return emptyReason(workspace) === undefined
    ? { words: "No findings", kind: "ok" }
    : { words: "No connector", kind: "info" };
}
