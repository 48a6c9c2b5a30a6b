// Start from an event: a whole connector from one sample, to look at, to check and to take away.

import type { Generated, InitOptions } from "ccf-edge/preview";
import { zipped } from "../check/intake.ts";
import { messageOf } from "../check/workspace.ts";
import { append, counted, h, icon } from "../dom.ts";
import { download } from "../download.ts";
import { loadEngine, theEngine } from "../engine.ts";
import { labelled, rested, textField } from "../form.ts";
import { openInCheck } from "../handover.ts";
import { inline } from "../markdown.ts";
import type { Part } from "../parts.ts";

const SAMPLE = {
  id: "alr_4821",
  raised_at: "2026-11-03T09:41:07.250Z",
  severity: "high",
  score: 87,
  acknowledged: false,
  actor: { name: "dana@larkspur.example", ip: "203.0.113.24" },
  tags: ["login", "new-country"],
};

type Generator = Pick<typeof import("ccf-edge/preview"), "init">;

async function loadGenerator(): Promise<Generator> {
  const loaded = await import("ccf-edge/preview");
  await loaded.ready;
  return loaded;
}

export function mount(host: HTMLElement): Part {
  let generator: Generator | undefined;
  const event = h("textarea", {
    id: "start-event",
    rows: 16,
    spellcheck: "false",
    "aria-describedby": "start-wrong",
  });
  event.value = JSON.stringify(SAMPLE, null, 2);
  const product = textField("start-product", "Larkspur");
  const publisher = textField("start-publisher", "Larkspur Labs");
  const connectorId = textField("start-connector", "");
  const table = textField("start-table", "");
  const time = h("select", { id: "start-time" });
  const wrong = h("p", { id: "start-wrong", class: "wrong", role: "status" });
  const result = h("section", { class: "result", "aria-label": "The connector" });

  const soon = rested(() => update());
  for (const input of [event, product, publisher, connectorId, table]) input.addEventListener("input", soon);
  time.addEventListener("change", soon);

  const options = (): InitOptions => ({
    ...given("product", product),
    ...given("publisher", publisher),
    ...given("connectorId", connectorId),
    ...given("table", table),
    ...(time.value === ""
      ? {}
      : { timeColumn: time.value === "none" ? null : time.value.slice("of ".length) }),
  });

  const update = () => {
    offerTimes(time, event.value);
    try {
      const made = generator?.init(event.value, options());
      if (made === undefined) return;
      wrong.textContent = "";
      event.removeAttribute("aria-invalid");
      show(made);
    } catch (error) {
      event.setAttribute("aria-invalid", "true");
      wrong.textContent = messageOf(error);
    }
  };

  const show = (made: Generated) => {
    const files = new Map<string, string>(Object.entries(made.files));
    const findings = theEngine().check(files);
    const name = (product.value.trim() || "connector").replace(/[^\w-]+/g, "-").toLowerCase();
    const save = async () => download(`${name}.zip`, await zipped({ files }));
    result.replaceChildren(
      h(
        "div",
        { class: "made" },
        h(
          "p",
          { class: findings.length === 0 ? "verdict ok" : "verdict warning", role: "status" },
          icon(findings.length === 0 ? "ok" : "warning"),
          `${counted(files.size, "file")}, ${findings.length === 0 ? "no findings" : counted(findings.length, "finding")}`,
        ),
        h(
          "div",
          { class: "row" },
          h(
            "button",
            { type: "button", class: "primary", onclick: () => void save() },
            `Download ${name}.zip`,
          ),
          h("button", { type: "button", onclick: () => openInCheck({ files }) }, "Open it in Check"),
        ),
      ),
      h("h2", {}, "Columns"),
      columnTable(made),
      ...(made.todo.length === 0
        ? []
        : [
            h("h2", {}, "Before it is published"),
            h("ul", { class: "todo" }, ...made.todo.map((text) => h("li", {}, inline(text)))),
          ]),
      h("h2", {}, "Files"),
      ...[...files].map(([path, text]) =>
        h(
          "details",
          { class: "folded" },
          h("summary", {}, path),
          h("pre", { tabindex: 0 }, h("code", {}, text)),
        ),
      ),
    );
  };

  append(host, [
    h(
      "div",
      { class: "start" },
      h(
        "form",
        { class: "given", onsubmit: (event: Event) => event.preventDefault() },
        h("h1", {}, "Start from an event"),
        h(
          "p",
          {},
          "Paste one event as the product sends it, or an array of some. The connector follows as you type.",
        ),
        labelled("One event, as JSON", event),
        wrong,
        h(
          "div",
          { class: "fields" },
          labelled("Product", product),
          labelled("Publisher", publisher),
          labelled("Connector's id", connectorId, "made of the product"),
          labelled("Table", table, "made of the product"),
          labelled("When it happened", time),
        ),
      ),
      result,
    ),
  ]);

  return {
    async show() {
      [generator] = await Promise.all([loadGenerator(), loadEngine()]);
      if (result.childElementCount === 0) update();
    },
  };
}

function given(name: keyof InitOptions, input: HTMLInputElement): InitOptions {
  const value = input.value.trim();
  return value === "" ? {} : { [name]: value };
}

/** The members of the event that may be its time. */
function offerTimes(select: HTMLSelectElement, text: string): void {
  let members: string[] = [];
  try {
    const parsed: unknown = JSON.parse(text);
    const first: unknown = Array.isArray(parsed) ? parsed[0] : parsed;
    if (typeof first === "object" && first !== null) members = Object.keys(first);
  } catch {
    // Said below the event already.
    return;
  }
  const chosen = select.value;
  select.replaceChildren(
    h("option", { value: "" }, "the first member that looks like it"),
    ...members.map((name) => h("option", { value: `of ${name}` }, name)),
    h("option", { value: "none" }, "nothing says: when Azure receives it"),
  );
  select.value = chosen;
  if (select.selectedIndex < 0) select.value = "";
}

function columnTable({ columns }: Generated): HTMLElement {
  const rows = columns.map(({ member, stream, table, type }) =>
    h(
      "tr",
      {},
      h("td", {}, member === null ? h("em", {}, "the whole event") : h("code", {}, member)),
      h("td", {}, h("code", {}, stream)),
      h("td", {}, h("code", {}, table)),
      h("td", {}, type),
    ),
  );
  const heads = ["In the event", "In the stream", "In the table", "Type"].map((text) =>
    h("th", { scope: "col" }, text),
  );
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": "Columns" },
    h("table", {}, h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)),
  );
}
