// What is deployed, and what a clone installs.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../scripts/setup.mjs";

const worker = join(root, "pkg", "worker");

test("the Worker's module exports the relay and its Durable Object and imports nothing but its wasm and the platform", async () => {
  const { metafile } = await build({
    entryPoints: [join(worker, "index.js")],
    bundle: true,
    external: ["*.wasm", "node:*", "cloudflare:*"],
    format: "esm",
    metafile: true,
    outdir: "out",
    platform: "neutral",
    write: false,
  });
  const [output] = Object.values(metafile.outputs);
  assert.deepEqual(output.exports.sort(), ["Dedupe", "relay"]);
  const imports = output.imports.map(({ path }) => path).filter((path) => !/^(node|cloudflare):/.test(path));
  assert.deepEqual(imports, ["./ccf_edge_bg.wasm"]);
});

test("the Worker's wasm takes at most 600 KB when compressed", () => {
  const size = gzipSync(readFileSync(join(worker, "ccf_edge_bg.wasm")), { level: 9 }).length;
  assert.ok(size <= 600_000, `${size} bytes`);
});

test("the Worker's wasm asks for nothing but what its own JavaScript gives", async () => {
  const module = await WebAssembly.compile(readFileSync(join(worker, "ccf_edge_bg.wasm")));
  const sources = new Set(WebAssembly.Module.imports(module).map((entry) => entry.module));
  assert.deepEqual([...sources], ["./ccf_edge_bg.js"]);
});

test("the other faces' wasm has no way to a clock or to randomness: the time is an argument", async () => {
  for (const face of ["wasm", "local"]) {
    const module = await WebAssembly.compile(readFileSync(join(root, "pkg", face, "ccf_edge_bg.wasm")));
    const names = WebAssembly.Module.imports(module).map(({ name }) => name.replace(/_[0-9a-f]{16}$/, ""));
    assert.deepEqual(
      names.sort(),
      ["__wbg_Error", "__wbg___wbindgen_throw", "__wbindgen_init_externref_table"],
      face,
    );
  }
});

test("the validator's wasm takes at most 350 KB when compressed", () => {
  const wasm = readFileSync(join(root, "pkg", "wasm", "ccf_edge_bg.wasm"));
  const size = gzipSync(wasm, { level: 9 }).length;
  assert.ok(size <= 350_000, `${size} bytes`);
});

test("what npm packs is the faces, what goes with them, and nothing else", () => {
  const { files } = JSON.parse(readFileSync(join(root, "pkg", "package.json"), "utf8"));
  const beside = ["*.js", "*.d.ts", "ccf-edge.schema.json"];
  assert.deepEqual(files, [...beside, "preview", "local", "template", "wasm", "worker"]);
  const template = readdirSync(join(root, "pkg", "template")).sort();
  assert.deepEqual(template, ["relay.schema.json", "wrangler.toml"]);
  assert.deepEqual(readdirSync(worker).sort(), ["ccf_edge_bg.wasm", "index.js"]);
  assert.deepEqual(readdirSync(join(root, "pkg", "wasm")).sort(), ["ccf_edge.js", "ccf_edge_bg.wasm"]);
});

test("the lock file pins every package by its content and names no host to fetch it from", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  for (const [path, entry] of Object.entries(packages)) {
    assert.ok(entry.resolved === undefined || entry.resolved === "pkg", `${path}: ${entry.resolved}`);
    if (path.startsWith("node_modules/") && !entry.link)
      assert.ok(entry.integrity, `${path} has no integrity`);
  }
});

test("one version of wasm-bindgen: in the crate, and in the commands that setup installs", () => {
  const version = (path) =>
    /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(readFileSync(join(root, path), "utf8"))?.[1];
  assert.equal(version("Cargo.lock"), version("scripts/wasm-bindgen/Cargo.lock"));
  assert.ok(version("Cargo.lock"));
});
