// The GitHub Action: its steps are run as a runner does, with the package of this repository.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { root } from "../scripts/setup.mjs";

const SOUND = join(root, "tests", "fixtures", "connectors", "larkspur");
const TABLE = join("larkspur", "Data Connectors", "Larkspur_ccf", "table.json");
const action = parse(readFileSync(join(root, "action.yml"), "utf8"));

let home;

before(() => {
  home = mkdtempSync(join(tmpdir(), "ccf-edge-action-"));
  cpSync(SOUND, join(home, "larkspur"), { recursive: true });
});

after(() => rmSync(home, { recursive: true, force: true }));

/** Runs the action's only step with these inputs. */
function runAction(inputs) {
  const [step] = action.runs.steps;
  const env = Object.fromEntries(
    Object.entries(step.env).map(([name, value]) => {
      const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(value)?.[1];
      assert.ok(input in action.inputs, `${name} is not an input`);
      return [name, inputs[input] ?? action.inputs[input].default];
    }),
  );
  const command = `${process.execPath} ${join(root, "pkg", "cli.js")}`;
  const options = { cwd: home, encoding: "utf8", env: { ...process.env, ...env, CCF_EDGE_COMMAND: command } };
  // A runner calls bash like this.
  return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run], options);
}

test("the action passes on a sound solution", () => {
  const { status, stdout, stderr } = runAction({ path: "larkspur" });
  assert.equal(stdout + stderr, "");
  assert.equal(status, 0);
});

test("the action annotates the lines of findings, writes SARIF and fails", () => {
  const text = readFileSync(join(home, TABLE), "utf8");
  writeFileSync(join(home, TABLE), text.replace('"string",', '"string",,'));
  const { status, stdout } = runAction({ path: "larkspur\n", "sarif-file": "findings.sarif" });
  assert.match(stdout, /^::error file=larkspur\/Data Connectors\/Larkspur_ccf\/table\.json,line=10,/);
  assert.equal(status, 1);
  const { runs } = JSON.parse(readFileSync(join(home, "findings.sarif"), "utf8"));
  assert.ok(runs[0].results.length >= 1);
});

test("what an input says is never run", () => {
  const { status, stderr } = runAction({ path: "$(touch run); touch run\n`touch run`" });
  assert.equal(status, 2);
  assert.match(stderr, /does not exist/);
  assert.throws(() => readFileSync(join(home, "run")));
});
