// `npm run docs`: writes docs/sources.md and docs/sources/*.md from sources/*.json. A test fails when one is stale.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Where the pages of single sources lie; the index lies beside this folder. */
export const PAGES = join(root, "docs", "sources");

/** What a field of a scheme is when a source does not write it, as in src/webhook/source.rs. */
const DEFAULTS = { method: "hmac", hash: "sha256", key: "utf8", enc: "hex", content: "{body}", ts_unit: "s" };

const HASHES = { sha1: "SHA-1", sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };

/** What a scheme that only code can express proves, and whether that covers the whole body. */
const NATIVE = {
  adyen: {
    name: "HMAC in each item",
    covers: "of each item",
    what: "an HMAC-SHA-256 of each item's main members in base64, in the item",
  },
  graph: {
    name: "token in each item",
    covers: "no",
    what: "the secret itself, as `clientState` of each item",
  },
  paypal: {
    name: "RSA",
    covers: "a checksum of it",
    what: "an RSA signature of id, time, webhook id and the body's CRC-32, in `header:paypal-transmission-sig`, with a certificate of PayPal's",
  },
  plaid: {
    name: "JSON Web Token",
    covers: "yes",
    what: "a JSON Web Token with the body's SHA-256, in `header:plaid-verification`, under the key that Plaid's API gives for it",
  },
  sns: {
    name: "RSA",
    covers: "its main members",
    what: "an RSA signature of the message's main members, in `json:/Signature`, with the certificate of the topic's region",
    hello:
      "the confirmation of a subscription to the topic, signed; answered 200 once SNS was visited at the address that it holds",
  },
  splunk: {
    name: "token",
    covers: "no",
    what: "the secret itself, in `header:authorization` after `Splunk `, or as the password of Basic credentials",
  },
  twilio: {
    name: "HMAC-SHA-1",
    covers: "yes",
    what: "an HMAC-SHA-1 of the URL and the sorted fields in base64, in `header:x-twilio-signature`; of the URL alone with the body's SHA-256 in it where the body is JSON",
  },
};

const DOORS = {
  "splunk-hec": "as Splunk's collector answers",
  firehose: "200 with the request's id and the time",
};

const KEYS = {
  utf8: "as text",
  base64: "in base64",
  hex: "in hexadecimal digits",
  "sha1(utf8)": "the SHA-1 of the text",
  spki: "in base64 (SubjectPublicKeyInfo)",
  pem: "in PEM",
  jwks: "as a JSON Web Key Set",
};

const UNITS = { s: "seconds", ms: "milliseconds", rfc3339: "RFC 3339" };

/** The headings of the sources, by category. */
const CATEGORIES = JSON.parse(readFileSync(join(root, "sources", "schema", "categories.json"), "utf8"));

/** What fills these columns in every source, as in src/webhook/source.rs. */
const GENERIC_COLUMNS = { EventTime: ".EventTime? // .eventTime? // .event_time? // $received", Event: "." };

const COLUMNS = [
  "EventTime",
  "EventType",
  "Actor",
  "SourceIp",
  "Action",
  "Target",
  "Outcome",
  "Severity",
  "DeliveryId",
  "Event",
];

/** Every page: its path in the repository, and its text. */
export function pages() {
  const folder = join(root, "sources");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const sources = files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
  return new Map([
    [join("docs", "sources.md"), index(sources)],
    ...sources.map((source) => [join("docs", "sources", `${source.id}.md`), page(source)]),
  ]);
}

function index(sources) {
  const lines = [
    "# Sources",
    "",
    "<!-- Written by `npm run docs` from sources/*.json. Change those, not this page. -->",
    "",
    "A source is how one product signs its webhooks, says hello and wraps its events.",
    'A hook names one by its id: `"source": "github"`.',
    `There are ${sources.length}.`,
    "Each is a file in [`sources/`](../sources); [its schema](../sources/schema/source.schema.json) says what the members mean.",
    "A product that is not here can be received by one of the sources [for every product](#for-every-product).",
    "",
    '"Sure" says where the facts come from; a source\'s page names every fact that is doubtful.',
    "",
    "| word | the facts come from |",
    "|---|---|",
    "| specification, documentation, SDK | the vendor's own words or code |",
    "| secondary | other people's code or pages |",
    "| unverified | memory: try it before you rely on it |",
  ];
  for (const [category, title] of Object.entries(CATEGORIES)) {
    lines.push(
      "",
      `## ${title}`,
      "",
      "| source | id | proof | covers the body | signed time | sure |",
      "|---|---|---|---|---|---|",
      ...sources
        .filter((source) => source.category === category)
        .sort((a, b) => a.name.localeCompare(b.name, "en"))
        .map(summary),
    );
  }
  return `${lines.join("\n")}\n`;
}

