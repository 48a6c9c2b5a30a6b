// The core's outlines of transformations against Microsoft's language service for Kusto: on every text both say the
// same, or the core says that it does not know.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { runInThisContext } from "node:vm";
import { environment, root } from "../scripts/setup.mjs";

const fixtures = join(root, "tests", "fixtures", "kql");
const corpus = process.env.CCF_CORPUS ?? join(root, "..", "shared", "corpus");

/** What transformations have and Kusto has not. */
const TRANSFORMATIONS_ONLY = ["geo_location", "parse_cef_dictionary"];

/**
 * Problems of which the language service says nothing: texts without a query and with two are no mistakes to it,
 * and it does not look into the literals of numbers and times.
 */
const OURS_ALONE = /^(NoQuery|SecondQuery|NotLiteral)/;

before(() => {
  // The package is two scripts for a browser, which leave `Kusto` and `Bridge` among the globals.
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve("@kusto/language-service-next/package.json"));
  for (const file of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
    runInThisContext(readFileSync(join(folder, file), "utf8"), { filename: file });
  }
});

/** What the language service makes of a transformation: the errors, and the columns that come out. */
function second(text, columns) {
  const { DatabaseSymbol, TableSymbol } = globalThis.Kusto.Language.Symbols;
  const declared = columns.map(({ name, type }) => `['${name}']: ${type === "boolean" ? "bool" : type}`);
  const table = new TableSymbol.$ctor7("source", `(${declared.join(", ")})`, null);
  const globals = globalThis.Kusto.Language.GlobalState.Default.WithDatabase(
    new DatabaseSymbol.$ctor1("workspace", [table]),
  );
  const code = globalThis.Kusto.Language.KustoCode.ParseAndAnalyze(text, globals);
  const list = (items) => Array.from({ length: items?.Count ?? 0 }, (_, index) => items.getItem(index));
  const errors = list(code.GetDiagnostics()).map(({ Code, Start, Length, Message }) => ({
    code: Code,
    // The core counts bytes.
    at: [Start, Start + Length].map((offset) => Buffer.byteLength(text.slice(0, offset))).join("-"),
    message: Message,
    // Of what type the value before it is the core may not know.
    member: text[Start - 1] === ".",
  }));
  const made = list(code.ResultType?.Columns).map(({ Name, Type }) => ({
    name: Name,
    type: Type.Name === "bool" ? "boolean" : Type.Name,
  }));
  return { errors, columns: made };
}

