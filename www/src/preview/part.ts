// Preview: what the relay would do with a webhook, on the code that runs in the Worker.

import type {
  Cell,
  Header,
  HookSettings,
  Preview,
  PreviewColumn,
  PreviewError,
  SourceInfo,
} from "ccf-edge/preview";
import categories from "../../../sources/schema/categories.json";
import { append, counted, h, icon } from "../dom.ts";
import { copy, labelled, rested, textArea, textField } from "../form.ts";
import { inline } from "../markdown.ts";
import type { Part } from "../parts.ts";
import { toast } from "../toast.ts";
import { curlLine, deployCommands, relayJson } from "./settings.ts";

const FIRST = "github";

const CATEGORIES: Record<SourceInfo["category"], string> = categories;

const COLUMNS = [
  { name: "EventTime", type: "datetime" },
  { name: "EventType", type: "string" },
  { name: "Actor", type: "string" },
  { name: "SourceIp", type: "string" },
  { name: "Action", type: "string" },
  { name: "Target", type: "string" },
  { name: "Outcome", type: "string" },
  { name: "Severity", type: "string" },
  { name: "DeliveryId", type: "string" },
  { name: "Event", type: "dynamic" },
];

/** A rule with the columns that every source fills by itself. */
const DCR = `{
  "type": "Microsoft.Insights/dataCollectionRules",
  "properties": {
    "streamDeclarations": {
      "Custom-Events": {
        "columns": [
${COLUMNS.map((column) => `          ${JSON.stringify(column)}`).join(",\n")}
        ]
      }
    }
  }
}
`;