function schemeOf({ auth }) {
  return { ...DEFAULTS, ...auth };
}

/** Whether the proof covers the body. */
function covers({ method, native, body_claim, content, sig }) {
  if (method === "native") return NATIVE[native].covers;
  if (sig === "body:") return "yes";
  if (method === "jwt") return body_claim === undefined ? "no" : "yes";
  return method !== "token" && method !== "basic" && content.includes("{body}") ? "yes" : "no";
}

/** The proof in a few words. */
function kind({ method, hash, native }) {
  const names = {
    token: "token",
    basic: "Basic credentials",
    ed25519: "Ed25519",
    ecdsa_p256: "ECDSA P-256",
    rsa_pkcs1: "RSA",
    jwt: "JSON Web Token",
    hmac: `HMAC-${HASHES[hash]}`,
    native: NATIVE[native]?.name,
  };
  return names[method];
}

function summary(source) {
  const scheme = schemeOf(source);
  const cells = [
    `[${source.name}](sources/${source.id}.md)`,
    `\`${source.id}\``,
    kind(scheme),
    covers(scheme),
    age(scheme),
    source.verified.replace("official ", ""),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** How old a delivery may be, in a few words. */
function age({ method, native, ts, tolerance, sig }) {
  if (sig === "body:") return "of any age";
  if (tolerance !== undefined) return `within ${tolerance} s`;
  if (method === "jwt" || native === "plaid") return "as the token says";
  if (native === "paypal" || native === "sns") return "of any age";
  return ts === undefined ? "no" : "of any age";
}

function page(source) {
  const { payload = {}, unverified = [] } = source;
  const scheme = schemeOf(source);
  const facts = [
    ["Proof", proof(scheme)],
    ["Secret", secret(scheme)],
    ["Time", time(scheme)],
    ["Hello", NATIVE[scheme.native]?.hello ?? ((source.handshake ?? []).map(hello).join("; ") || "none")],
    ["Body", body(payload)],
    ["Events", events(payload)],
    ["`$event`", places(source.event_type)],
    ["`$delivery`", places(source.delivery_id)],
    ["Largest body", payload.max_bytes === undefined ? "what the hook takes" : bytes(payload.max_bytes)],
    ["Answer to a delivery", taken(source)],
    [
      "Answer to a bad proof",
      source.door === "splunk-hec"
        ? "401, or 403 to a wrong token, as Splunk's collector"
        : `${source.on_reject?.status ?? 401}`,
    ],
    [
      "Answer while Azure takes no rows",
      "the same, since the queue has the event; without a queue 503 with Retry-After",
    ],
    ["How long it waits", source.deadline_s === undefined ? "not known" : `${source.deadline_s} s`],
    ["Retries", source.retries ?? "not known"],
    ["Facts from", `${source.verified}: ${source.docs.map((url) => `<${url}>`).join(", ")}`],
  ];
  const lines = [
    `# ${source.name}`,
    "",
    "<!-- Written by `npm run docs`. Change the file in sources/, not this page. -->",
    "",
    ...notes(source),
    "## Set it up",
    "",
    ...steps(source, scheme).flatMap(([first, ...rest], number) => [
      `${number + 1}. ${first}`,
      ...rest.map(indented),
    ]),
    "",
    ...(source.setup === undefined
      ? []
      : ["The names of the product's menus were not checked against the product.", ""]),
    "## Unverified",
    "",
    ...(unverified.length === 0 ? ["Nothing."] : unverified.map((fact) => `- ${fact}`)),
    "",
    "## Facts",
    "",
    "Places are written as `header:` and a name, `json:` and a JSON pointer into the body, `query:` and a parameter of the URL, `form:` and a field of a form.",
    "",
    "| | |",
    "|---|---|",
    ...facts.map(([name, fact]) => `| ${name} | ${cell(fact)} |`),
    "",
    "## Columns",
    "",
    "What fills these columns of the stream unless the hook says otherwise; a column that the stream does not have is passed over.",
    "",
    "| column | expression |",
    "|---|---|",
    ...columns(source).map(([name, expression]) => `| ${name} | ${cell(`\`${expression}\``)} |`),
    "",
    "[All sources](../sources.md)",
  ];
  return `${lines.join("\n")}\n`;
}

/** What an operator should know, with a blank line behind it. */
function notes({ notes, auth }) {
  const inUrl = [auth.sig ?? []].flat().some((place) => place.startsWith("query:"));
  const lines = [
    ...sentences(notes ?? ""),
    ...(inUrl
      ? ["Whoever can read the Worker's request logs can read the secret too, since they show URLs."]
      : []),
  ];
  return lines.length === 0 ? [] : [...lines, ""];
}

/** The five steps to a hook. */
function steps(source, scheme) {
  const hook = source.id;
  const name = `HOOK_${hook.toUpperCase().replaceAll("-", "_")}_SECRET`;
  const token = [source.auth.sig ?? []].flat().find((place) => place.startsWith("query:"));
  const query = token === undefined ? "" : `?${token.slice("query:".length)}=<the secret>`;
  const path = source.door === "splunk-hec" ? "" : `/hooks/${hook}${query}`;
  const url = `\`https://<your Worker>${path}\``;
  const members = Object.entries({ source: hook, ...source.hook });
  const relay = [
    "Add the hook to relay.json, and run `npx wrangler deploy`:",
    "",
    "```jsonc",
    '"hooks": {',
    `  "${hook}": { ${members.map(([key, value]) => `"${key}": ${spaced(value)}`).join(", ")} }`,
    "}",
    "```",
    "",
  ];
  const named = Object.entries(source.named_secrets ?? {}).map(
    ([key, what]) =>
      `Run \`npx wrangler secret put ${name.replace(/SECRET$/, key.toUpperCase())}\` and paste ${what}.`,
  );
  const what = scheme.method === "basic" ? "`user:password`" : "it";
  const put = [source.hook?.secret ?? name].flat().map((secret) => `\`npx wrangler secret put ${secret}\``);
  const paste = `Run ${put.join(" and ")} and paste ${put.length === 1 ? what : "them"}.`;
  const where = source.setup === undefined ? [] : [source.setup];
  const test =
    'Send a test from the product, and look at `npx wrangler tail`: the line of a delivery has `"outcome":"queued"`, or `"delivered"` without a queue.';
  const watch =
    "Run `npx wrangler tail`, which shows a line of JSON for each delivery, and leave it running for the next step.";
  const config = Object.entries(source.config ?? {}).map(([key, meaning]) => `\`${key}\` is ${meaning}.`);
  relay.push(...config);
  relay.push("Afterwards `/healthz` of your Worker says `ok`, or what is missing.");
  // A product that says hello wants an answer at once: the hook has to be there before it hears of the URL.
  const says = (source.handshake ?? []).length > 0 || NATIVE[scheme.native]?.hello !== undefined;
  const give = `Give the product the URL ${url}`;
  const greeted = says
    ? ["It may ask the hook for an answer at once, and shows an error if there is none."]
    : [];
  const keys = ["There is no secret to set: the source is verified with the keys that the vendor publishes."];
  const choose =
    scheme.method === "basic"
      ? "Choose a user name and a password: `openssl rand -hex 32` prints a good one."
      : "Choose a secret: `openssl rand -hex 32` prints a good one.";
  switch (source.secret) {
    case "none":
      return says
        ? [
            keys,
            relay,
            [`${give}.`, ...where],
            ['Look at `npx wrangler tail`: the line of the hello has `"outcome":"handshake"`.'],
            [test],
          ]
        : [[`${give}.`, ...where], keys, relay, [watch], [test]];
    case "chosen":
      return [[choose], [paste, ...named], relay, [`${give} and the secret.`, ...where, ...greeted], [test]];
    case "sent":
      return sent({ hook, name, relay, where, test });
    default:
      return says
        ? [
            ["Find the secret in the product and copy it; leave the URL for step 4.", ...where],
            [paste, ...named],
            relay,
            [`${give}.`, ...greeted],
            [test],
          ]
        : [
            [`${give}, and copy the secret that it shows.`, ...where],
            [paste, ...named],
            relay,
            [watch],
            [test],
          ];
  }
}

/** The steps where the product makes the secret and sends it in its hello: the relay waits for it with the hook armed. */
function sent({ hook, name, relay, where, test }) {
  const command = `npx ccf-edge hello ${hook} --relay https://<your Worker>`;
  const arm = [
    "Run this, which arms the hook for 15 minutes, waits for the secret, and sets it:",
    "",
    "```",
    `${command} | tee /dev/tty | npx wrangler secret put ${name}`,
    "```",
    "",
    "`tee /dev/tty` shows the secret to you as well.",
    "Where there is no such command, run the first one alone, and paste what it prints into the last one.",
  ];
  return [
    [
      "Run `npx wrangler secret put ADMIN_TOKEN` and paste what `openssl rand -hex 32` prints, unless the relay has that secret already; in the shell run `export ADMIN_TOKEN=` with the same.",
      "The relay needs its bucket too.",
    ],
    relay,
    arm,
    [`Meanwhile give the product the URL \`https://<your Worker>/hooks/${hook}\`.`, ...where],
    [test],
  ];
}

function columns(source) {
  const known = {
    ...(source.event_type === undefined ? {} : { EventType: "$event" }),
    ...(source.delivery_id === undefined ? {} : { DeliveryId: "$delivery" }),
  };
  const all = { ...GENERIC_COLUMNS, ...known, ...source.columns };
  return COLUMNS.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]);
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
    case "ecdsa_p256":
      return `an ECDSA P-256 signature (DER) of \`${scheme.content}\` in ${scheme.enc}, in ${at}`;
    case "rsa_pkcs1":
      return `an RSA signature (PKCS #1 v1.5, ${HASHES[scheme.hash]}) of \`${scheme.content}\` in ${scheme.enc}, in ${at}`;
    case "jwt":
      return token(scheme, at, after);
    case "native":
      return NATIVE[scheme.native].what;
    case "hmac":
      return `HMAC-${HASHES[scheme.hash]} of \`${scheme.content}\` in ${scheme.enc}, in ${at}${after}${several}`;
    default:
      throw new Error(`scripts/docs.mjs cannot describe the method ${scheme.method} yet`);
  }
}