/** The core's outlines of `[{ text, columns }]`. */
function outlines(flows) {
  const lines = flows.map((flow) => `${JSON.stringify(flow)}\n`).join("");
  const args = ["run", "--quiet", "--locked", "--example", "kql_outline"];
  const run = spawnSync("cargo", args, {
    cwd: root,
    env: environment(),
    input: lines,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.equal(run.status, 0, run.stderr);
  const written = run.stdout.trimEnd().split("\n");
  assert.equal(written.length, flows.length);
  return written.map((line) => JSON.parse(line));
}

/** Where the two contradict each other. */
function contradictions(text, columns, ours) {
  const theirs = second(text, columns);
  const found = [];
  const problems = ours.problems.filter((problem) => !OURS_ALONE.test(problem.kind));
  const missing = ours.reads.filter((read) => read.resolution === "missing");
  const unknown = ours.calls.filter((call) => call.verdict === "Unknown");
  if (problems.length + missing.length + unknown.length > 0 && theirs.errors.length === 0) {
    found.push(`only the core complains: ${JSON.stringify([...problems, ...missing, ...unknown])}`);
  }
  if (ours.problems.length > 0) return found;

  // Behind an operator that it does not know the language service gives up.
  if (ours.operators.some(({ verdict }) => verdict === "Unknown")) return found;

  // The text is sound: names have to agree with their places.
  const places = (items) => [...new Set(items.map((item) => item.at))].sort().join(" ");
  const names = theirs.errors
    .filter(({ code, member }) => code === "KS142" && !member)
    .map((error) => error.at);
  if (!ours.operators.some(({ verdict }) => verdict === "ManyRows")) {
    const undecided = ours.reads.filter((read) => read.resolution === "undecided").map((read) => read.at);
    const theirs = places(names.filter((at) => !undecided.includes(at)).map((at) => ({ at })));
    if (theirs !== places(missing)) {
      found.push(`columns missing at [${places(missing)}], for Kusto at [${theirs}]`);
    }
  }
  const functions = theirs.errors.filter(
    (error) => error.code === "KS211" && !TRANSFORMATIONS_ONLY.some((name) => error.message.includes(name)),
  );
  if (places(functions) !== places(unknown)) {
    found.push(`functions unknown at [${places(unknown)}], for Kusto at [${places(functions)}]`);
  }
  const syntax = theirs.errors.filter((error) => /^KS0|^KS1[79]/.test(error.code));
  if (syntax.length > 0) {
    found.push(`Kusto alone complains: ${JSON.stringify(syntax)}`);
  }

  for (const { name, type, certain } of ours.columns) {
    if (!certain) continue;
    const column = theirs.columns.find((column) => column.name === name);
    if (column === undefined) {
      found.push(`no column ${name} comes out`);
    } else if (type !== null && type !== column.type) {
      found.push(`${name} is ${type}, for Kusto ${column.type}`);
    }
  }
  if (ours.complete && ours.columns.every((column) => column.certain)) {
    // Their order means nothing to a table. A column that `parse` replaces stands there twice for Kusto.
    const names = (list) => [...new Set(list.map((column) => column.name))].sort().join(", ");
    if (names(ours.columns) !== names(theirs.columns)) {
      found.push(`columns [${names(ours.columns)}], for Kusto [${names(theirs.columns)}]`);
    }
  }
  return found;
}

function compare(flows) {
  const found = outlines(flows).flatMap((outline, index) => {
    const { where, text, columns } = flows[index];
    return contradictions(text, columns, outline).map((contradiction) => `${where}: ${contradiction}`);
  });
  assert.deepEqual(found, []);
}

test("the fixtures", () => {
  const { columns } = JSON.parse(readFileSync(join(fixtures, "stream.json"), "utf8"));
  const files = globSync("*/transform.kql", { cwd: fixtures }).sort();
  assert.ok(files.length > 0);
  compare(files.map((where) => ({ where, text: readFileSync(join(fixtures, where), "utf8"), columns })));
});

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const WORDS = "== != < >= =~ has !has contains startswith and or + - * / % in !in in~ between";
const UNARY =
  "tostring toint tolong toreal tobool todatetime totimespan toguid todecimal parse_json isempty isnull strlen " +
  "tolower array_length not startofday abs floor round ceiling gettype";
const BINARY = "coalesce max_of min_of strcat bin split extract_all pow datetime_diff pack_array round";
const VALUES =
  "TimeGenerated Message Count Bytes Score Blocked Seen Event Tags ['src-ip'] _time Nope 1 1.5 \"x\" 1h true " +
  "Event.a Event['b'] Tags[0] int(null) datetime(2024-01-01) now()";

/** Transformations of the fixtures' stream that nobody would write. */
function* nonsense(count, seed) {
  const next = random(seed);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const one = (words) => pick(words.split(" "));
  const value = (depth) => {
    if (depth === 0) return one(VALUES);
    const inner = () => value(depth - 1);
    const forms = [
      () => `(${inner()})`,
      () => `-${inner()}`,
      () => `${one(UNARY)}(${inner()})`,
      () => `${one(BINARY)}(${inner()}, ${inner()})`,
      () => `iff(${inner()}, ${inner()}, ${inner()})`,
      () => `case(${inner()}, ${inner()}, ${inner()}, ${inner()}, ${inner()})`,
      () => `parse_json(${inner()}).a[0]`,
      () => `extract("a", 1, ${inner()}, typeof(${one("int long real datetime string bool")}))`,
    ];
    const operation = () => {
      const word = one(WORDS);
      if (word === "between") return `${inner()} between (${inner()} .. ${value(0)})`;
      if (/^!?in~?$/.test(word)) return `${inner()} ${word} (${inner()}, ${value(0)})`;
      return `${inner()} ${word} ${inner()}`;
    };
    return pick([...forms, operation, operation, operation])();
  };
  let made = 0;
  const name = () => (next() < 0.2 ? one("Message Count Event TimeGenerated") : `New${++made}`);
  const stage = (number) =>
    pick([
      () => `where ${value(2)}`,
      () => `extend ${name()} = ${value(2)}`,
      () => `extend New${++made} = ${value(2)}, New${++made} = ${value(2)}, ${value(1)}`,
      () => `project TimeGenerated, Message, Event, Count, New${++made} = ${value(2)}, Event.a.b`,
      () => `project-away ${one("S* *s Count Message,Score ['src-ip'] B*k*d *")}`,
      () => "project-keep TimeGenerated, M*, E*, C*, N*",
      () => `parse Message with * "a" ${name()}${one(":int :long :datetime :string")} "b" *`,
      // What a renamed column is when there is none the core leaves open.
      () =>
        number === 0 ? `project-rename New${++made} = ${one("Message Seen ['src-ip']")}` : "where Blocked",
    ])();
  for (let number = 0; number < count; number += 1) {
    const stages = Array.from({ length: 1 + Math.floor(next() * 4) }, (_, index) => stage(index));
    const text = `source | ${stages.join(" | ")}`;
    yield { where: text, text };
  }
}

test("nonsense", () => {
  const { columns } = JSON.parse(readFileSync(join(fixtures, "stream.json"), "utf8"));
  compare([...nonsense(150, 1)].map((flow) => ({ ...flow, columns })));
});

/** The flows of every Data Collection Rule in a JSON value, wherever it stands. */
function* flows(where, value) {
  if (value === null || typeof value !== "object") return;
  if (value.streamDeclarations && Array.isArray(value.dataFlows)) {
    for (const flow of value.dataFlows) {
      const columns = value.streamDeclarations[flow.streams?.[0]]?.columns;
      if (typeof flow.transformKql === "string" && columns) yield { where, text: flow.transformKql, columns };
    }
  }
  for (const part of Object.values(value)) yield* flows(where, part);
}

test("published connectors", (context) => {
  if (!existsSync(corpus)) return context.diagnostic(`skipped, there is no ${corpus}`);
  const all = globSync("**/*.json", { cwd: corpus }).flatMap((file) => {
    const text = readFileSync(join(corpus, file), "utf8");
    if (!text.includes("transformKql")) return [];
    return [...flows(file, JSON.parse(text))];
  });
  assert.ok(all.length > 0, `no transformation in ${corpus}`);
  compare(all);
});