export async function mount(host: HTMLElement): Promise<Part> {
  const relay = await import("ccf-edge/preview");
  await relay.ready;
  const all = relay.sources();

  const source = h("select", { id: "preview-source" }, ...byCategory(all));
  source.value = FIRST;
  const sample = h("select", { id: "preview-sample" });
  const url = textField("preview-url");
  const headers = textArea("preview-headers", 5);
  const body = textArea("preview-body", 12);
  const secret = textField("preview-secret", "", "password");
  const extras = h("div", { class: "fields" });
  const events = textField("preview-events");
  const dcr = textArea("preview-dcr", 8, DCR);
  const stream = h("select", { id: "preview-stream" });
  const columns = h("div", { class: "expressions" });
  const about = h("p", { class: "about" });
  const result = h("section", { class: "result", "aria-label": "What the relay does" });
  const signButton = h("button", { type: "button" }, "Sign it with this secret");
  const inputs = new Map<string, { input: HTMLInputElement; wrong: HTMLElement }>();

  /** The clock of the preview: a signature is as old as it was when it was made. */
  let now: number | undefined;

  const chosen = () => all.find(({ id }) => id === source.value) ?? (all[0] as SourceInfo);

  const settings = (): HookSettings => {
    const written = [...inputs].filter(([, { input }]) => input.value.trim() !== "");
    const expressions = Object.fromEntries(written.map(([name, { input }]) => [name, input.value]));
    const config = valuesOf(extras, "config");
    return {
      ...(written.length > 0 ? { columns: expressions } : {}),
      ...(events.value.trim() !== "" ? { events: events.value } : {}),
      ...(Object.keys(config).length > 0 ? { config } : {}),
    };
  };

  const delivery = () => ({ url: url.value, headers: headersOf(headers.value), body: body.value });

  const sign = () => {
    try {
      now = Date.now();
      const signed = relay.sign({
        source: source.value,
        secret: secret.value,
        relay: settings(),
        now,
        ...delivery(),
      });
      url.value = signed.url;
      headers.value = signed.headers.map(([name, value]) => `${name}: ${value}`).join("\n");
      body.value = typeof signed.body === "string" ? signed.body : new TextDecoder().decode(signed.body);
    } catch (error) {
      toast(`It cannot be signed: ${error instanceof Error ? error.message : error}`);
    }
    update();
  };

  /** Another source: its samples, its secret, its settings. */
  const choose = () => {
    const info = chosen();
    sample.replaceChildren(...info.samples.map((name) => h("option", { value: name }, name)));
    sample.disabled = info.samples.length === 0;
    extras.replaceChildren(...extraFields(info, soon));
    secret.value = info.signs ? (info.exampleSecret ?? "") : "";
    signButton.disabled = !info.signs;
    events.placeholder = info.events ?? "one event, or each of an array";
    about.replaceChildren(
      ...[info.setup ?? "", info.notes ?? ""]
        .filter((text) => text !== "")
        .map((text) => h("span", {}, `${text} `)),
      ...info.docs
        .slice(0, 1)
        .map((address) =>
          h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, "The vendor's page"),
        ),
    );
    take();
  };

  /** Another sample. */
  const take = () => {
    const info = chosen();
    const found = relay.sample(info.id, sample.value || undefined);
    url.value = `https://relay.example/hooks/${info.id}`;
    headers.value = (found?.headers ?? [["content-type", "application/json"]])
      .map((pair) => pair.join(": "))
      .join("\n");
    body.value = found === undefined ? '{ "action": "created" }' : indented(found.body);
    now = undefined;
    if (info.signs && secret.value !== "") sign();
    else update();
  };

  const update = () => {
    const made = relay.preview({
      source: source.value,
      secret: secret.value,
      namedSecrets: valuesOf(extras, "secret"),
      relay: settings(),
      dcr: dcr.value,
      ...(stream.value === "" ? {} : { stream: stream.value }),
      now,
      ...delivery(),
    });
    offerStreams(stream, dcr.value);
    offerColumns(made);
    for (const [name, { input, wrong }] of inputs) {
      const mistake = made.errors.find((error) => error.in === "column" && error.name === name);
      wrong.replaceChildren(...(mistake === undefined ? [] : [inline(mistakeOf(mistake))]));
      input.toggleAttribute("aria-invalid", false);
      if (mistake !== undefined) input.setAttribute("aria-invalid", "true");
    }
    const open = [...result.querySelectorAll("details")].map((details) => details.open);
    result.replaceChildren(...shown(made));
    result.querySelectorAll("details").forEach((details, index) => {
      details.open = open[index] ?? details.open;
    });
  };
  const soon = rested(update);

  /** A line for each column of the stream, kept while it stays the same stream. */
  const offerColumns = ({ columns: wanted }: Preview) => {
    const names = wanted.map(({ name }) => name);
    if (names.length > 0 && names.join("\0") !== [...inputs.keys()].join("\0")) {
      const before = new Map([...inputs].map(([name, { input }]) => [name, input.value]));
      inputs.clear();
      columns.replaceChildren(
        ...wanted.map(({ name, type }, index) => {
          const id = `preview-column-${index}`;
          const input = textField(id, before.get(name) ?? "");
          const wrong = h("p", { class: "wrong", id: `${id}-wrong` });
          input.setAttribute("aria-describedby", wrong.id);
          input.addEventListener("input", soon);
          inputs.set(name, { input, wrong });
          return h(
            "div",
            { class: "expression" },
            h("label", { for: id }, h("code", {}, name), ` ${type}`),
            input,
            wrong,
          );
        }),
      );
    }
    for (const { name, from, expression } of wanted) {
      const input = inputs.get(name)?.input;
      if (input !== undefined && from !== "hook") input.placeholder = expression ?? `.${name}`;
    }
  };

  const shown = (made: Preview): Node[] => {
    const taken = { source: chosen(), stream: stream.value, relay: settings() };
    const { headers, body } = delivery();
    return [
      verdict(made),
      ...made.errors
        .filter((error) => error.in !== "column")
        .map((error) => h("p", { class: "wrong" }, inline(placed(error)))),
      ...(made.refused === null ? [] : [h("p", { class: "wrong" }, inline(made.refused.reason))]),
      h("h2", {}, counted(made.rows.length, "row")),
      made.losses > 0 && h("p", { class: "lost" }, icon("warning"), `${counted(made.losses, "value")} lost`),
      made.rows.length > 0 && rowTable(made),
      ...made.requests.map((request) =>
        folded(
          `What Azure receives: ${request.bytes} bytes of JSON${request.gzip ? `, ${request.sentBytes} bytes compressed` : ""}`,
          request.json,
          false,
        ),
      ),
      folded(counted(made.events.length, "event"), made.events.map(indented).join("\n"), false),
      h("h2", {}, "To take with you"),
      folded("relay.json", relayJson(taken), true),
      folded("A line to try it", curlLine(source.value, "POST", headers, body), true),
      folded("To deploy it", deployCommands(chosen()), true),
    ].filter((node): node is HTMLElement => node !== false);
  };

  source.addEventListener("change", choose);
  sample.addEventListener("change", take);
  signButton.addEventListener("click", sign);
  stream.addEventListener("change", update);
  for (const input of [url, headers, body, secret, events, dcr]) input.addEventListener("input", soon);

  append(host, [
    h(
      "div",
      { class: "start" },
      h(
        "form",
        { class: "given", onsubmit: (event: Event) => event.preventDefault() },
        h("h1", {}, "Preview a webhook"),
        h(
          "p",
          {},
          "Choose who sends, paste what is sent, and see what the relay makes of it. Secrets stay in this tab too.",
        ),
        h("div", { class: "fields" }, labelled("Source", source), labelled("Sample", sample)),
        about,
        labelled("Secret", secret, "without one nothing is verified"),
        h("div", { class: "row" }, signButton),
        extras,
        labelled("Body", body),
        labelled("Headers, one a line", headers),
        labelled("URL", url),
        h("h2", {}, "Columns"),
        h("p", {}, "A jq expression for each column; without one, what the source says."),
        columns,
        labelled("Several events of one delivery", events),
        labelled("Stream", stream),
        labelled("DCR.json", dcr),
      ),
      result,
    ),
  ]);
  choose();
  return { show() {} };
}

