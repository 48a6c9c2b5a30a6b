// The npm package as its users have it: packed, installed, and used in every kind of program it promises to work in.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { build as esbuild } from "esbuild";
import { chromium } from "playwright-core";
import { build as vite } from "vite";
import webpack from "webpack";
import { startAzure } from "../scripts/azure.mjs";
import { browserProgram } from "../scripts/browser.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker } from "../scripts/worker.mjs";

const run = promisify(execFile);

const EXPECTED = {
  codes: ["CCF011"],
  marked: ['"Larkspur"'],
  after: 0,
  off: 0,
  page: true,
  rules: true,
  report: true,
};

const PREVIEWED = {
  samples: true,
  state: "verified",
  events: 1,
  row: ["mona", 1],
  sent: [[0, 1]],
  errors: 0,
  rejected: "signature_mismatch",
  mistake: [["Commits", 11]],
  unknown: true,
};

let home;
let browser;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "ccf-edge-package-"));
  const { stdout } = await run("npm", ["pack", "--json", `--pack-destination=${home}`], {
    cwd: join(root, "pkg"),
  });
  const packed = JSON.parse(stdout);
  const [{ filename }] = Array.isArray(packed) ? packed : Object.values(packed);
  cpSync(join(root, "tests", "package"), home, { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "private": true, "type": "module" }');
  await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(home, filename)], { cwd: home });
  browser = await chromium.launch({
    executablePath: browserProgram(),
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
  });
});

after(async () => {
  await browser?.close();
  rmSync(home, { recursive: true, force: true });
});

describe("the installed package", () => {
  test("Node, import", async () => assert.deepEqual(await printed(process.execPath, "node.mjs"), EXPECTED));

  test("Node, require", async () => assert.deepEqual(await printed(process.execPath, "node.cjs"), EXPECTED));

  test("Deno", async () => {
    assert.deepEqual(
      await printed(program("deno"), "run", "--allow-read", "--no-remote", "node.mjs"),
      EXPECTED,
    );
  });

  test("Bun", async () => assert.deepEqual(await printed(program("bun"), "run", "node.mjs"), EXPECTED));

  test("Vite, without configuration", async () => {
    const outDir = join(home, "dist-vite");
    await vite({ root: home, logLevel: "silent", build: { outDir, emptyOutDir: true } });
    assert.equal(globSync("**/*.wasm", { cwd: outDir }).length, 1);
    assert.deepEqual(await shownBy(outDir), EXPECTED);
  });

  test("webpack 5, without configuration", async () => {
    const path = join(home, "dist-webpack");
    await new Promise((resolve, reject) => {
      webpack({ context: home, entry: "./page.js", mode: "production", output: { path } }, (error, stats) =>
        error || stats.hasErrors() ? reject(error ?? new Error(stats.toString())) : resolve(),
      );
    });
    writeFileSync(join(path, "index.html"), '<title>running</title><script src="./main.js"></script>');
    assert.equal(globSync("**/*.wasm", { cwd: path }).length, 1);
    assert.deepEqual(await shownBy(path), EXPECTED);
  });

  test("esbuild, with the wasm file inside the bundle", async () => {
    const outdir = join(home, "dist-esbuild");
    await esbuild({
      absWorkingDir: home,
      entryPoints: ["page.js"],
      bundle: true,
      conditions: ["workerd"],
      format: "esm",
      loader: { ".wasm": "binary" },
      outdir,
      logLevel: "silent",
    });
    writeFileSync(
      join(outdir, "index.html"),
      '<title>running</title><script type="module" src="./page.js"></script>',
    );
    assert.deepEqual(await shownBy(outdir), EXPECTED);
  });

  test("a browser without a bundler", async () => {
    const html = readFileSync(join(home, "index.html"), "utf8");
    const map = '<script type="importmap">{"imports":{"ccf-edge":"./ccf-edge/browser.js"}}</script>';
    const folder = join(home, "plain");
    mkdirSync(folder, { recursive: true });
    for (const name of ["page.js", "consumer.js"]) cpSync(join(home, name), join(folder, name));
    cpSync(join(home, "node_modules", "ccf-edge"), join(folder, "ccf-edge"), { recursive: true });
    writeFileSync(join(folder, "index.html"), html.replace("<script", `${map}<script`));
    assert.deepEqual(await shownBy(folder), EXPECTED);
  });

  test("a Cloudflare Worker", async () => {
    const config = join(home, "wrangler.toml");
    writeFileSync(config, 'name = "consumer"\nmain = "worker.js"\ncompatibility_date = "2026-11-01"\n');
    const worker = await startWorker({ config });
    try {
      assert.deepEqual(await (await fetch(worker.url)).json(), EXPECTED);
    } finally {
      await worker.stop();
    }
  });

  test("its types agree with what it gives", async () => {
    const { findings } = await typed(
      "types",
      'import type { Finding, Fixed, Rule } from "ccf-edge";',
      "{ findings: Finding[]; fixed: Fixed; rules: Rule[]; sarif: number }",
    );
    assert.ok(findings.some(({ fixes }) => fixes.length > 0));
  });
});

