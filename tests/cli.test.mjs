// The command line, as a user calls it.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { root } from "../scripts/setup.mjs";

const SOUND = join(root, "tests", "fixtures", "connectors", "larkspur");
const TABLE = join("Data Connectors", "Larkspur_ccf", "table.json");
const CLI = join(root, "pkg", "cli.js");

let home;
let solution;

before(() => {
  home = mkdtempSync(join(tmpdir(), "ccf-edge-cli-"));
});

after(() => rmSync(home, { recursive: true, force: true }));

beforeEach(() => {
  solution = join(home, "larkspur");
  rmSync(solution, { recursive: true, force: true });
  cpSync(SOUND, solution, { recursive: true });
});

function ccfEdge(...args) {
  const options = { cwd: solution, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } };
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], options);
  return { status, stdout, stderr };
}

function change(path, from, to) {
  const text = readFileSync(join(solution, path), "utf8");
  assert.ok(text.includes(from), `${path} has no ${from}`);
  writeFileSync(join(solution, path), text.replaceAll(from, to));
}

/** A byte order mark: a warning with a safe fix. */
function addMark() {
  writeFileSync(join(solution, TABLE), `\ufeff${readFileSync(join(solution, TABLE), "utf8")}`);
}

test("a sound solution is clean", () => {
  const { status, stdout } = ccfEdge("check");
  assert.equal(stdout, "1 solution: no findings\n");
  assert.equal(status, 0);
});

test("a finding is shown with its place, why it matters and what to do, and fails the command", () => {
  change(TABLE, '"type": "datetime"', '"type": "datetime",');
  const { status, stdout } = ccfEdge("check");
  assert.match(stdout, /^error\[CCF001\] invalid-json\n/);
  assert.match(stdout, /--> Data Connectors\/Larkspur_ccf\/table\.json:9:/);
  assert.match(stdout, /= why: .*packager/);
  assert.match(stdout, /= help: /);
  assert.equal(status, 1);
});

test("paths are relative to where the command runs", () => {
  addMark();
  const options = { cwd: home, encoding: "utf8" };
  const { stdout } = spawnSync(process.execPath, [CLI, "check", "larkspur", "--format=json"], options);
  assert.equal(JSON.parse(stdout).findings[0].file, "larkspur/Data Connectors/Larkspur_ccf/table.json");
});

test("--fail-on says from which severity on findings fail the command", () => {
  addMark();
  assert.equal(ccfEdge("check").status, 0);
  assert.equal(ccfEdge("check", "--fail-on", "warning").status, 1);
});

test("init makes a connector of an event that check finds nothing in, and overwrites nothing", () => {
  writeFileSync(join(solution, "event.json"), '\ufeff{ "id": "a-1", "createdAt": "2026-11-23T06:00:00Z" }');
  const { status, stdout, stderr } = ccfEdge(
    "init",
    "--from",
    "event.json",
    "--product",
    "Wren Guard",
    "made",
  );
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /^wrote\n {2}made\/WrenGuard\/Data Connectors\/WrenGuard_ccf\/table\.json\n/);
  assert.match(stdout, /\nto do\n {2}- `relay\.json`: /);
  const dcr = join("made", "WrenGuard", "Data Connectors", "WrenGuard_ccf", "DCR.json");
  assert.match(readFileSync(join(solution, dcr), "utf8"), /TimeGenerated = createdAt/);
  assert.equal(ccfEdge("check", "--fail-on=info", "made").stdout, "1 solution: no findings\n");

  const again = ccfEdge("init", "--from", "event.json", "--product", "Wren Guard", "made");
  assert.equal(again.status, 2);
  assert.match(again.stderr, /relay\.json exists already/);

  const none = ["init", "--from", "event.json", "--time-column", "none", "--table", "Wren_CL", "other"];
  assert.equal(ccfEdge(...none).status, 0);
  const other = join("other", "Example", "Data Connectors", "Example_ccf", "DCR.json");
  assert.match(readFileSync(join(solution, other), "utf8"), /TimeGenerated = now\(\)/);
});

