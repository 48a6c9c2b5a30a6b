// `ccf-edge relay`: the folder of a relay that needs no Rust, and the check of its configuration.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { shown, UsageError } from "./command.js";

const HELP = `ccf-edge relay makes and checks the folder of a relay on Cloudflare Workers.

  ccf-edge relay new DIR --source SOURCE   write the folder: relay.json, DCR.json, wrangler.toml and the Worker
  ccf-edge relay new DIR --relay FILE      the same with a relay.json that there is, such as that of ccf-edge init
  ccf-edge relay check [DIR]               show every mistake in relay.json and DCR.json, and the secrets it needs
  ccf-edge relay sources                   list the sources

Options of new:
  --source SOURCE   the product that sends, such as github; may be given several times
  --relay FILE      the relay.json, instead of a source
  --dcr FILE        the connector's DCR.json; without it one is written that every source can fill

Exit codes: 0 done, 1 the configuration has mistakes, 2 something else went wrong.
`;

const OPTIONS = {
  source: { type: "string", multiple: true, default: [] },
  relay: { type: "string" },
  dcr: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

/** The columns that the sources have expressions for, as a stream declares them. */
const COLUMNS = {
  EventTime: "datetime",
  EventType: "string",
  Actor: "string",
  SourceIp: "string",
  Action: "string",
  Target: "string",
  Outcome: "string",
  Severity: "string",
  DeliveryId: "string",
  RecordIndex: "int",
  Event: "dynamic",
};

/** Runs the command with the arguments behind `relay`; gives the exit code. */
export async function relay(args) {
  const { values: options, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [action, folder, ...rest] = positionals;
  if (options.help || action === undefined) {
    process.stdout.write(HELP);
    return options.help ? 0 : 2;
  }
  if (rest.length > 0) throw new UsageError("one folder at a time");
  if (action === "new") return create(folder, options);
  if (action === "check") return check(resolve(folder ?? "."));
  if (action === "sources") return list();
  throw new UsageError(`there is no "relay ${action}": it is new, check or sources`);
}

async function list() {
  const { sources } = await import("./preview/node.js");
  for (const { id, name } of sources()) process.stdout.write(`${id.padEnd(24)}  ${name}\n`);
  return 0;
}

/**
 * Shows every mistake in the relay.json and DCR.json of a folder, or the secrets that the relay needs; gives the exit
 * code.
 *
 * wrangler runs it before `dev` and `deploy` (the [build] of wrangler.toml), so that nothing wrong is uploaded. A data
 * collection endpoint on loopback, where local Azure listens, is a mistake except under `wrangler dev`.
 */
export async function check(folder) {
  const texts = {};
  for (const name of ["relay.json", "DCR.json"]) {
    try {
      texts[name] = readFileSync(join(folder, name), "utf8");
    } catch (error) {
      process.stderr.write(`${shown(join(folder, name))}: cannot be read: ${error.code ?? error.message}\n`);
    }
  }
  if (Object.keys(texts).length < 2) return 1;

  const { checkRelay } = await import("./preview/node.js");
  // wrangler tells its build command which of its commands it serves.
  const development = process.env.WRANGLER_COMMAND === "dev";
  const { errors, secrets, dedupe } = checkRelay(texts["relay.json"], texts["DCR.json"], { development });

  for (const { file, line, column, message } of errors) {
    process.stderr.write(`${shown(join(folder, file))}:${line}:${column}: ${message}\n`);
  }
  if (errors.length > 0) {
    process.stderr.write(`${errors.length === 1 ? "1 mistake" : `${errors.length} mistakes`}\n`);
    return 1;
  }
  const settings = settingsOf(folder);
  if (dedupe.length > 0 && settings !== undefined && !bindsWindow(settings)) {
    process.stderr.write(
      `${shown(settings)}: the hook \`${dedupe[0]}\` wants \`dedupe\`: bind the Durable Object class \`Dedupe\` as \`DEDUPE\` ` +
        "and export it from the Worker's entry, as docs/duplicates.md shows\n1 mistake\n",
    );
    return 1;
  }
  process.stdout.write(`relay.json and DCR.json are sound. The deployed relay needs these secrets:\n`);
  for (const name of secrets) {
    process.stdout.write(`  npx wrangler secret put ${name}\n`);
  }
  return 0;
}

/** The settings of the Worker that a folder belongs to, if there are any. */
function settingsOf(folder) {
  const names = ["wrangler.toml", "wrangler.json", "wrangler.jsonc"];
  return [folder, process.cwd()].flatMap((place) => names.map((name) => join(place, name))).find(existsSync);
}

/** Whether a line that is no comment names the binding. */
function bindsWindow(settings) {
  return /^(?!\s*(#|\/\/)).*"DEDUPE"/m.test(readFileSync(settings, "utf8"));
}

async function create(directory, { source: ids, relay: given, dcr }) {
  if (directory === undefined || (ids.length === 0) === (given === undefined)) {
    throw new UsageError("write: ccf-edge relay new DIR --source SOURCE, or --relay FILE");
  }
  if (given !== undefined && dcr === undefined) {
    throw new UsageError("--relay needs --dcr too: the two files belong together");
  }
  const folder = resolve(directory);
  const name = workerName(folder);
  const rule = dcr === undefined ? ruleOf(name) : readRule(dcr);
  const config = given === undefined ? relayJson(rule.stream, await hooksOf(ids)) : readText(given);
  const files = {
    ".gitignore": "node_modules/\n.wrangler/\n.dev.vars\n",
    "package.json": packageJson(name),
    "wrangler.toml": wranglerToml(name),
    "index.js": INDEX,
    "relay.json": config,
    "DCR.json": rule.text,
  };
  const taken = Object.keys(files).filter((file) => existsSync(join(folder, file)));
  if (taken.length > 0) {
    throw new UsageError(`${shown(folder)} has ${taken.join(", ")} already: choose another folder`);
  }
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { flag: "wx" });

  const written = Object.keys(files).map((file) => `  ${shown(join(folder, file))}\n`);
  const todo = [
    ...(dcr === undefined
      ? ["replace DCR.json by the connector's own, or by the rule that is deployed"]
      : []),
    "put what the connector page in Microsoft Sentinel shows into relay.json",
    `cd ${shown(folder)} && npm install`,
    "npm run check",
    "switch R2 on in the Cloudflare dashboard, once for an account",
    ...QUEUES.map((line) => line.replaceAll("ccf-edge", name)),
    "npx wrangler secret put … for each secret that the check names, and ADMIN_TOKEN for ccf-edge parked",
    "npm run deploy",
  ];
  process.stdout.write(`wrote\n${written.join("")}\nto do\n${todo.map((line) => `  ${line}\n`).join("")}`);
  return 0;
}

const INDEX = `import { relay } from "ccf-edge/worker";
import dcr from "./DCR.json";
import config from "./relay.json";

export { Dedupe } from "ccf-edge/worker";
export default relay({ config, dcr });
`;

const QUEUES = [
  "npx wrangler queues create ccf-edge --message-retention-period-secs 1209600",
  "npx wrangler queues create ccf-edge-dead-letters --message-retention-period-secs 1209600",
  "npx wrangler r2 bucket create ccf-edge",
];

/** A name that Cloudflare takes for a Worker, a queue and a bucket. */
function workerName(folder) {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 40);
  return name.length < 3 ? "ccf-edge" : name;
}

function packageJson(name) {
  const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
  const content = {
    name,
    private: true,
    type: "module",
    scripts: {
      check: "ccf-edge relay check",
      dev: "wrangler dev",
      deploy: "wrangler deploy",
    },
    devDependencies: { "ccf-edge": `^${version}`, wrangler: "^4.100.0" },
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** The repository's own, with its reasons, for this folder. */
function wranglerToml(name) {
  const own = readFileSync(new URL("./template/wrangler.toml", import.meta.url), "utf8");
  return own
    .replace(/^# The relay(?:.+\n)*?#\n/, "# A relay of webhooks to Microsoft Sentinel.\n#\n")
    .replace(/^main = .*$/m, 'main = "index.js"')
    .replace(
      /^(\[build\]\n)(?:.+\n)+/m,
      '$1command = "npx ccf-edge relay check"\nwatch_dir = ["relay.json", "DCR.json"]\n',
    )
    .replace(/"ccf-edge(-dead-letters)?"/g, `"${name}$1"`)
    .replace(/(create) ccf-edge/g, `$1 ${name}`);
}

function relayJson(stream, hooks) {
  return `{
  "$schema": "./node_modules/ccf-edge/template/relay.schema.json",

  // What the connector page in Microsoft Sentinel shows.
  // The client secret does not belong in a file: npx wrangler secret put AZURE_CLIENT_SECRET
  "azure": {
    "tenant_id": "<Tenant (Directory) ID>",
    "client_id": "<Application (client) ID>",
    "dce_endpoint": "<Data collection endpoint URI>",
    "dcr_immutable_id": "<DCR immutable ID>",
    "stream_name": ${JSON.stringify(stream)}
  },

  "hooks": {
${hooks.join(",\n")}
  }
}
`;
}

/** The members of \`hooks\`, one for each source. */
async function hooksOf(ids) {
  const { sources } = await import("./preview/node.js");
  const known = new Map(sources().map((source) => [source.id, source]));
  return [...new Set(ids)].map((id) => {
    const source = known.get(id);
    if (source === undefined) {
      throw new UsageError(`there is no source "${id}": ccf-edge relay sources lists them`);
    }
    const config = Object.entries(source.config).map(
      ([member, what]) => `        ${JSON.stringify(member)}: ${JSON.stringify(`<${what}>`)}`,
    );
    const settings = config.length === 0 ? "" : `,\n      "config": {\n${config.join(",\n")}\n      }`;
    return `    // ${source.name}: POST https://<your Worker>/hooks/${id}
    ${JSON.stringify(id)}: {
      "source": ${JSON.stringify(id)}${settings}
    }`;
  });
}

/** A rule with the columns that the sources fill by themselves. */
function ruleOf(name) {
  const table = name.replace(/(^|-)([a-z0-9])/g, (_, __, letter) => letter.toUpperCase());
  const stream = `Custom-${table}`;
  const columns = Object.entries(COLUMNS).map(([column, type]) => ({ name: column, type }));
  const type = "Microsoft.Insights/dataCollectionRules";
  const rule = { type, properties: { streamDeclarations: { [stream]: { columns } } } };
  return { stream, text: `${JSON.stringify(rule, null, 2)}\n` };
}

function readText(path) {
  if (!existsSync(path)) throw new UsageError(`${path} does not exist`);
  return readFileSync(path, "utf8");
}

function readRule(path) {
  const text = readText(path);
  const [stream] = /"Custom-[A-Za-z0-9_]+"(?=\s*:)/.exec(text) ?? [];
  if (stream === undefined) throw new UsageError(`${path} declares no stream: is it the DCR?`);
  return { stream: JSON.parse(stream), text };
}
