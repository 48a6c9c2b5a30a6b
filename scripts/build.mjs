// Builds the faces of the crate: the Worker (pkg/worker), the validator (pkg/wasm), and the preview with local Azure
// (pkg/local).
//
//   cargo -> wasm-bindgen -> wasm-opt -> for the Worker esbuild
//
// A face is built again only when what it is built from has changed.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { environment, root } from "./setup.mjs";

const cache = join(root, "node_modules", ".cache", "ccf-edge");

/** What every face is built from, relative to the repository. */
const INPUTS = [
  "src/**/*",
  "sources/**/*",
  "tests/fixtures/payloads/**/*",
  "build.rs",
  ".cargo/config.toml",
  "Cargo.toml",
  "Cargo.lock",
  "package-lock.json",
  "scripts/build.mjs",
  "scripts/wasm-bindgen/Cargo.lock",
];

/** The features that rustc turns on for its wasm target and .cargo/config.toml adds; binaryen has to be told. */
const WASM_FEATURES = [
  "bulk-memory",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
].map((feature) => `--enable-${feature}`);

/**
 * Builds `pkg/worker`: `index.js`, and beside it the wasm module that it imports.
 *
 * `src/worker/entry.js` imports the functions of the crate from `ccf-edge-wasm`, and the module from
 * `./ccf_edge_bg.wasm`, which the deployed bundle keeps as an import of its own.
 */
export async function buildWorker() {
  const out = join(root, "pkg", "worker");
  await build("worker", [join(out, "index.js"), join(out, "ccf_edge_bg.wasm")], async (scratch) => {
    const { glue, wasm } = await compile("worker", scratch, ["--omit-default-module-path"]);
    const { build: bundle } = await import("esbuild");
    await bundle({
      entryPoints: [join(root, "src", "worker", "entry.js")],
      outfile: join(out, "index.js"),
      bundle: true,
      format: "esm",
      target: "es2024",
      platform: "neutral",
      alias: { "ccf-edge-wasm": glue, "ccf-edge-host": join(root, "src", "worker", "host.js") },
      external: ["*.wasm", "node:*", "cloudflare:*"],
      logLevel: "warning",
    });
    copyFileSync(wasm, join(out, "ccf_edge_bg.wasm"));
  });
  // What a relay's folder is made of, for those who have the package and not the repository.
  const template = join(root, "pkg", "template");
  mkdirSync(template, { recursive: true });
  for (const file of ["wrangler.toml", "relay.schema.json"]) {
    copyFileSync(join(root, file), join(template, file));
  }
}

/** How each face is built: cargo's profile, what rustc is told for the crate itself, and wasm-opt's passes. */
const SETTINGS = {
  // People wait for its download, so what counts is its size after compression.
  // Functions that are inlined in many places are many copies, each with other locals, so LLVM inlines small ones only
  // (the threshold is 325 otherwise) and wasm-opt none.
  js: {
    profile: "small",
    rustc: ["-Cllvm-args=-inlinehint-threshold=30"],
    passes: ["-Oz", "--skip-pass=inlining-optimizing"],
  },
  // The preview is downloaded by browsers too.
  local: { profile: "small", rustc: [], passes: ["-Oz"] },
  // Every cold start loads it. The thresholds are 250 and 325 otherwise, and jaq's iterators inline into each other.
  worker: {
    profile: "release",
    rustc: ["-Cllvm-args=-inlinehint-threshold=60", "-Cllvm-args=-inline-threshold=60"],
    passes: ["-O3", "--skip-pass=inlining-optimizing"],
  },
};

/** Builds `pkg/wasm`: the validator for browsers, Node and Workers. */
export async function buildPackage() {
  // Bundlers follow the path in the package's entries; one in the glue as well would make them emit the file twice.
  await buildModule("js", join(root, "pkg", "wasm"), ["--omit-default-module-path"]);
}

/** Builds `pkg/local`: local Azure, the check of a relay's configuration, and the preview. */
export async function buildLocal() {
  await buildModule("local", join(root, "pkg", "local"), ["--omit-default-module-path"]);
}