function token(scheme, at, after) {
  const claims = [
    ...(scheme.iss === undefined ? [] : [`\`iss\` is \`${scheme.iss}\``]),
    ...(scheme.aud === undefined ? [] : [`\`aud\` is \`${scheme.aud}\``]),
    ...(scheme.has_claims ?? []).map((claim) => `\`${claim}\` is there`),
    ...Object.entries(scheme.claims ?? {}).map(([claim, value]) => `\`${claim}\` is \`${value}\``),
    ...(scheme.body_claim === undefined ? [] : [`\`${scheme.body_claim}\` is the body's SHA-256`]),
    ...(scheme.url_claim === undefined ? [] : [`\`${scheme.url_claim}\` is the URL's SHA-256`]),
  ];
  const where = claims.length === 0 ? "" : `; ${claims.join(", ")}`;
  const address = scheme.jwks?.includes("{") ? `\`${scheme.jwks}\`` : `<${scheme.jwks}>`;
  const keys = scheme.jwks === undefined ? "" : `, under the keys at ${address}`;
  const place = scheme.sig === "body:" ? "that is the body" : `in ${at}${after}`;
  return `a JSON Web Token (${scheme.alg.join(", ")}) ${place}${keys}${where}`;
}

function secret({ method, key, key_strip, key_template, jwks, native }) {
  if (method === "basic") return "`user:password`";
  if (method === "token" || native === "splunk") return "the token, as text";
  if (jwks !== undefined || native === "sns" || native === "paypal") return "none";
  if (method === "ecdsa_p256" || method === "rsa_pkcs1") return `the public key ${KEYS[key]}`;
  const strip = key_strip ? `; a \`${key_strip}\` before it is dropped` : "";
  const made = key_template ? `; the key is \`${key_template}\`` : "";
  return `${method === "ed25519" ? "the public key " : ""}${KEYS[key]}${strip}${made}`;
}

