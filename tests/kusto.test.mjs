// The second opinion of Microsoft's language service for Kusto: in the package, and on the command line.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { root } from "../scripts/setup.mjs";

const PACKAGE = join(root, "pkg");
const SOUND = join(root, "tests", "fixtures", "connectors", "larkspur");
const FOLDER = "Data Connectors/Larkspur_ccf";
const DCR = `${FOLDER}/DCR.json`;
const CORPUS = process.env.CCF_CORPUS ?? join(root, "..", "shared", "corpus");

let api;
let kusto;
let home;

before(async () => {
  api = await import(join(PACKAGE, "node.js"));
  const { load } = await import(join(PACKAGE, "kusto-node.js"));
  kusto = await load();
  home = mkdtempSync(join(tmpdir(), "ccf-edge-kusto-"));
});

after(() => rmSync(home, { recursive: true, force: true }));

/** The sound solution, or its DCR alone, with another transformation. */
function solution(transformKql, { alone = false } = {}) {
  const paths = globSync("**/*.{json,md}", { cwd: SOUND }).filter((path) => !path.startsWith("Package"));
  const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(SOUND, path), "utf8")]));
  const dcr = JSON.parse(files[DCR]);
  Object.assign(dcr.properties.dataFlows[0], { transformKql });
  files[DCR] = JSON.stringify(dcr, null, 2);
  return alone ? { [DCR]: files[DCR] } : files;
}

const BASE =
  "source | project TimeGenerated = raised_at, AlertId = alert_id, Severity = severity, Score = score, Details = details";

describe("check", () => {
  test("gives what the service finds at its place in the file", () => {
    const text = `${BASE} | where "é" != "😀" and strlen() > 1`;
    const files = solution(text);
    const [finding, ...others] = api.check(files, { name: "larkspur", kusto });
    assert.deepEqual(others, []);
    assert.equal(finding.code, "CCF165");
    assert.equal(finding.severity, "error");
    assert.match(finding.message, /The function 'strlen' expects 1 argument \(KS119\)\.$/);
    assert.equal(files[DCR].slice(finding.range.from, finding.range.to), "strlen");
    assert.equal(finding.pointer, "/properties/dataFlows/0/transformKql");
  });

  test("compares the types that the service knows with the table's", () => {
    const files = solution(BASE.replace("= severity", "= case(score > 1, 1, 'x')"));
    const findings = api.check(files, { name: "larkspur", kusto });
    assert.deepEqual(
      findings.map(({ code, severity }) => [code, severity]),
      [["CCF166", "error"]],
    );
    assert.match(findings[0].message, /`Severity` has the type dynamic, .* it has string\.$/);
    const { files: mended } = api.fix(files, findings, { suggested: true });
    assert.deepEqual(api.check({ ...files, ...mended }, { name: "larkspur", kusto }), []);
  });

  test("has nothing of it without the service", () => {
    assert.deepEqual(api.check(solution(`${BASE} | where strlen() > 1`), { name: "larkspur" }), []);
  });

  test("says once what the other rules say too", () => {
    const mistakes = [
      "source | where nope == 1",
      "source | extned A = 1",
      `${BASE} | where tostrin(Score) == ""`,
      `${BASE} | where Score = 1`,
      `${BASE} | where Severity == "`,
      `${BASE} | extend date = 1`,
      `${BASE} | where AlertId.x == 1`,
      "Larkspur_CL | project TimeGenerated = raised_at",
    ];
    for (const text of mistakes) {
      const findings = api.check(solution(text), { name: "larkspur", kusto });
      assert.ok(findings.length > 0, text);
      assert.deepEqual(
        findings.filter(({ code }) => code === "CCF165").map(({ message }) => message),
        [],
        text,
      );
    }
  });

  test("asks about streams with columns of every name and type", () => {
    const types = ["string", "int", "long", "real", "boolean", "datetime", "dynamic"];
    const columns = types.map((type) => ({ name: `it's a\\${type}`, type }));
    const { diagnostics, columns: made } = kusto.analyze(
      "source | extend A = ['it\\'s a\\\\int'] + 1",
      columns,
    );
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(made.at(-1), { name: "A", type: "long" });
    assert.deepEqual(
      made.slice(0, -1).map(({ name }) => name),
      columns.map(({ name }) => name),
    );
  });
});

describe("the pages", () => {
  for (const code of ["CCF165", "CCF166"]) {
    test(`of ${code} have the answers that the service gives`, () => {
      const examples = api.explain(code).split("\n### ").slice(1);
      let compared = 0;
      for (const example of examples) {
        const blocks = [...example.matchAll(/^```(json [^\n]*)\n(.*?)\n```$/gms)];
        const answers = blocks.find(([, info]) => info === "json kusto");
        if (answers === undefined) continue;
        const { transformKql } = JSON.parse(blocks[0][2]);
        const stream = JSON.parse(solution(transformKql)[DCR]).properties.streamDeclarations[
          "Custom-Larkspur"
        ];
        const [{ file, diagnostics, columns }] = JSON.parse(answers[2]);
        assert.equal(file, DCR);
        assert.deepEqual(kusto.analyze(transformKql, stream.columns), { diagnostics, columns }, example);
        compared += 1;
      }
      assert.ok(compared > 3);
    });
  }
});

test("published connectors have nothing that the service calls wrong", (context) => {
  if (!existsSync(CORPUS)) return context.diagnostic(`skipped, there is no ${CORPUS}`);
  const paths = globSync("*/**/*.json", { cwd: CORPUS }).filter((path) => !/^(derived|excerpts)/.test(path));
  const files = new Map(paths.map((path) => [path, readFileSync(join(CORPUS, path))]));
  const found = api.check(files, { kusto }).filter(({ code, severity }) => {
    return (code === "CCF165" || code === "CCF166") && severity === "error";
  });
  assert.deepEqual(
    found.map(({ file, message }) => `${file}: ${message}`),
    [],
  );
});

describe("the command line", () => {
  function ccfEdge(cwd, cli, ...args) {
    const env = { ...process.env, NO_COLOR: "1" };
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
      cwd,
      encoding: "utf8",
      env,
    });
    return { status, stdout, stderr };
  }

  test("asks the service with --kusto", () => {
    const folder = join(home, "larkspur");
    for (const [path, text] of Object.entries(solution(`${BASE} | where strlen() > 1`))) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const cli = join(PACKAGE, "cli.js");
    assert.equal(ccfEdge(folder, cli, "check").status, 0);
    const { status, stdout } = ccfEdge(folder, cli, "check", "--kusto");
    assert.equal(status, 1);
    assert.match(stdout, /^error\[CCF165\] kusto-diagnostic\n/);
    assert.match(stdout, /expects 1 argument \(KS119\)/);
  });

  test("says how to install the service where it is missing", () => {
    const lonely = join(home, "lonely");
    cpSync(PACKAGE, lonely, { recursive: true, filter: (path) => !path.includes("worker") });
    const { status, stdout, stderr } = ccfEdge(lonely, join(lonely, "cli.js"), "check", "--kusto");
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      "ccf-edge: --kusto: the package @kusto/language-service-next is not installed: npm install --save-dev @kusto/language-service-next\n",
    );
  });
});