/** Builds the face of a feature as it comes from wasm-bindgen. */
async function buildModule(feature, out, bindgenOptions = []) {
  await build(feature, [join(out, "ccf_edge.js"), join(out, "ccf_edge_bg.wasm")], async (scratch) => {
    const { glue, wasm } = await compile(feature, scratch, bindgenOptions);
    copyFileSync(glue, join(out, "ccf_edge.js"));
    copyFileSync(wasm, join(out, "ccf_edge_bg.wasm"));
  });
}

/** Runs `make` unless the outputs were already made from the same inputs. */
async function build(face, outputs, make) {
  const stamp = join(cache, `${face}.inputs`);
  const inputs = hashOfInputs();
  if (outputs.every(existsSync) && existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return;
  const started = performance.now();
  say(`${face}: building`);
  rmSync(stamp, { force: true });
  const scratch = join(cache, face);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  for (const output of outputs) {
    mkdirSync(join(output, ".."), { recursive: true });
  }
  await make(scratch);
  writeFileSync(stamp, inputs);
  const sizes = outputs.map((path) => `${relative(root, path)} ${kilobytes(readFileSync(path))}`);
  say(`${face}: built in ${((performance.now() - started) / 1000).toFixed(1)} s: ${sizes.join(", ")}`);
}

function hashOfInputs() {
  const hash = createHash("sha256");
  for (const path of globSync(INPUTS, { cwd: root }).sort()) {
    if (!statSync(join(root, path)).isFile()) continue;
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

function kilobytes(bytes) {
  return `${Math.round(bytes.length / 1024)} KB (${Math.round(gzipSync(bytes, { level: 9 }).length / 1024)} KB gzip)`;
}

/** Compiles the crate with one face's feature; gives the JavaScript that wasm-bindgen wrote and the small module. */
async function compile(face, scratch, bindgenOptions) {
  const { profile, rustc, passes } = SETTINGS[face];
  const messages = await run("cargo", [
    "rustc",
    "--lib",
    `--profile=${profile}`,
    "--locked",
    "--target=wasm32-unknown-unknown",
    "--no-default-features",
    `--features=${face}`,
    "--message-format=json-render-diagnostics",
    "--",
    ...rustc,
  ]);
  await run("wasm-bindgen", [
    compiledModule(messages),
    "--target=web",
    "--no-typescript",
    // After a trap the module is unusable. This makes the function `__wbg_reset_state`, which starts it afresh.
    "--experimental-reset-state-function",
    "--out-name=ccf_edge",
    `--out-dir=${scratch}`,
    ...bindgenOptions,
  ]);
  const wasm = join(scratch, "ccf_edge.opt.wasm");
  await run("wasm-opt", [...passes, ...WASM_FEATURES, join(scratch, "ccf_edge_bg.wasm"), "-o", wasm]);
  return { glue: join(scratch, "ccf_edge.js"), wasm };
}

/** Where cargo put the module: it may have been told to build anywhere. */
function compiledModule(messages) {
  for (const line of messages.split("\n").reverse()) {
    if (!line.startsWith("{")) continue;
    const message = JSON.parse(line);
    const module = message.filenames?.find((path) => path.endsWith("ccf_edge.wasm"));
    if (message.reason === "compiler-artifact" && module !== undefined) return module;
  }
  throw new Error("cargo built no ccf_edge.wasm");
}

/** Runs a command with its diagnostics on the terminal and gives what it wrote to stdout. */
async function run(command, args) {
  const child = spawn(command, args, { cwd: root, env: environment(), stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0)
    throw new Error(`"${command} ${args.join(" ")}" failed with ${code}; its output stands above`);
  return output;
}

function say(text) {
  process.stderr.write(`[build] ${text}\n`);
}

if (import.meta.filename === process.argv[1]) {
  try {
    await buildWorker();
    await buildPackage();
    await buildLocal();
  } catch (error) {
    say(error.message);
    process.exitCode = 1;
  }
}
