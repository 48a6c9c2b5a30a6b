// `npm run docs`: writes docs/sources.md from sources/*.json. A test fails when the page is stale.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Where the page lies. */
export const SOURCES_PAGE = join(root, "docs", "sources.md");

/** What a field of a scheme is when a source does not write it, as in src/webhook/source.rs. */
const DEFAULTS = { method: "hmac", hash: "sha256", key: "utf8", enc: "hex", content: "{body}", ts_unit: "s" };

const HASHES = { sha1: "SHA-1", sha256: "SHA-256", sha512: "SHA-512" };

const KEYS = {
  utf8: "as text",
  base64: "in base64",
  hex: "in hexadecimal digits",
  "sha1(utf8)": "the SHA-1 of the text",
};

const UNITS = { s: "seconds", ms: "milliseconds", rfc3339: "RFC 3339" };

/** The text of docs/sources.md. */
export function sourcesPage() {
  const folder = join(root, "sources");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const sources = files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  const lines = [
    "# Sources",
    "",
    "<!-- Written by `npm run docs` from sources/*.json. Change those, not this page. -->",
    "",
    "A source is how one product signs its webhooks, says hello and wraps its events.",
    'A hook names one by its id: `"source": "github"`.',
    "Each is a file in [`sources/`](../sources); [its schema](../sources/schema/source.schema.json) says what the members mean.",
    "",
    "Places are written as in these files: `header:` and a name, `json:` and a JSON pointer into the body, `query:` and a parameter of the URL, `form:` and a field of a form.",
    "",
    "| id | product | proof | bound to the body | signed time |",
    "|---|---|---|---|---|",
    ...sources.map(summary),
    ...sources.flatMap(section),
  ];
  return `${lines.join("\n")}\n`;
}

function schemeOf({ auth }) {
  return { ...DEFAULTS, ...auth };
}

/** Whether the proof covers the content, rather than being the same for every delivery. */
function signs({ method }) {
  return method !== "token" && method !== "basic";
}

function summary(source) {
  const scheme = schemeOf(source);
  const proof = { token: "token", basic: "Basic credentials", ed25519: "Ed25519" }[scheme.method];
  const window = scheme.tolerance === undefined ? "no" : `within ${scheme.tolerance} s`;
  const cells = [
    `[\`${source.id}\`](#${source.id})`,
    source.name,
    proof ?? `HMAC-${HASHES[scheme.hash]}`,
    signs(scheme) ? "yes" : "no",
    window,
  ];
  return `| ${cells.join(" | ")} |`;
}

function section(source) {
  const { payload = {} } = source;
  const facts = [
    ["Proof", proof(schemeOf(source))],
    ["Secret", secret(schemeOf(source))],
    ["Time", time(schemeOf(source))],
    ["Hello", (source.handshake ?? []).map(hello).join("; ") || "none"],
    ["Body", body(payload)],
    [
      "Events",
      payload.events === undefined
        ? "an array is several events, anything else is one"
        : `\`${payload.events}\``,
    ],
    ["`$event`", places(source.event_type)],
    ["`$delivery`", places(source.delivery_id)],
    ["Largest body", payload.max_bytes === undefined ? "the hook's" : bytes(payload.max_bytes)],
    ["Answer", source.ack === undefined ? "200 with a receipt" : answer(source.ack)],
    ["Vendor's pages", (source.docs ?? []).map((url) => `<${url}>`).join(", ")],
    ["Facts from", source.verified],
    ["Unverified", (source.unverified ?? []).join("; ") || "nothing"],
  ];
  return [
    "",
    `## ${source.id}`,
    "",
    ...sentences(source.notes ?? ""),
    "",
    "| | |",
    "|---|---|",
    ...facts.map(([name, fact]) => `| ${name} | ${fact.replaceAll("|", "\\|")} |`),
  ];
}

function proof(scheme) {
  const at = places(scheme.sig);
  const after = scheme.pick ? ` after \`${scheme.pick}\`` : "";
  const mark = { " ": "blanks", ",": "commas", ";": "semicolons" }[scheme.split] ?? `\`${scheme.split}\``;
  const several = scheme.split ? `, several separated by ${mark}` : "";
  switch (scheme.method) {
    case "token":
      return `the secret itself, in ${at}${after}`;
    case "basic":
      return `the secret in base64, in ${places(scheme.sig ?? "header:authorization")} after \`${scheme.pick ?? "Basic "}\``;
    case "ed25519":
      return `an Ed25519 signature of \`${scheme.content}\` in ${scheme.enc}, in ${at}${after}${several}`;
    case "hmac":
      return `HMAC-${HASHES[scheme.hash]} of \`${scheme.content}\` in ${scheme.enc}, in ${at}${after}${several}`;
    default:
      throw new Error(`scripts/docs.mjs cannot describe the method ${scheme.method} yet`);
  }
}

function secret({ method, key, key_strip }) {
  if (method === "basic") return "`user:password`";
  if (method === "token") return "the token, as text";
  const strip = key_strip ? `; a \`${key_strip}\` before it is dropped` : "";
  return `${method === "ed25519" ? "the public key " : ""}${KEYS[key]}${strip}`;
}

function time({ ts, ts_unit, tolerance }) {
  if (ts === undefined) return "none is signed: whoever has captured a delivery can send it again";
  const [, prefix] = /^sig:(.*)$/.exec(ts) ?? [];
  const at = prefix === undefined ? places(ts) : `the part of the signature after \`${prefix}\``;
  const window = tolerance === undefined ? "any age" : `at most ${tolerance} s from now, either way`;
  return `${at}, in ${UNITS[ts_unit]}; ${window}`;
}

function hello({ on, signed, reply }) {
  const conditions = [
    ...Object.entries(on).flatMap(([kind, values]) =>
      ["header", "json", "query"].includes(kind)
        ? Object.entries(values).map(([name, value]) => `\`${kind}:${name}\` is \`${value}\``)
        : [],
    ),
    ...[on.has ?? []].flat().map((place) => `\`${place}\` is there`),
    ...[on.absent ?? []].flat().map((place) => `\`${place}\` is not there`),
    ...(on.path === undefined ? [] : [`the path ends with \`${on.path}\``]),
  ];
  const proven = signed ? "signed as a delivery is" : "not signed";
  return `${on.method} where ${conditions.join(" and ")}, ${proven}; answered ${answer(reply)}`;
}

function answer({ status = 200, text, json }) {
  if (text !== undefined) return `${status} with the text \`${text}\``;
  if (json !== undefined) return `${status} with \`${JSON.stringify(json)}\``;
  return `${status} without a body`;
}

function body({ form = "json", field }) {
  const forms = { json: "JSON", ndjson: "JSON documents in a row", form: `a form with JSON in \`${field}\`` };
  return form === "json" && field !== undefined ? `${forms.json}, or ${forms.form}` : forms[form];
}

function places(list) {
  const all = [list ?? []].flat();
  return all.length === 0 ? "null" : all.map((place) => `\`${place}\``).join(", else ");
}

function bytes(count) {
  return `${count.toLocaleString("en")} bytes`;
}

/** A line for each sentence. */
function sentences(text) {
  return text.split(/(?<=[.!?]) (?=[A-Z])/);
}

if (import.meta.filename === process.argv[1]) {
  writeFileSync(SOURCES_PAGE, sourcesPage());
}
