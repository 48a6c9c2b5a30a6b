// `npm run www`: builds the page and serves it as a static host does, with the headers of _headers, and builds again
// when a source changes. `npm run www:build` only builds it, into www/dist.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { buildLocal, buildPackage } from "./build.mjs";
import { root } from "./setup.mjs";

const page = join(root, "www");

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Builds the page into a folder, from the built package. */
export async function buildPage(outDir = join(page, "dist"), options = {}) {
  const { build } = await import("vite");
  return build({
    configFile: join(page, "vite.config.mjs"),
    logLevel: "warn",
    build: { outDir, ...options },
  });
}

/** Serves a built page on loopback; gives its address and how to stop. */
export async function servePage(folder, port = 0) {
  const rules = readHeaders(join(folder, "_headers"));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const path = normalize(decodeURIComponent(pathname)).replace(/[/\\]$/, "/index.html");
    const file = join(folder, path);
    if (path === "/_headers" || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404, { "content-type": "text/plain" }).end("There is nothing here.\n");
      return;
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      ...headersFor(rules, pathname),
    });
    response.end(readFileSync(file));
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

/** Serves at a port that was asked for, otherwise at the first free one from 8300 on. */
async function serveSomewhere(folder, asked) {
  for (let port = Number(asked ?? 8300); ; port += 1) {
    try {
      return await servePage(folder, port);
    } catch (error) {
      if (asked !== undefined || error.code !== "EADDRINUSE") throw error;
    }
  }
}

/** Reads the file of headers that Cloudflare and Netlify read: a pattern of paths, and below it its headers. */
function readHeaders(path) {
  const rules = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line.trim() === "") continue;
    if (!line.startsWith(" ")) rules.push({ pattern: line.trim(), headers: {} });
    else {
      const at = line.indexOf(":");
      rules.at(-1).headers[line.slice(0, at).trim().toLowerCase()] = line.slice(at + 1).trim();
    }
  }
  return rules;
}

function headersFor(rules, pathname) {
  const matching = rules.filter(({ pattern }) =>
    pattern.endsWith("*") ? pathname.startsWith(pattern.slice(0, -1)) : pathname === pattern,
  );
  return Object.assign({}, ...matching.map(({ headers }) => headers));
}

if (import.meta.filename === process.argv[1]) {
  const { values } = parseArgs({
    options: { build: { type: "boolean", default: false }, port: { type: "string" } },
  });
  await buildPackage();
  await buildLocal();
  if (values.build) {
    await buildPage();
  } else {
    await buildPage();
    const { url } = await serveSomewhere(join(page, "dist"), values.port);
    await buildPage(undefined, { watch: {} });
    process.stdout.write(`The page  ${url}\n`);
  }
}