describe("the preview of the installed package", () => {
  test("Node", async () => assert.deepEqual(await printed(process.execPath, "preview.mjs"), PREVIEWED));

  test("Vite, in Chromium", async () => {
    const outDir = join(home, "dist-preview");
    const input = join(home, "preview.html");
    const options = { outDir, emptyOutDir: true, rolldownOptions: { input } };
    await vite({ root: home, logLevel: "silent", build: options });
    assert.equal(globSync("**/*.wasm", { cwd: outDir }).length, 1);
    assert.deepEqual(await shownBy(outDir, "preview.html"), PREVIEWED);
  });

  test("a Cloudflare Worker", async () => {
    const config = join(home, "preview.toml");
    writeFileSync(
      config,
      'name = "previewer"\nmain = "preview-worker.js"\ncompatibility_date = "2026-11-01"\n',
    );
    const worker = await startWorker({ config });
    try {
      assert.deepEqual(await (await fetch(worker.url)).json(), PREVIEWED);
    } finally {
      await worker.stop();
    }
  });

  test("its types, and those of init, agree with what they give", async () => {
    const { previews } = await typed(
      "preview-types",
      'import type { Generated, Preview, SourceInfo } from "ccf-edge/preview";',
      "{ generated: Generated; sources: SourceInfo[]; previews: Preview[] }",
    );
    const states = previews.map(({ verification }) => verification?.state);
    assert.deepEqual(states, ["verified", "handshake", "rejected", "unchecked", "unchecked"]);
  });
});

