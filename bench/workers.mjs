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
  floor: "floor: read and fetch",
};

const COMPATIBILITY_DATE = "2026-11-01";

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
  const folder = join(out, variant);
  const endpoint = `http://127.0.0.1:${upstream}`;
  const modules = [["entry.js", readFileSync(join(here, `workers/${variant}.js`))]];
  if (variant === "relay") {
    const config = { ...relay, azure: { ...relay.azure, dce_endpoint: endpoint } };
    modules.push(
      ["relay.json", JSON.stringify(config, null, 2)],
      ["DCR.json", readFileSync(join(here, "DCR.json"))],
      ...relayModules(),
    );
  }
  for (const [name, bytes] of modules) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder, "config.capnp");
  writeFileSync(
    config,
    capnp(
      address,
      modules.map(([name]) => name),
      bindings(variant, endpoint),
    ),
  );
  return { address, command: [workerd, "serve", config] };
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

function capnp(address, modules, texts) {
  const module = (name) => {
    const kind = { js: "esModule", wasm: "wasm", json: "text" }[name.split(".").at(-1)];
    return `    (name = ${quote(name)}, ${kind} = embed ${quote(name)}),`;
  };
  const binding = ([name, value]) => `    (name = ${quote(name)}, text = ${quote(value)}),`;
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = ${quote(address)}, http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [
${modules.map(module).join("\n")}
  ],
  bindings = [
${Object.entries(texts).map(binding).join("\n")}
  ],
  compatibilityDate = ${quote(COMPATIBILITY_DATE)},
);
`;
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