function time({ method, native, ts, ts_unit, tolerance, sig }) {
  if (sig === "body:") return "signed; any age";
  if (method === "jwt" || native === "plaid") {
    return `what the token says${tolerance === undefined ? "" : `; at most ${tolerance} s from now`}`;
  }
  if (native === "paypal" || native === "sns") return "signed; any age";
  if (ts === undefined) return "none is signed: whoever has captured a delivery can send it again";
  const [, prefix] = /^sig:(.*)$/.exec(ts) ?? [];
  const at = prefix === undefined ? places(ts) : `the part of the signature after \`${prefix}\``;
  const window = tolerance === undefined ? "any age" : `at most ${tolerance} s from now, either way`;
  return `${at}, in ${UNITS[ts_unit]}; ${window}`;
}

function hello({ on, signed, equal = {}, secret: kept, armed, reply }) {
  const conditions = [
    ...Object.entries(on).flatMap(([kind, values]) =>
      ["header", "json", "query"].includes(kind)
        ? Object.entries(values).map(([name, value]) => `\`${kind}:${name}\` is \`${value}\``)
        : [],
    ),
    ...Object.keys(equal).map((place) => `\`${place}\` is ${secretNamed(equal[place])}`),
    ...[on.has ?? []].flat().map((place) => `\`${place}\` is there`),
    ...[on.absent ?? []].flat().map((place) => `\`${place}\` is not there`),
    ...(on.path === undefined ? [] : [`the path ends with \`${on.path}\``]),
  ];
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  const proven = signed ? "proven as a delivery is" : "not proven";
  const when = armed ? ", while the hook is armed" : "";
  const keeps = kept === undefined ? "" : `; the secret \`${kept}\` is kept while the hook is armed`;
  return `${on.method}${where}, ${proven}; answered ${answer(reply)}${when}${keeps}`;
}