function byCategory(all: SourceInfo[]): HTMLElement[] {
  const groups = Map.groupBy(all, ({ category }) => category);
  return Object.entries(CATEGORIES).map(([category, label]) =>
    h(
      "optgroup",
      { label },
      ...(groups.get(category as SourceInfo["category"]) ?? []).map(({ id, name }) =>
        h("option", { value: id }, name),
      ),
    ),
  );
}

/** What else the source asks for: settings of the hook, and further secrets. */
function extraFields({ id, config, namedSecrets }: SourceInfo, changed: () => void): HTMLElement[] {
  const fields = (kind: string, type: string, names: Record<string, string>) =>
    Object.entries(names).map(([name, what]) => {
      const input = textField(`preview-${id}-${kind}-${name}`, "", type);
      input.dataset[kind] = name;
      input.addEventListener("input", changed);
      return labelled(name, input, what);
    });
  return [...fields("config", "text", config), ...fields("secret", "password", namedSecrets)];
}

function valuesOf(host: HTMLElement, kind: "config" | "secret"): Record<string, string> {
  const inputs = [...host.querySelectorAll<HTMLInputElement>(`[data-${kind}]`)].filter(
    ({ value }) => value !== "",
  );
  return Object.fromEntries(inputs.map((input) => [input.dataset[kind] ?? "", input.value]));
}

function headersOf(text: string): Header[] {
  return text.split("\n").flatMap((line): Header[] => {
    const at = line.indexOf(":");
    return at < 1 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()]];
  });
}

