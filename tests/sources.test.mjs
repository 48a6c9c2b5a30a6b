// Every file in sources/ is what its schema says, and says what people need.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../scripts/setup.mjs";

const folder = join(root, "sources");
const read = (...path) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const schema = read("schema", "source.schema.json");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));

/** What every keyword of JSON Schema that the schema uses asks for. */
const KEYWORDS = {
  $ref: (ref, value, at) => mistakes(schema.$defs[ref.replace("#/$defs/", "")], value, at),
  type: (types, value, at) =>
    [types].flat().some((type) => isOf(type, value)) ? [] : [`${at} is no ${types}`],
  enum: (values, value, at) => (values.includes(value) ? [] : [`${at} is none of ${values.join(", ")}`]),
  const: (wanted, value, at) => (value === wanted ? [] : [`${at} is not ${wanted}`]),
  oneOf: (branches, value, at) => {
    const fitting = branches.filter((branch) => mistakes(branch, value, at).length === 0).length;
    return fitting === 1 ? [] : [`${at} fits ${fitting} of ${branches.length}`];
  },
  required: (names, value, at) =>
    names.filter((name) => !(name in value)).map((name) => `${at} has no ${name}`),
  properties: (known, value, at) =>
    Object.entries(known).flatMap(([name, inner]) =>
      name in value ? mistakes(inner, value[name], `${at}.${name}`) : [],
    ),
  additionalProperties: (inner, value, at, { properties = {} }) =>
    Object.keys(value)
      .filter((name) => !(name in properties))
      .flatMap((name) =>
        inner === false ? [`${at} has ${name}`] : mistakes(inner, value[name], `${at}.${name}`),
      ),
  propertyNames: (inner, value, at) =>
    Object.keys(value).flatMap((name) => mistakes(inner, name, `${at}.${name}`)),
  items: (inner, value, at) => value.flatMap((element, index) => mistakes(inner, element, `${at}[${index}]`)),
  pattern: (pattern, value, at) =>
    typeof value !== "string" || new RegExp(pattern, "u").test(value) ? [] : [`${at} is not like ${pattern}`],
  format: (format, value, at) => (format === "uri" && URL.canParse(value) ? [] : [`${at} is no ${format}`]),
  minLength: (least, value, at) => (value.length >= least ? [] : [`${at} is empty`]),
  minimum: (least, value, at) => (value === null || value >= least ? [] : [`${at} is below ${least}`]),
  maximum: (most, value, at) => (value === null || value <= most ? [] : [`${at} is above ${most}`]),
};

const NOTES = ["$schema", "$comment", "$defs", "title", "description", "default"];

function mistakes(rule, value, at) {
  const asked = Object.keys(rule).filter((keyword) => !NOTES.includes(keyword));
  const unknown = asked.filter((keyword) => !(keyword in KEYWORDS));
  assert.deepEqual(unknown, [], "the schema uses a keyword that this test does not know");
  const found = rule.type === undefined ? [] : KEYWORDS.type(rule.type, value, at);
  if (found.length > 0) return found;
  return asked.flatMap((keyword) => KEYWORDS[keyword](rule[keyword], value, at, rule));
}

function isOf(type, value) {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}

test("every category has its heading", () => {
  assert.deepEqual(
    Object.keys(read("schema", "categories.json")).sort(),
    schema.properties.category.enum.toSorted(),
  );
});

test("the schema accepts every source", () => {
  assert.deepEqual(
    files.flatMap((file) => mistakes(schema, read(file), file)),
    [],
  );
});

test("the schema refuses what no source may have", () => {
  const good = read("slack.json");
  for (const [change, wanted] of [
    [{ hash: "sha256" }, "slack has hash"],
    [{ category: "fun" }, "slack.category is none of"],
    [{ columns: { User: ".user" } }, "slack.columns.User is none of"],
    [{ auth: { ...good.auth, tolerance: 0 } }, "slack.auth.tolerance is below 1"],
    [{ auth: { ...good.auth, sig: "x-slack-signature" } }, "slack.auth.sig fits 0 of 2"],
    [
      { handshake: [{ ...good.handshake[0], reply: { status: 500 } }] },
      "slack.handshake[0].reply.status is above",
    ],
    [{ docs: ["slack"] }, "slack.docs[0] is no uri"],
    [{ verified: undefined, docs: "x" }, "slack.docs is no array"],
  ]) {
    const found = mistakes(schema, { ...good, ...change }, "slack");
    assert.ok(
      found.some((mistake) => mistake.startsWith(wanted)),
      `${wanted}: ${found}`,
    );
  }
});

test("a source says what is doubtful, and how to set it up", () => {
  for (const file of files) {
    const source = read(file);
    assert.equal(`${source.id}.json`, file);
    if (["secondary", "unverified"].includes(source.verified)) {
      assert.ok(source.unverified.length > 0, `${file} is ${source.verified} and names no doubtful fact`);
    }
    assert.ok(source.secret, `${file} does not say where its secret comes from`);
    for (const text of [source.notes, source.setup, source.retries]) {
      assert.ok(text === undefined || /^\S.*\.$/.test(text), `${file}: "${text}" is no sentence`);
    }
    if (source.category !== "generic")
      assert.ok(source.setup, `${file} does not say where the webhook is made`);
  }
});

/** The sources that matter most to a security operations centre. */
const FIRST = [
  "auth0",
  "aws-firehose",
  "aws-sns",
  "azure-event-grid",
  "clerk",
  "cloudflare-logpush",
  "github",
  "github-audit-log",
  "gitguardian",
  "gitlab",
  "gitlab-audit-streaming",
  "google-pubsub-push",
  "google-workspace-push",
  "okta",
  "onelogin",
  "pagerduty",
  "push-security",
  "semgrep",
  "sentinelone",
  "sentry",
  "slack",
  "splunk-hec",
  "sublime",
  "tailscale",
  "terraform-cloud",
  "tracebit",
  "wiz",
  "workos",
  "zoom",
];

test("the first sources of a security operations centre say what happened, to what, and who did it", () => {
  for (const id of FIRST) {
    const { columns, event_type } = read(`${id}.json`);
    const known = (...names) => names.some((name) => name in columns);
    assert.ok(known("EventTime"), `${id}: when`);
    assert.ok(known("EventType", "Action") || event_type !== undefined, `${id}: what`);
    assert.ok(known("Target"), `${id}: to what`);
    assert.ok(known("Actor", "SourceIp", "Severity"), `${id}: who, from where, or how bad`);
  }
});