test("relay new makes the folder of a relay, of sources or of what init made, and overwrites nothing", () => {
  const event = { id: 7, at: "2026-03-01T12:00:00Z", action: "login" };
  writeFileSync(join(solution, "event.json"), JSON.stringify(event));
  const made = ccfEdge("init", "--from", "event.json", "--product", "Wren Guard", "made");
  const [, command] = /^the relay for it: ccf-edge (.*)$/m.exec(made.stdout);
  const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
  const first = ccfEdge(...args.map((arg) => (arg === "DIR" ? "wren-relay" : arg)));
  assert.equal(first.status, 0, first.stderr);
  assert.match(
    readFileSync(join(solution, "wren-relay", "wrangler.toml"), "utf8"),
    /^queue = "wren-relay"$/m,
  );
  const checked = ccfEdge("relay", "check", "wren-relay");
  assert.equal(checked.status, 1);
  assert.match(checked.stderr, /^4 mistakes$/m);

  const again = ccfEdge("relay", "new", "wren-relay", "--source", "github");
  assert.deepEqual([again.status, again.stdout], [2, ""]);
  assert.match(
    again.stderr,
    /^ccf-edge relay: wren-relay has .*relay\.json.* already: choose another folder$/m,
  );
});

test("a relay that cannot be reached is named, without a stack", () => {
  for (const command of [
    ["parked", "list"],
    ["hello", "notion"],
  ]) {
    const args = [CLI, ...command, "--relay", "http://127.0.0.1:9"];
    const env = { ...process.env, ADMIN_TOKEN: "a token" };
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    assert.equal(status, 2);
    const expected = /^ccf-edge \w+: the relay at http:\/\/127\.0\.0\.1:9 cannot be reached: .+\n$/;
    assert.match(stderr, expected);
  }
});

test("relay says what is wrong with its options", () => {
  for (const [args, expected] of [
    [["new"], /write: ccf-edge relay new DIR --source SOURCE/],
    [["new", "there", "--source", "gitub"], /there is no source "gitub": ccf-edge relay sources lists them/],
    [["new", "there", "--source", "github", "--dcr", "no.json"], /no\.json does not exist/],
    [["new", "there", "--source", "github", "--dcr", TABLE], /declares no stream: is it the DCR\?/],
    [["new", "there", "--relay", "relay.json"], /--relay needs --dcr too/],
    [["make"], /there is no "relay make": it is new, check or sources/],
  ]) {
    const { status, stdout, stderr } = ccfEdge("relay", ...args);
    assert.deepEqual([status, stdout], [2, ""], stderr);
    assert.match(stderr, expected);
    assert.ok(!existsSync(join(solution, "there")), "nothing is written");
  }
  assert.match(ccfEdge("relay", "sources").stdout, /^github +GitHub$/m);
});