describe("a relay that is made with the package", () => {
  const settings = {
    tenant_id: "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    client_id: "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
    dcr_immutable_id: "dcr-00000000000000000000000000000001",
  };
  const secrets = { AZURE_CLIENT_SECRET: "a-client-secret", HOOK_GITHUB_SECRET: "a-hook-secret" };
  let folder;
  let ccfEdge;

  before(async () => {
    folder = join(home, "my-relay");
    ccfEdge = (...args) => run(process.execPath, [join(home, "node_modules", "ccf-edge", "cli.js"), ...args]);
    await ccfEdge("relay", "new", folder, "--source", "github");
    // What `npm install` would bring is installed one folder up.
    symlinkSync(join(home, "node_modules"), join(folder, "node_modules"));
  });

  test("says what is still to be filled in, each with its place", async () => {
    const error = await ccfEdge("relay", "check", folder).catch((error) => error);
    assert.equal(error.code, 1);
    const lines = error.stderr.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => /relay\.json:\d+:\d+: `(\w+)` is still a placeholder/.exec(line)?.[1]),
      ["tenant_id", "client_id", "dce_endpoint", "dcr_immutable_id", undefined],
    );
    assert.equal(lines.at(-1), "4 mistakes");
  });

  test("brings a signed webhook to its row", { timeout: 120_000 }, async () => {
    const dcr = readFileSync(join(folder, "DCR.json"), "utf8");
    const azure = await startAzure({ dcr, ...settings, client_secret: secrets.AZURE_CLIENT_SECRET });
    const landed = new Promise((resolve) => azure.onRow(resolve));
    const path = join(folder, "relay.json");
    const values = { ...settings, dce_endpoint: azure.url };
    const filled = readFileSync(path, "utf8").replace(
      /("(\w+)": )"<[^>]*>"/g,
      (_, member, name) => `${member}${JSON.stringify(values[name])}`,
    );
    writeFileSync(path, filled);
    let worker;
    try {
      worker = await startWorker({
        config: join(folder, "wrangler.toml"),
        vars: { ...secrets, DEVELOPMENT: "1" },
        cwd: folder,
      });
      const body = JSON.stringify({ action: "opened", sender: { login: "mona" } });
      const digest = createHmac("sha256", secrets.HOOK_GITHUB_SECRET).update(body).digest("hex");
      const response = await fetch(`${worker.url}/hooks/github`, {
        method: "POST",
        headers: {
          "x-hub-signature-256": `sha256=${digest}`,
          "x-github-event": "issues",
          "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        },
        body,
      });
      assert.equal(response.status, 202, worker.output());
      const { EventTime, ...row } = await landed;
      assert.ok(Math.abs(Date.now() - Date.parse(EventTime)) < 60_000, EventTime);
      assert.deepEqual(row, {
        EventType: "issues",
        Actor: "mona",
        Action: "opened",
        SourceIp: null,
        Target: null,
        Outcome: null,
        Severity: null,
        DeliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        RecordIndex: 0,
        Event: JSON.parse(body),
      });
    } finally {
      await worker?.stop();
      await azure.stop();
    }
  });
});

/** What a program in TypeScript prints, once it has compiled and its output fits the same types as a literal. */
async function typed(name, imports, type) {
  const tsc = join(root, "node_modules", ".bin", "tsc");
  const options = ["--strict", "--module", "nodenext", "--target", "es2024", "--types", ""];
  // The DOM library is there for `console`.
  options.push("--lib", "es2024,dom", "--exactOptionalPropertyTypes", "--skipLibCheck", "false");
  const compile = (...args) =>
    run(tsc, [...options, ...args], { cwd: home }).catch((error) => assert.fail(error.stdout));
  await compile(`${name}.ts`);
  const { stdout } = await run(process.execPath, [`${name}.js`], { cwd: home, maxBuffer: 16 << 20 });
  // No member too many either.
  const literal = `${imports}\nconst output: ${type} = ${stdout};\nexport default output;\n`;
  writeFileSync(join(home, "output.ts"), literal);
  await compile("--noEmit", "output.ts");
  return JSON.parse(stdout);
}

/** What a program prints, as JSON. */
async function printed(command, ...args) {
  const { stdout } = await run(command, args, { cwd: home });
  return JSON.parse(stdout);
}

/** The program of an npm package that has one binary a platform, whether or not its install script has run. */
function program(name) {
  const places = { deno: "@deno/*/deno*", bun: "{bun/bin/bun.exe,@oven/*/bin/bun*}" };
  const found = globSync(places[name], { cwd: join(root, "node_modules") })
    .map((path) => join(root, "node_modules", path))
    .filter((path) => existsSync(path) && readFileSync(path).length > 1_000_000);
  assert.ok(found.length > 0, `the npm package ${name} brought no program`);
  return found[0];
}

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** What the page in a folder shows as its title, as JSON. */
async function shownBy(folder, start = "") {
  const server = createServer((request, response) => {
    const path = join(folder, request.url === "/" ? "index.html" : decodeURIComponent(request.url));
    if (!existsSync(path)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(path)] }).end(readFileSync(path));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  try {
    await page.goto(`http://127.0.0.1:${server.address().port}/${start}`);
    await page.waitForFunction(() => document.title !== "running");
    return JSON.parse(await page.title());
  } finally {
    await page.close();
    server.close();
  }
}
