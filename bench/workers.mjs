// The Workers that are measured, and how workerd is told to serve them.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { SECRET } from "./payloads.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const built = join(here, "../pkg/worker");

export const out = join(here, "out");
// The program itself: the command of the package may be a script that starts it, and would be measured in its place.
export const workerd = createRequire(import.meta.url)("workerd").default;
export const wasm = join(built, "ccf_edge_bg.wasm");

/** The variants in the order of the table. */
export const VARIANTS = {
  relay: "ccf-edge",
  tuned: "tuned JavaScript",
  first: "first JavaScript",
  limit: "limit: floor, HMAC, log",
  floor: "floor: read and fetch",
};

/** The variants that make no rows: what the others cannot be below. */
export const HOLLOW = ["limit", "floor"];

/** The runtime that a relay is deployed with; the flags are for the relay alone. */
const wrangler = readFileSync(join(here, "../wrangler.toml"), "utf8");
const [, DATE] = /^compatibility_date = "(.*)"$/m.exec(wrangler);
const FLAGS = JSON.parse(/^compatibility_flags = (.*)$/m.exec(wrangler)[1]);

/** The flag with which a Worker may hand a batch to another's `queue`. */
const HANDLERS = "service_binding_extra_handlers";

const relay = JSON.parse(readFileSync(join(here, "relay.json"), "utf8"));

/** Whether the relay has been built. */
export function isBuilt() {
  return existsSync(join(built, "index.js")) && existsSync(wasm);
}

/** What a deployment of the relay uploads, without its configuration: `[name, bytes]`. */
export function relayModules() {
  return readdirSync(built, { recursive: true })
    .map(String)
    .filter((name) => /\.(js|wasm)$/.test(name))
    .sort()
    .map((name) => [`worker/${name}`, readFileSync(join(built, name))]);
}

/** Writes a Worker's modules and its workerd configuration: `{ address, command }`. */
export async function configure(variant, upstream) {
  const entry = readFileSync(join(here, `workers/${variant}.js`));
  return write(variant, { main: worker(variant, entry, upstream) });
}

/**
 * The same for a consumer behind a stand-in for its queue, which gives it one of `batches`, the result of
 * `batches()` in batches.mjs, for each request.
 */
export async function configureConsumer(variant, upstream, batches) {
  const entry = readFileSync(
    join(here, variant === "relay" ? "workers/relay.js" : `workers/batch/${variant}.js`),
  );
  const index = {};
  const chunks = [];
  let at = 0;
  for (const [name, groups] of Object.entries(batches)) {
    index[name] = groups.map((messages) =>
      messages.map(({ id, bytes }) => {
        chunks.push(bytes);
        at += bytes.length;
        return { id, at: at - bytes.length, length: bytes.length };
      }),
    );
  }
  const driver = {
    modules: [
      ["entry.js", readFileSync(join(here, "workers/batch/driver.js"))],
      ["batches.json", JSON.stringify(index)],
      ["batches.bin", Buffer.concat(chunks)],
    ],
    bindings: [`    (name = "CONSUMER", service = "consumer"),`],
    flags: [HANDLERS],
  };
  return write(`batch-${variant}`, { main: driver, consumer: worker(variant, entry, upstream) });
}

function worker(variant, entry, upstream) {
  const endpoint = `http://127.0.0.1:${upstream}`;
  const modules = [["entry.js", entry]];
  if (variant === "relay") {
    const config = { ...relay, azure: { ...relay.azure, dce_endpoint: endpoint } };
    modules.push(
      ["relay.json", JSON.stringify(config, null, 2)],
      ["DCR.json", readFileSync(join(here, "DCR.json"))],
      ...relayModules(),
    );
  }
  const texts = Object.entries(bindings(variant, endpoint));
  return {
    modules,
    bindings: texts.map(([name, value]) => `    (name = ${quote(name)}, text = ${quote(value)}),`),
    flags: variant === "relay" ? FLAGS : [],
  };
}

/** Writes the Workers of one workerd, each into its folder; `main` is the one that listens. */
async function write(folder, workers) {
  for (const [name, { modules }] of Object.entries(workers)) {
    for (const [path, bytes] of modules) {
      const file = join(out, folder, name, path);
      mkdirSync(join(file, ".."), { recursive: true });
      writeFileSync(file, bytes);
    }
  }
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(out, folder, "config.capnp");
  writeFileSync(config, capnp(address, workers));
  const experimental = Object.values(workers).some(({ flags }) => flags.includes(HANDLERS));
  return { address, command: [workerd, "serve", ...(experimental ? ["--experimental"] : []), config] };
}

// The relay has all but its secrets from relay.json.
function bindings(variant, endpoint) {
  const secrets = { AZURE_CLIENT_SECRET: "bench-client-secret", HOOK_GITHUB_SECRET: SECRET };
  if (variant === "relay") {
    return { ...secrets, DEVELOPMENT: "1" };
  }
  const { tenant_id, client_id, dcr_immutable_id, stream_name } = relay.azure;
  return {
    ...secrets,
    AUTHORITY: endpoint,
    DCE_ENDPOINT: endpoint,
    TENANT_ID: tenant_id,
    CLIENT_ID: client_id,
    DCR_IMMUTABLE_ID: dcr_immutable_id,
    STREAM_NAME: stream_name,
  };
}

function capnp(address, workers) {
  const module = (folder, name) => {
    const kind = { js: "esModule", wasm: "wasm", json: "text", bin: "data" }[name.split(".").at(-1)];
    return `    (name = ${quote(name)}, ${kind} = embed ${quote(`${folder}/${name}`)}),`;
  };
  const services = Object.keys(workers).map((name) => `    (name = ${quote(name)}, worker = .${name}),`);
  const constants = Object.entries(workers).map(
    ([folder, { modules, bindings, flags }]) => `
const ${folder} :Workerd.Worker = (
  modules = [
${modules.map(([name]) => module(folder, name)).join("\n")}
  ],
  bindings = [
${bindings.join("\n")}
  ],
  compatibilityDate = ${quote(DATE)},
  compatibilityFlags = [${flags.map(quote).join(", ")}],
);
`,
  );
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
${services.join("\n")}
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = ${quote(address)}, http = (), service = "main")],
);
${constants.join("")}`;
}

function quote(text) {
  return JSON.stringify(text);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