/** The streams that the rule declares, wherever in a template it stands. */
function offerStreams(select: HTMLSelectElement, text: string): void {
  const names = new Set<string>();
  try {
    JSON.parse(text, (key, value) => {
      if (key === "streamDeclarations" && typeof value === "object")
        for (const name in value) names.add(name);
      return value;
    });
  } catch {
    // The preview says what is wrong with the rule.
    return;
  }
  if ([...select.options].map(({ value }) => value).join("\0") === [...names].join("\0")) return;
  const before = select.value;
  select.replaceChildren(...[...names].map((name) => h("option", { value: name }, name)));
  if (names.has(before)) select.value = before;
}

/** What is wrong and where in its text; the name of the column stands beside it already. */
function mistakeOf({ message, line, column }: PreviewError): string {
  return line !== null && column !== null ? `${message} (line ${line}, column ${column})` : message;
}

const PLACES: Record<PreviewError["in"], string> = {
  column: "Columns",
  events: "Several events of one delivery",
  relay: "Settings",
  dcr: "DCR.json",
  secret: "Secret",
};

function placed(error: PreviewError): string {
  return `${PLACES[error.in]}: ${mistakeOf(error)}`;
}

function verdict({ verification, deliveryId, eventType }: Preview): HTMLElement {
  const line = (kind: "ok" | "info" | "error", said: string, why?: string) =>
    h(
      "div",
      { class: "judged", role: "status" },
      h("p", { class: `verdict ${kind}` }, icon(kind), said),
      why !== undefined && h("p", {}, why),
      (eventType !== null || deliveryId !== null) &&
        h("p", { class: "about" }, [eventType, deliveryId].filter((text) => text !== null).join(" · ")),
    );
  switch (verification?.state) {
    case "verified":
      return line("ok", "Verified");
    case "unchecked":
      return line(
        "info",
        "Not verified",
        "Without a secret, these are the rows that a good signature would give.",
      );
    case "rejected":
      return line("error", `Turned away with ${verification.reply.status}`, verification.reason);
    case "handshake":
      return line("ok", `A handshake, answered with ${verification.reply.status}`, verification.reply.body);
    case "needs-key":
      return line(
        "info",
        "Not verified",
        `The Worker fetches the key from ${verification.url}; this page fetches nothing.`,
      );
    case "visit":
      return line("info", "A handshake", `The Worker answers it by visiting ${verification.url}.`);
    default:
      return line("info", "Not verified", "Something is missing or wrong:");
  }
}

/** One row stands upright, because it has more columns than a screen is wide; several are a table as in Azure. */
function rowTable({ columns, rows }: Preview): HTMLElement {
  const [first, ...more] = rows;
  const head = (scope: "col" | "row", { name, type }: PreviewColumn) =>
    h("th", { scope }, name, h("span", { class: "type" }, type));
  const lines =
    first !== undefined && more.length === 0
      ? columns.map((column, index) => h("tr", {}, head("row", column), cellOf(first[index])))
      : [
          h("tr", {}, ...columns.map((column) => head("col", column))),
          ...rows.map((cells) => h("tr", {}, ...cells.map(cellOf))),
        ];
  return h(
    "div",
    { class: "scroll rows", tabindex: 0, role: "group", "aria-label": "Rows" },
    h("table", {}, h("tbody", {}, ...lines)),
  );
}

function cellOf(cell: Cell | undefined): HTMLElement {
  const { json, loss } = cell ?? { json: null, loss: null };
  return h(
    "td",
    { class: loss === null ? undefined : "loss" },
    json === null ? h("span", { class: "none" }, "null") : h("code", {}, shortened(json)),
    loss !== null && h("span", { class: "reason" }, icon("warning"), loss.reason),
  );
}

/** A whole event in a cell would hide the other columns; the JSON below has it all. */
function shortened(json: string): string {
  return json.length > 240 ? `${json.slice(0, 237)}…` : json;
}

function folded(title: string, text: string, copies: boolean): HTMLElement {
  return h(
    "details",
    { class: "folded" },
    h("summary", {}, title),
    copies && h("button", { type: "button", onclick: () => void copy(text, `${title}: copied.`) }, "Copy"),
    h("pre", { tabindex: 0 }, h("code", {}, text)),
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
