// Runs every check of the project and closes with the totals. A stage that fails does not stop the next one.
//
//   npm test                          everything
//   npm test -- --only native,worker  some stages; `--only help` lists them

import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { installBrowser } from "./browser.mjs";
import { buildLocal, buildPackage, buildWorker } from "./build.mjs";
import { cargoFmt } from "./format.mjs";
import { fuzzTarget, fuzzTargets } from "./fuzz.mjs";
import { environment, root } from "./setup.mjs";

const WASM = ["--target=wasm32-unknown-unknown", "--locked", "--no-default-features"];
const DENY = ["--", "--deny=warnings"];

/** The stages in their order. Each gives `{ passed, failed }`. */
const STAGES = [
  { name: "format", title: "Rust formatting", run: () => check("cargo", cargoFmt("--check")) },
  {
    name: "clippy",
    title: "clippy, native",
    run: () => check("cargo", ["clippy", "--locked", "--all-targets", ...DENY]),
  },
  {
    name: "clippy-worker",
    title: "clippy, the Worker",
    run: () => check("cargo", ["clippy", "--lib", ...WASM, "--features=worker", ...DENY]),
  },
  {
    name: "clippy-js",
    title: "clippy, the package",
    run: () => check("cargo", ["clippy", "--lib", ...WASM, "--features=js", ...DENY]),
  },
  {
    name: "clippy-local",
    title: "clippy, local Azure",
    run: () => check("cargo", ["clippy", "--lib", ...WASM, "--features=local", ...DENY]),
  },
  {
    name: "native",
    title: "Rust tests, native",
    // Property tests draw the same cases each time; `cargo test` alone draws new ones.
    run: () => cargoTest(["--locked", "--no-fail-fast"], { PROPTEST_RNG_SEED: "1" }),
  },
  {
    name: "simulation",
    title: "a million events in the simulation",
    run: () =>
      cargoTest(["--locked", "--profile=simulation", "--test=simulation", "--", "--nocapture"], {
        CCF_SIMULATION: "0..2400",
      }),
  },
  { name: "fuzz", title: "fuzzing, ten seconds a target", run: fuzzAll },
  {
    name: "lint",
    title: "JavaScript formatting and lint",
    run: () => check("biome", ["check", "--error-on-warnings"]),
  },
  { name: "build", title: "the Worker and the package", run: buildAll },
  {
    name: "wasm",
    title: "Rust tests in wasm",
    // With local Azure, which checks signatures in Rust.
    run: () => cargoTest([...WASM, "--features=pure-crypto", "--test=boundary"]),
  },
  { name: "worker", title: "Node tests, with the Worker on workerd", needs: ["build"], run: nodeTests },
  {
    name: "deploy",
    title: "wrangler deploy --dry-run",
    needs: ["build"],
    run: () => check("wrangler", ["deploy", "--dry-run", `--outdir=${join(scratch, "deploy")}`]),
  },
];

const scratch = mkdtempSync(join(tmpdir(), "ccf-edge-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const results = [];
for (const stage of chosenStages()) {
  process.stdout.write(`\n=== ${stage.title} (--only ${stage.name})\n`);
  const started = performance.now();
  const { passed, failed } = await stage.run();
  const seconds = (performance.now() - started) / 1000;
  results.push({ stage, passed, failed, seconds });
  process.stdout.write(`--- ${failed === 0 ? "ok" : "FAILED"} in ${seconds.toFixed(1)} s\n`);
}

process.stdout.write("\n");
for (const { stage, passed, failed, seconds } of results) {
  const verdict = failed === 0 ? "ok    " : "FAILED";
  process.stdout.write(
    `${verdict} ${seconds.toFixed(1).padStart(6)} s  ${stage.title}: ${passed} passed, ${failed} failed\n`,
  );
}
const passed = sum(results.map((result) => result.passed));
const failed = sum(results.map((result) => result.failed));
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** The stages that `--only` names, with those that they need; without it all. */
function chosenStages() {
  const { values } = parseArgs({ options: { only: { type: "string", multiple: true } } });
  if (values.only === undefined) return STAGES;
  const names = values.only.flatMap((list) => list.split(","));
  const unknown = names.find((name) => !STAGES.some((stage) => stage.name === name));
  if (unknown !== undefined) {
    const known = STAGES.map((stage) => stage.name).join(", ");
    process.stderr.write(`There is no stage "${unknown}". The stages are ${known}.\n`);
    process.exit(2);
  }
  const needed = STAGES.filter((stage) => names.includes(stage.name)).flatMap((stage) => stage.needs ?? []);
  return STAGES.filter((stage) => names.includes(stage.name) || needed.includes(stage.name));
}

/** A command that counts as one check. */
async function check(command, args) {
  const { code } = await run(command, args);
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

async function buildAll() {
  try {
    await buildWorker();
    await buildPackage();
    await buildLocal();
    return { passed: 1, failed: 0 };
  } catch (error) {
    process.stdout.write(`${error.message}\n`);
    return { passed: 0, failed: 1 };
  }
}

function fuzzAll() {
  const found = fuzzTargets().map((name) => fuzzTarget(name, 10, 1));
  return { passed: found.filter(Boolean).length, failed: found.filter((sound) => !sound).length };
}

/** `cargo test`, natively and through wasm-bindgen's runner: both close each binary with the same line. */
async function cargoTest(args, variables) {
  const { code, output } = await run("cargo", ["test", ...args], variables);
  const lines = [...output.matchAll(/^test result: \w+\. (\d+) passed; (\d+) failed;/gm)];
  return totals(code, sum(lines.map((line) => Number(line[1]))), sum(lines.map((line) => Number(line[2]))));
}

/** The tests below tests/ that Node runs. */
async function nodeTests() {
  installBrowser();
  const files = globSync("tests/*.test.mjs", { cwd: root }).sort();
  if (files.length === 0) return { passed: 0, failed: 1 };
  const report = join(scratch, "node.tap");
  const { code } = await run(process.execPath, [
    "--test",
    // Most of them wait, for a Worker to start or for a retry.
    "--test-concurrency=3",
    "--test-reporter=spec",
    "--test-reporter-destination=stdout",
    "--test-reporter=tap",
    `--test-reporter-destination=${report}`,
    ...files,
  ]);
  const tap = existsSync(report) ? readFileSync(report, "utf8") : "";
  const count = (what) => Number(new RegExp(`^# ${what} (\\d+)$`, "m").exec(tap)?.[1] ?? 0);
  return totals(code, count("pass"), count("fail") + count("cancelled"));
}

/** A command that fails without a failed test, as one that does not compile, counts as one failure. */
function totals(code, passed, failed) {
  return { passed, failed: failed === 0 && code !== 0 ? 1 : failed };
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Runs a command with its output on the terminal; gives its exit code and what it wrote to stdout. */
async function run(command, args, variables = {}) {
  const quiet = { CI: "true", WRANGLER_SEND_METRICS: "false", WRANGLER_HIDE_BANNER: "true" };
  const env = environment({ ...quiet, ...variables });
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      process.stdout.write(`${command}: ${error.message}\n`);
      resolve(-1);
    });
    child.on("close", resolve);
  });
  return { code, output };
}
