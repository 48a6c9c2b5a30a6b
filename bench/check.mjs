// npm run bench:check: the validator beside JSON.parse, in Node, over the same texts. README.md says how to read it.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { check } from "../pkg/node.js";

const solution = readFolder(join(import.meta.dirname, "..", "tests", "fixtures", "connectors", "larkspur"));

/** Inputs by name, each with the longest time it may take, in milliseconds. */
const INPUTS = {
  "one solution": [() => solution, 10],
  "1,000 files": [manySolutions, 1000],
  "10 MB of brackets": [() => single("[".repeat(10 << 20)), 1000],
  "10 MB in one string": [() => single(`{"type": "${"a\\n".repeat(3 << 20)}"}`), 1000],
  "a million keys": [millionKeys, 1000],
  "300,000 columns": [manyColumns, 1000],
  "a transform of 10 MB": [() => single(dcrWith("source | extend a = 1 ".repeat(480_000))), 1000],
};

const only = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const results = {};
for (const [name, [make, limit]] of Object.entries(INPUTS)) {
  if (only !== undefined && name !== only) continue;
  const files = make();
  const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
  const ours = [];
  const parse = [];
  // Each turn measures both, so that what slows one slows the other.
  for (let turn = 0; turn < (limit < 100 ? 201 : 5); turn += 1) {
    ours.push(milliseconds(() => check(files)));
    parse.push(milliseconds(() => parseAll(files)));
  }
  const time = median(ours);
  const vsParse = time / median(parse);
  results[name] = { ms: round(time), limit_ms: limit, vs_json_parse: round(vsParse), bytes };
  if (time > limit) process.exitCode = 1;
  if (!process.argv.includes("--json")) {
    const verdict = time > limit ? "over" : "within";
    console.log(
      `${name.padEnd(22)} ${round(time).toString().padStart(8)} ms, ${verdict} ${limit} ms; ${round(vsParse)} times JSON.parse`,
    );
  }
}
if (process.argv.includes("--json")) console.log(JSON.stringify(results));

function manySolutions() {
  const files = {};
  for (let index = 0; Object.keys(files).length < 1000; index += 1) {
    for (const [path, text] of Object.entries(solution)) files[`Solutions/larkspur${index}/${path}`] = text;
  }
  return files;
}

function single(text) {
  return { "DCR.json": text };
}

function millionKeys() {
  const members = Array.from({ length: 1_000_000 }, (_, index) => `"k${index}":1`);
  return single(`{"type":"Microsoft.Insights/dataCollectionRules","properties":{${members.join(",")}}}`);
}

function manyColumns() {
  const columns = Array.from({ length: 300_000 }, (_, index) => `{"name":"c${index}","type":"string"}`);
  const streams = `{"Custom-A":{"columns":[${columns.join(",")}]}}`;
  return single(
    `{"type":"Microsoft.Insights/dataCollectionRules","properties":{"streamDeclarations":${streams}}}`,
  );
}

function dcrWith(transform) {
  return JSON.stringify({
    type: "Microsoft.Insights/dataCollectionRules",
    properties: {
      streamDeclarations: { "Custom-A": { columns: [{ name: "a", type: "string" }] } },
      dataFlows: [{ streams: ["Custom-A"], transformKql: transform, outputStream: "Custom-A_CL" }],
    },
  });
}

function readFolder(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    files.map((path) => [relative(folder, path).replaceAll("\\", "/"), readFileSync(path, "utf8")]),
  );
}

function parseAll(files) {
  for (const text of Object.values(files)) {
    try {
      JSON.parse(text);
    } catch {
      // Markdown, and what is hostile.
    }
  }
}

function milliseconds(run) {
  const started = performance.now();
  run();
  return performance.now() - started;
}

function median(values) {
  return values.sort((left, right) => left - right)[values.length >> 1];
}

function round(value) {
  return Number(value.toPrecision(3));
}