/** What a product hears once the queue has its event, or without a queue Azure the rows. */
function taken({ door, ack }) {
  if (door !== undefined) return DOORS[door];
  return ack === undefined
    ? "202 without a body, or 200 without a queue; a receipt in JSON where `Accept` asks for JSON, or without a queue something was lost"
    : answer(ack);
}

function secretNamed(text) {
  const [, name] = /^\{secret:(.*)\}$/.exec(text) ?? [];
  return name === undefined ? "a secret of the hook" : `the hook's secret \`${name}\``;
}

function answer({ status = 200, headers = {}, text, json }) {
  const extra = Object.entries(headers).map(([name, value]) => ` and \`${name}: ${value}\``);
  if (text !== undefined) return `${status} with the text \`${text}\`${extra.join("")}`;
  if (json !== undefined) return `${status} with \`${JSON.stringify(json)}\`${extra.join("")}`;
  return `${status} without a body${extra.join("")}`;
}

function body({ form = "json", field, unpack = [] }) {
  const opened = unpack
    .map(({ at, base64 }) => `; ${base64 ? "base64 and " : ""}JSON in \`${at}\` is opened`)
    .join("");
  return `${plainBody(form, field)}${opened}`;
}

function plainBody(form, field) {
  const forms = {
    json: "JSON",
    ndjson: "JSON documents in a row",
    form: `a form with JSON in \`${field}\``,
    fields: "a form whose fields are the event, or JSON",
    jwt: "a JSON Web Token whose claims are the event",
    cloudevents: "a CloudEvent, structured or binary, or an array of them",
  };
  return form === "json" && field !== undefined
    ? `${forms.json}, or a form with JSON in \`${field}\``
    : forms[form];
}

function events({ form, events }) {
  if (events !== undefined) return `\`${events}\``;
  return form === "ndjson" ? "each document" : "an array is several events, anything else is one";
}

function places(list) {
  const all = [list ?? []].flat();
  return all.length === 0 ? "nothing: it is null" : all.map((place) => `\`${place}\``).join(", else ");
}

function bytes(count) {
  return `${count.toLocaleString("en")} bytes`;
}

/** JSON on one line, with blanks where people write them. */
function spaced(value) {
  return JSON.stringify(value, null, 1).replace(/\n */g, " ");
}

/** A text as a table takes it. */
function cell(text) {
  return text.replaceAll("|", "\\|");
}

function indented(line) {
  return line === "" ? "" : `   ${line}`;
}

/** A line for each sentence. */
function sentences(text) {
  return text === "" ? [] : text.split(/(?<=[.!?]) (?=[A-Z])/);
}

if (import.meta.filename === process.argv[1]) {
  rmSync(PAGES, { recursive: true, force: true });
  mkdirSync(PAGES, { recursive: true });
  for (const [path, text] of pages()) {
    writeFileSync(join(root, path), text);
  }
}
