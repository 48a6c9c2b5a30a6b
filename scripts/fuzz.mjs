// Runs the fuzz targets for a short while each, from the seeds: `npm run fuzz [-- SECONDS [TARGET…]]`.
//
// `cargo fuzz run TARGET` does the same for as long as you like. These are the flags that it gives to the compiler,
// without a sanitizer: the crate has no unsafe code, and so it needs no nightly compiler.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { environment, root } from "./setup.mjs";

const fuzz = join(root, "fuzz");

const RUSTFLAGS = [
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "--cfg=fuzzing",
  "-Ccodegen-units=1",
].join(" ");

/** The names of the targets. */
export function fuzzTargets() {
  return readdirSync(join(fuzz, "targets"))
    .map((name) => name.replace(/\.rs$/, ""))
    .sort();
}

/**
 * Fuzzes a target, from a seed other than 0 with the same inputs each time; gives whether nothing was found.
 * What breaks it is left in fuzz/artifacts.
 */
export function fuzzTarget(name, seconds, seed = 0) {
  const corpus = join(fuzz, "corpus", name);
  const artifacts = join(fuzz, "artifacts", name);
  for (const folder of [corpus, artifacts]) mkdirSync(folder, { recursive: true });
  const seeds = [join(fuzz, "seeds", name), join(root, "tests", "fixtures", name)].filter(existsSync);
  // With a target of its own the flags are kept away from build scripts.
  const host = /^host: (.+)$/m.exec(spawnSync("rustc", ["-vV"], { encoding: "utf8" }).stdout)?.[1];
  const build = ["run", "--quiet", "--release", "--locked", `--bin=${name}`, `--target=${host}`];
  const args = [
    `-seed=${seed}`,
    `-max_total_time=${seconds}`,
    "-max_len=65536",
    "-timeout=10",
    "-rss_limit_mb=2048",
  ];
  args.push("-verbosity=0", "-print_final_stats=1", `-artifact_prefix=${artifacts}/`, corpus, ...seeds);
  const { status, stdout, stderr } = spawnSync("cargo", [...build, "--", ...args], {
    cwd: fuzz,
    encoding: "utf8",
    env: environment({ RUSTFLAGS, CARGO_BUILD_TARGET_DIR: join(fuzz, "target") }),
    maxBuffer: 64 << 20,
  });
  const runs = /number_of_executed_units: (\d+)/.exec(stderr)?.[1];
  if (status === 0) process.stdout.write(`${name}: ${runs} inputs, nothing found\n`);
  else process.stdout.write(`${stdout}${stderr}\n${name}: failed; the input is in fuzz/artifacts/${name}\n`);
  return status === 0;
}

if (import.meta.filename === process.argv[1]) {
  const [seconds = "20", ...names] = process.argv.slice(2);
  for (const name of names.length > 0 ? names : fuzzTargets()) {
    if (!fuzzTarget(name, Number(seconds))) process.exitCode = 1;
  }
}
