// Installs what a fresh clone lacks: the npm packages, the wasm target of Rust and the commands of wasm-bindgen.
// Everything goes below the repository; what is there is left alone. Only Node's own modules are imported here,
// because nothing else exists yet. All progress goes to stderr: stdout belongs to the script that runs next.

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The Node that wrangler asks for. */
const NODE_WANTED = [22, 12];

const RUST_WANTED = [1, 91];

const packageBin = join(root, "node_modules", ".bin");
const toolsBin = join(root, ".tools", "bin");

/** The commands that are under way. */
const running = new Set();

/** Something that the user has to change, said in full; it is shown without a stack trace. */
export class SetupError extends Error {}

/** The environment for every command that is started: the tools of this repository come first, on a Node they can run on. */
export function environment(extra = {}) {
  const path = [toolsBin, packageBin, dirname(nodeProgram()), process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** Installs what is missing. Throws a [`SetupError`] that says what to do. */
export async function setup() {
  checkRust();
  try {
    await Promise.all([installPackages().then(installNode), addTarget().then(installWasmBindgen)]);
  } finally {
    // When one fails, the other must not go on in the background.
    for (const child of running) child.kill();
  }
}

/** The program to run scripts with: this Node where it is new enough, otherwise the one that setup installed. */
export function nodeProgram() {
  return atLeast(process.versions.node, NODE_WANTED) ? process.execPath : installedNode();
}

function installedNode() {
  return join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");
}

function atLeast(version, [major, minor]) {
  const [a, b] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}

function checkRust() {
  const found = spawnSync("rustc", ["--version"], { cwd: root, encoding: "utf8" });
  const version = /^rustc (\d+\.\d+)/.exec(found.stdout ?? "")?.[1];
  const wanted = RUST_WANTED.join(".");
  if (version === undefined) {
    throw new SetupError(
      `Rust is missing. Install Rust ${wanted} or newer from https://rustup.rs, then run this again.`,
    );
  }
  if (!atLeast(version, RUST_WANTED)) {
    throw new SetupError(
      `Rust ${version} is too old. Run "rustup update", which brings ${wanted} or newer, then run this again.`,
    );
  }
}

async function installPackages() {
  if (packagesAreInstalled()) return;
  await step({
    title: "npm packages",
    why: "wrangler and workerd run the Worker, esbuild and binaryen build it",
    takes: "about half a minute",
    command: "npm",
    // Not `npm ci`: it refuses a lock file that lacks the packages of a platform, even of another one.
    args: ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    // npm must not run on the Node inside the folder that it is about to replace.
    env: { ...process.env, PATH: withoutPackageBin() },
  });
}

/** Whether every package of the lock file is installed in its version. Optional ones depend on the platform. */
function packagesAreInstalled() {
  const wanted = readJson(join(root, "package-lock.json"));
  const found = readJson(join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || found === undefined) return false;
  return Object.entries(wanted.packages).every(([path, entry]) => {
    if (path === "" || !path.startsWith("node_modules/") || entry.optional || entry.peer) return true;
    const installed = found.packages[path];
    return installed !== undefined && installed.version === entry.version && existsSync(join(root, path));
  });
}

function withoutPackageBin() {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== packageBin && folder !== dirname(installedNode()))
    .join(delimiter);
}

/** Fetches the newer Node, which the package `node` leaves to an install script that npm may not be allowed to run. */
async function installNode() {
  if (existsSync(nodeProgram())) return;
  await step({
    title: `Node ${readJson(join(root, "node_modules", "node", "package.json"))?.version ?? ""}`,
    why: `wrangler needs Node ${NODE_WANTED.join(".")} or newer, and this is ${process.versions.node}`,
    takes: "about ten seconds",
    // npm has just removed the Node that this runs on, when that was the installed one.
    command: existsSync(process.execPath) ? process.execPath : "node",
    args: ["installArchSpecificPackage.js"],
    cwd: join(root, "node_modules", "node"),
    env: { ...process.env, PATH: withoutPackageBin() },
  });
  if (!existsSync(installedNode())) {
    throw new SetupError(
      `There is no prebuilt Node for this system. Install Node ${NODE_WANTED.join(".")} or newer, then run this again.`,
    );
  }
}

async function addTarget() {
  const target = "wasm32-unknown-unknown";
  const found = spawnSync("rustc", ["--print", "target-libdir", "--target", target], {
    cwd: root,
    encoding: "utf8",
  });
  if (found.status === 0 && existsSync(found.stdout.trim())) return;
  await step({
    title: `Rust's ${target}`,
    why: "the Worker is compiled to WebAssembly",
    takes: "a few seconds",
    command: "rustup",
    args: ["target", "add", target],
  });
}

async function installWasmBindgen() {
  const source = join(root, "scripts", "wasm-bindgen");
  const stamp = join(root, ".tools", "wasm-bindgen.stamp");
  const wanted = createHash("sha256")
    .update(readFileSync(join(source, "Cargo.toml")))
    .update(readFileSync(join(source, "Cargo.lock")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  const scratch = join(root, ".tools", "build");
  await step({
    title: "wasm-bindgen",
    why: "it joins the compiled Rust with JavaScript and runs the wasm tests",
    takes: "about two minutes with two idle cores, once",
    command: "cargo",
    args: ["install", "--path", source, "--root", join(root, ".tools"), "--locked", "--force"],
    env: { ...process.env, CARGO_TARGET_DIR: process.env.CARGO_TARGET_DIR ?? scratch },
    progress: { pattern: /^\s*Compiling /gm, unit: "of about 150 crates" },
  });
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

/** Runs a command, shows that it is alive, and shows its output only where it fails. */
async function step({ title, why, takes, command, args, cwd = root, env = process.env, progress }) {
  const started = performance.now();
  const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;
  say(`${title}: installing, because ${why} (${takes})`);
  let output = "";
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      output += text;
    });
  }
  const ticker = setInterval(() => {
    const done =
      progress === undefined ? "" : `, ${output.match(progress.pattern)?.length ?? 0} ${progress.unit}`;
    say(`${title}: ${elapsed()}${done}`);
  }, 10_000);
  const code = await new Promise((resolve) => {
    child.on("error", (error) => {
      output += `${error.message}\n`;
      resolve(-1);
    });
    child.on("close", resolve);
  });
  clearInterval(ticker);
  running.delete(child);
  if (code !== 0) {
    throw new SetupError(
      `${output.trimEnd()}\n\n${title} could not be installed: "${command} ${args.join(" ")}" failed. Its output stands above.`,
    );
  }
  say(`${title}: ready after ${elapsed()}`);
}

function say(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
