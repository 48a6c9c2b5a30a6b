// Local Azure: Entra's token endpoint and a data collection endpoint on loopback, for development and tests.
//
// How Azure behaves is decided in Rust (src/azure/stand_in.rs); this file only carries bytes.
//
//   node scripts/run.mjs azure --dcr DCR.json --dcr-id dcr-… --tenant … --client … [--secret …] [--second-secret …] [--certificate …] [--port 8100] [--fault throttle=3]
//
// GET  /                the rows as a page that refreshes itself
// GET  /local/rows      the rows as JSON, by stream        ?stream=Custom-X for one of them
// GET  /local/metrics   what Azure's metrics and DCRLogErrors would say
// POST /local/fault     the body is a fault such as `throttle=3`, `forbid=30s`, `lose-reply=1`, `off`

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./setup.mjs";

/** More than a data collection endpoint takes, so that it can say so itself. */
const BODY_LIMIT = 64 * 1024 * 1024;

/**
 * Starts local Azure.
 *
 * @param {{port?: number, dcr: string, tenant_id: string, client_id: string, client_secret: string,
 *   second_secret?: string, certificate?: string, dcr_immutable_id: string, token_lifetime_s?: number, strict?: boolean}} settings
 */
export async function startAzure({ port = 0, dcr, ...settings }) {
  const { initSync, LocalAzure } = await import("../pkg/local/ccf_edge.js");
  initSync({ module: readFileSync(join(root, "pkg", "local", "ccf_edge_bg.wasm")) });
  const azure = new LocalAzure(JSON.stringify(settings), dcr);
  const watchers = [];
  const seen = new Map();
  const connections = new Set();

  const rows = (stream) => JSON.parse(azure.rows(stream, 0));

  function tellWatchers() {
    for (const stream of JSON.parse(azure.streams())) {
      const before = seen.get(stream) ?? 0;
      const fresh = JSON.parse(azure.rows(stream, before));
      seen.set(stream, before + fresh.length);
      for (const row of fresh) {
        for (const watcher of watchers) watcher(row, stream);
      }
    }
  }

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    if (body === null) {
      response.writeHead(413).end();
      return;
    }
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    if (request.method === "GET" && pathname === "/") {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page(azure));
    } else if (request.method === "GET" && pathname === "/local/rows") {
      const stream = searchParams.get("stream");
      // As texts, because JavaScript's numbers would round long integers.
      const members = JSON.parse(azure.streams()).map(
        (name) => `${JSON.stringify(name)}:${azure.rows(name, 0)}`,
      );
      sendJson(response, 200, stream === null ? `{${members}}` : azure.rows(stream, 0));
    } else if (request.method === "GET" && pathname === "/local/metrics") {
      sendJson(response, 200, azure.metrics());
    } else if (request.method === "POST" && pathname === "/local/fault") {
      try {
        azure.set_fault(Date.now(), body.toString());
        sendJson(response, 200, JSON.stringify({ fault: body.toString() }));
      } catch (error) {
        sendJson(response, 400, JSON.stringify({ error: error.message }));
      }
    } else {
      const headers = request.rawHeaders
        .map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text))
        .join("\n");
      const reply = azure.handle(Date.now(), request.method, request.url, headers, body);
      tellWatchers();
      if (reply.delay_ms > 0) {
        await new Promise((resolve) => setTimeout(resolve, reply.delay_ms));
      }
      if (reply.drop_connection) {
        request.socket.destroy();
      } else {
        response.writeHead(reply.status, pairs(reply.headers)).end(reply.body);
      }
      reply.free();
    }
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
  });
  await new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Error(`Port ${port} is taken. Choose another one for local Azure: --azure-port ${port + 1}`)
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    rows,
    metrics: () => JSON.parse(azure.metrics()),
    fault: (text) => azure.set_fault(Date.now(), text),
    onRow: (watcher) => watchers.push(watcher),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const socket of connections) socket.destroy();
      }),
  };
}

async function readBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > BODY_LIMIT) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function sendJson(response, status, text) {
  response.writeHead(status, { "content-type": "application/json" }).end(text);
}

function pairs(text) {
  const lines = text.split("\n");
  const record = {};
  for (let i = 0; i + 1 < lines.length; i += 2) record[lines[i]] = lines[i + 1];
  return record;
}

const escapeHtml = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

/** The newest rows of every stream as tables. Everything in them comes from outside, so all of it is escaped. */
function page(azure) {
  const streams = JSON.parse(azure.streams());
  const cell = (value) => {
    const text =
      value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
    return `<td title="${escapeHtml(text.slice(0, 2000))}">${escapeHtml(text.length > 80 ? `${text.slice(0, 79)}…` : text)}</td>`;
  };
  const tables = streams.map((stream) => {
    const all = JSON.parse(azure.rows(stream, 0));
    const columns = JSON.parse(azure.columns(stream));
    const newest = all.slice(-200).reverse();
    return `<h2>${escapeHtml(stream)} <small>${all.length} rows</small></h2><div><table>
<tr>${columns.map(({ name, type }) => `<th>${escapeHtml(name)}<small>${escapeHtml(type)}</small></th>`).join("")}</tr>
${newest.map((row) => `<tr>${columns.map(({ name }) => cell(row[name])).join("")}</tr>`).join("\n")}</table></div>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2">
<title>Local Azure</title><style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { margin: 2rem; } small { opacity: 0.65; font-weight: normal; margin-inline-start: 0.5em; }
div { overflow-x: auto; } table { border-collapse: collapse; white-space: nowrap; }
th, td { padding: 0.25rem 0.75rem; text-align: start; border-block-end: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
</style><h1>Local Azure</h1>
<p>The rows as they reached the streams, before any transformKql. This page shows the newest 200 and refreshes itself.</p>
${tables.join("\n")}</html>`;
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: {
      dcr: { type: "string" },
      "dcr-id": { type: "string" },
      tenant: { type: "string" },
      client: { type: "string" },
      secret: { type: "string", default: "local" },
      "second-secret": { type: "string" },
      certificate: { type: "string" },
      port: { type: "string", default: "8100" },
      fault: { type: "string" },
      "token-lifetime": { type: "string" },
      strict: { type: "boolean", default: false },
    },
  });
  for (const name of ["dcr", "dcr-id", "tenant", "client"]) {
    if (values[name] === undefined) {
      process.stderr.write(`--${name} is missing; the head of scripts/azure.mjs shows how to call it\n`);
      process.exit(2);
    }
  }
  const { buildLocal } = await import("./build.mjs");
  await buildLocal();
  const azure = await startAzure({
    port: Number(values.port),
    dcr: readFileSync(values.dcr, "utf8"),
    tenant_id: values.tenant,
    client_id: values.client,
    client_secret: values.secret,
    dcr_immutable_id: values["dcr-id"],
    strict: values.strict,
    ...(values["second-secret"] === undefined ? {} : { second_secret: values["second-secret"] }),
    ...(values.certificate === undefined ? {} : { certificate: readFileSync(values.certificate, "utf8") }),
    ...(values["token-lifetime"] === undefined ? {} : { token_lifetime_s: Number(values["token-lifetime"]) }),
  });
  if (values.fault !== undefined) azure.fault(values.fault);
  azure.onRow((row, stream) => process.stdout.write(`${stream}  ${JSON.stringify(row)}\n`));
  process.stderr.write(`Local Azure is at ${azure.url}; Ctrl-C stops it\n`);
}