test("init says what is wrong with an event or an option", () => {
  writeFileSync(join(solution, "event.json"), '{ "id": }');
  for (const [args, message] of [
    [["--from", "event.json"], /the event is not JSON: 1:9/],
    [["--from", "missing.json"], /missing\.json does not exist/],
    [[], /write: ccf-edge init --from event\.json/],
  ]) {
    const { status, stderr } = ccfEdge("init", ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});

test("--fix makes the safe fixes", () => {
  addMark();
  const { status, stderr, stdout } = ccfEdge("check", "--fix", "--fail-on=info");
  assert.equal(stderr, `made 1 fix in ${TABLE.replaceAll("\\", "/")}\n`);
  assert.equal(stdout, "1 solution: no findings\n");
  assert.equal(status, 0);
  assert.equal(readFileSync(join(solution, TABLE), "utf8"), readFileSync(join(SOUND, TABLE), "utf8"));
});

test("a configuration sets levels and suppresses with a reason", () => {
  addMark();
  const write = (config) => writeFileSync(join(solution, "ccf-edge.json"), JSON.stringify(config));
  write({ rules: { "invalid-json": "error" } });
  assert.equal(ccfEdge("check").status, 1);
  assert.equal(ccfEdge("check", "--rule", "CCF001=off").status, 0);
  write({ suppress: [{ rule: "CCF001", file: "**/table.json", reason: "Our editor writes it." }] });
  assert.equal(ccfEdge("check").stdout, "1 solution: no findings, 1 suppressed\n");
  write({ suppress: [{ rule: "CCF001", file: "**/DCR.json", reason: "Another file." }] });
  assert.match(ccfEdge("check").stdout, /CCF001/);
});

test("mistakes in a configuration are shown all at once, with their places", () => {
  const config =
    '{\n  "rules": { "CFF011": "off", "CCF001": "fatal" },\n  "suppress": [{ "rule": "CCF001" }]\n}\n';
  writeFileSync(join(solution, "ccf-edge.json"), config);
  const { status, stderr } = ccfEdge("check");
  assert.deepEqual(stderr.match(/ccf-edge\.json:\d+:\d+/g), [
    "ccf-edge.json:2:14",
    "ccf-edge.json:2:41",
    "ccf-edge.json:3:16",
  ]);
  assert.match(stderr, /did you mean `CCF011`\?/);
  assert.equal(status, 2);
});

test("the settings that the package's page shows are taken", () => {
  const page = readFileSync(join(root, "pkg", "README.md"), "utf8");
  const [, settings] = /```jsonc\n(\{\n {2}"rules"[\s\S]*?)```/.exec(page);
  const config = join(home, "shown.json");
  writeFileSync(config, settings);
  const { status, stderr } = ccfEdge("check", "--config", config, solution);
  assert.equal(stderr, "");
  assert.notEqual(status, 2);
});

test("what cannot be done exits with 2 and says what to do", () => {
  const empty = join(home, "empty");
  mkdirSync(empty, { recursive: true });
  const event = join(home, "event.json");
  writeFileSync(event, '{"actor":"ana"}');
  for (const [args, message] of [
    [["check", "nowhere"], /nowhere does not exist/],
    [["check", empty], /found no connector/],
    [["check", event], /found no connector/],
    [["check", "--format=xml"], /--format must be one of text, json, github, sarif, markdown/],
    [["check", "--rule", "CCF001"], /write --rule CCF053=off/],
    [["check", "--rule", "CCF999=off"], /there is no rule `CCF999`/],
    [["explain", "CCF999"], /there is no rule "CCF999"/],
    [["explode"], /there is no command "explode"/],
    [["check", "--colour"], /Unknown option/],
    [[], /^$/],
  ]) {
    const { status, stderr } = ccfEdge(...args);
    assert.equal(status, 2, args.join(" "));
    assert.match(stderr, message);
  }
});

test("explain shows a rule's page by code or name, rules lists them", () => {
  assert.match(ccfEdge("explain", "ccf001").stdout, /^# CCF001: invalid-json\n/);
  assert.equal(ccfEdge("explain", "invalid-json").stdout, ccfEdge("explain", "CCF001").stdout);
  assert.match(ccfEdge("rules").stdout, /^CCF001 {2}error {4}invalid-json\n/);
  assert.equal(JSON.parse(ccfEdge("rules", "--format=json").stdout)[0].code, "CCF001");
});

test("--format github writes workflow commands", () => {
  addMark();
  const { stdout } = ccfEdge("check", "--format", "github");
  const place = "file=Data Connectors/Larkspur_ccf/table.json,line=1,endLine=1,col=1,endColumn=1";
  assert.ok(stdout.startsWith(`::warning ${place},title=CCF001 invalid-json::The file starts with`), stdout);
  assert.equal(stdout.trimEnd().split("\n").length, 1);
});

test("--format sarif writes what the SARIF Multitool accepts, and it would refuse something else", async () => {
  addMark();
  change("SolutionMetadata.json", '"offerId"', "'offerId'");
  const { stdout } = ccfEdge("check", "--format", "sarif");
  assert.ok(JSON.parse(stdout).runs[0].results.length >= 2);
  const good = join(home, "good.sarif");
  const bad = join(home, "bad.sarif");
  writeFileSync(good, stdout);
  writeFileSync(bad, stdout.replace(/"startLine":\d+/, '"startLine":0'));
  assert.doesNotMatch(await validate(good), /: (error|warning) /);
  assert.match(await validate(bad), /: error JSON1/);
});

/** What Microsoft's validator of SARIF files says. */
async function validate(path) {
  const platform = { darwin: "darwin", linux: "linux", win32: "win32" }[process.platform];
  const tool = join(root, "node_modules", "@microsoft", `sarif-multitool-${platform}`, "Sarif.Multitool");
  // It reads no culture data, which many systems lack.
  const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: "1" };
  const { stdout } = await promisify(execFile)(tool, ["validate", path], { env }).catch((error) => error);
  return stdout;
}
