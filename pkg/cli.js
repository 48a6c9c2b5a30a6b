#!/usr/bin/env node
// The command line: `ccf-edge --help`.

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { parseArgs } from "node:util";
import { explain, rules, withFiles } from "./api.js";
import { guarded, UsageError } from "./command.js";
import { hello } from "./hello.js";
import "./node.js";
import { parked } from "./parked.js";
import { relay } from "./relay.js";

const HELP = `ccf-edge checks the artifacts of Microsoft Sentinel CCF Push connectors, and relays webhooks to them.

  ccf-edge check [PATH…]     check solutions, folders or files; the current folder without a path
  ccf-edge init --from EVENT [DIR]
                             make a whole connector from a file with a sample event, in JSON
  ccf-edge explain RULE      show the page of a rule: what it checks, why, and what to do
  ccf-edge rules             list the rules
  ccf-edge relay             make and check the folder of a relay: ccf-edge relay --help
  ccf-edge parked            show and send again what a relay could not deliver: ccf-edge parked --help
  ccf-edge hello HOOK        take the secret that a product sends to its hook: ccf-edge hello --help

Options of check:
  --format FORMAT            text (the default), json, github, sarif or markdown
  --fix                      make the safe fixes
  --fix=suggested            make the suggested fixes too
  --fail-on SEVERITY         exit with 1 on findings from this severity on: error (the default), warning, info
  --rule RULE=LEVEL          set a rule to off, info, warning or error; may be given several times
  --kusto                    ask Microsoft's language service for Kusto about the transformations as well
  --config FILE              read levels and suppressions from this file instead of ccf-edge.json
  --no-color                 no colours

Options of init:
  --from FILE                the event; - reads it from standard input
  --product NAME             the product as people call it
  --publisher NAME           who publishes the connector; the product without it
  --connector-id ID          the connector's id, such as LarkspurPush
  --table NAME               the table, such as LarkspurEvents_CL
  --time-column MEMBER       the member of the event that says when it happened; none for the time of arrival

Options of rules:
  --format FORMAT            text (the default) or json

Exit codes: 0 clean, 1 findings, 2 something else went wrong.
`;

const OPTIONS = {
  format: { type: "string", default: "text" },
  fix: { type: "string" },
  "fail-on": { type: "string", default: "error" },
  rule: { type: "string", multiple: true, default: [] },
  config: { type: "string" },
  kusto: { type: "boolean", default: false },
  "no-color": { type: "boolean", default: false },
  from: { type: "string" },
  product: { type: "string" },
  publisher: { type: "string" },
  "connector-id": { type: "string" },
  table: { type: "string" },
  "time-column": { type: "string" },
  help: { type: "boolean", short: "h", default: false },
  version: { type: "boolean", default: false },
};

const SEVERITIES = ["info", "warning", "error"];
const FORMATS = ["text", "json", "github", "sarif", "markdown"];
const CONFIG = "ccf-edge.json";

/** How often fixes are made: a fix may bring out what another rule can mend then. */
const ROUNDS = 10;

/** The commands with options of their own. */
const COMMANDS = { hello, parked, relay };

async function main() {
  const { command, paths, options } = readArguments(process.argv.slice(2));
  if (options.help || command === undefined) {
    process.stdout.write(HELP);
    return options.help ? 0 : 2;
  }
  if (command === "check") return checkCommand(paths, options);
  if (command === "init") return initCommand(paths, options);
  if (command === "explain") return explainCommand(paths);
  if (command === "rules") return rulesCommand(options);
  throw new UsageError(`there is no command "${command}": ccf-edge --help lists them`);
}

function readArguments(given) {
  // parseArgs knows no options whose value may be left out.
  const args = given.map((arg) => (arg === "--fix" ? "--fix=safe" : arg));
  let parsed;
  try {
    parsed = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const { values: options, positionals } = parsed;
  if (options.version) {
    const { version } = JSON.parse(readFileSync(new URL("./package.json", import.meta.url), "utf8"));
    process.stdout.write(`${version}\n`);
    process.exit(0);
  }
  oneOf("--format", options.format, FORMATS);
  oneOf("--fail-on", options["fail-on"], SEVERITIES);
  if (options.fix !== undefined) oneOf("--fix", options.fix, ["safe", "suggested"]);
  const [command, ...paths] = positionals;
  return { command, paths, options };
}

function oneOf(name, value, allowed) {
  if (!allowed.includes(value)) throw new UsageError(`${name} must be one of ${allowed.join(", ")}`);
}

async function checkCommand(paths, options) {
  const files = new Map();
  for (const path of paths.length === 0 ? ["."] : paths) {
    if (!existsSync(path)) throw new UsageError(`${path} does not exist`);
    readAll(path, files);
  }
  const settings = { name: basename(process.cwd()), ...readSettings(options) };
  if (options.kusto) settings.kusto = await loadKusto();
  if (options.fix !== undefined) makeFixes(files, settings, options.fix === "suggested");
  return withFiles(files, settings, (folder) => {
    const result = JSON.parse(folder.check());
    if (result.solutions === 0) {
      throw new UsageError(`found no connector in ${paths.join(", ") || "this folder"}`);
    }
    const counts = countBySeverity(result.findings);
    process.stdout.write(formatted(folder, result, counts, options));
    const failing = SEVERITIES.slice(SEVERITIES.indexOf(options["fail-on"]));
    return failing.some((severity) => counts[severity] > 0) ? 1 : 0;
  });
}

async function loadKusto() {
  const { load } = await import("./kusto-node.js");
  return load().catch((error) => {
    throw new UsageError(`--kusto: ${error.message}`);
  });
}

function formatted(folder, { findings, suppressed, solutions }, counts, { format, "no-color": noColor }) {
  if (format === "json")
    return `${JSON.stringify({ ...counts, suppressed, solutions, findings }, null, 2)}\n`;
  if (format === "sarif") return `${folder.report(format)}\n`;
  if (format !== "text") return folder.report(format);
  const colour = process.stdout.isTTY && !noColor && !process.env.NO_COLOR;
  return `${folder.report(colour ? "colour" : "text")}${summary(findings, counts, suppressed, solutions)}\n`;
}

function summary(findings, counts, suppressed, solutions) {
  const of = solutions === 1 ? "1 solution" : `${solutions} solutions`;
  const parts = [
    [counts.error, "error"],
    [counts.warning, "warning"],
    [counts.info, "note"],
  ].filter(([count]) => count > 0);
  const hidden = suppressed > 0 ? `, ${suppressed} suppressed` : "";
  if (parts.length === 0) return `${of}: no findings${hidden}`;
  const found = parts.map(([count, name]) => `${count} ${name}${count === 1 ? "" : "s"}`).join(", ");
  const safe = findings.filter(({ fixes }) => fixes.some((fix) => fix.safe)).length;
  const any = findings.filter(({ fixes }) => fixes.length > 0).length;
  const fixes = [
    safe > 0 ? `${safe} mended by --fix` : "",
    any > safe ? `${any} by --fix=suggested` : "",
  ].filter(Boolean);
  return `${of}: ${found}${hidden}${fixes.length > 0 ? `; ${fixes.join(", ")}` : ""}`;
}

function countBySeverity(findings) {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

/** Makes fixes in `files` and on disk until there is nothing left to make. */
function makeFixes(files, settings, suggested) {
  let made = 0;
  const changed = new Set();
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = withFiles(files, settings, (folder) => {
      const { findings } = JSON.parse(folder.check());
      return JSON.parse(folder.fix(JSON.stringify(findings), suggested));
    });
    if (result.made === 0) break;
    made += result.made;
    for (const [path, text] of Object.entries(result.files)) {
      files.set(path, text);
      changed.add(path);
    }
  }
  for (const path of changed) writeFileSync(path, files.get(path));
  if (made > 0) {
    process.stderr.write(
      `made ${made} ${made === 1 ? "fix" : "fixes"} in ${[...changed].sort().join(", ")}\n`,
    );
  }
}

/** Reads a file, or the files below a folder, into `files` by their paths relative to the current folder. */
function readAll(path, files) {
  const name = basename(resolve(path));
  if (statSync(path).isDirectory()) {
    if (name === "node_modules" || name === ".git") return;
    for (const entry of readdirSync(path).sort()) readAll(join(path, entry), files);
    return;
  }
  const key = relative(process.cwd(), resolve(path)).split(sep).join("/");
  // Of other files only the name counts.
  const read = /\.(json|md|svg)$/i.test(name);
  files.set(key, read ? readFileSync(path) : new Uint8Array());
}

function readSettings({ config, rule }) {
  if (config !== undefined && !existsSync(config)) throw new UsageError(`${config} does not exist`);
  const path = config ?? CONFIG;
  const text = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (text !== undefined) {
    try {
      withFiles({}, { config: text }, () => {});
    } catch (error) {
      throw new UsageError(error.message.replace(/^/gm, `${path}:`));
    }
  }
  const levels = rule.map((setting) => setting.split("="));
  const wrong = levels.find((level) => level.length !== 2);
  if (wrong !== undefined) throw new UsageError(`--rule ${wrong.join("=")}: write --rule CCF053=off`);
  try {
    withFiles({}, { rules: Object.fromEntries(levels) }, () => {});
  } catch (error) {
    throw new UsageError(error.message.replace(/^\d+:\d+: /gm, "--rule: "));
  }
  return { config: text, rules: Object.fromEntries(levels) };
}

async function initCommand([directory = ".", ...rest], options) {
  const { from, product, publisher, table } = options;
  if (from === undefined || rest.length > 0) throw new UsageError("write: ccf-edge init --from event.json");
  if (from !== "-" && !existsSync(from)) throw new UsageError(`${from} does not exist`);
  // Editors on Windows put a byte order mark ahead of the text.
  const { init } = await import("./preview/node.js");
  const event = readFileSync(from === "-" ? 0 : from, "utf8").replace(/^\uFEFF/, "");
  const time = options["time-column"];
  let generated;
  try {
    const names = { product, publisher, connectorId: options["connector-id"], table };
    generated = init(event, { ...names, timeColumn: time === "none" ? null : time });
  } catch (error) {
    throw new UsageError(error.message);
  }
  const files = Object.entries(generated.files).map(([path, text]) => [join(directory, path), text]);
  const taken = files.map(([path]) => path).filter((path) => existsSync(path));
  if (taken.length > 0) {
    throw new UsageError(`${taken.join(", ")} exists already: choose another folder, or remove it`);
  }
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { flag: "wx" });
  }
  const written = files.map(([path]) => `  ${path}\n`).join("");
  const todo = generated.todo.map((line) => `  - ${line}\n`).join("");
  const [dcr, config] = ["DCR.json", "relay.json"].map(
    (name) => files.find(([path]) => basename(path) === name)?.[0],
  );
  const relay = `ccf-edge relay new DIR --relay "${config}" --dcr "${dcr}"`;
  process.stdout.write(`wrote\n${written}\nto do\n${todo}\nthe relay for it: ${relay}\n`);
  return 0;
}

function explainCommand([name, ...rest]) {
  if (name === undefined || rest.length > 0) throw new UsageError("write: ccf-edge explain CCF053");
  const page = explain(name);
  if (page === undefined) throw new UsageError(`there is no rule "${name}": ccf-edge rules lists them`);
  process.stdout.write(page);
  return 0;
}

function rulesCommand({ format }) {
  const all = rules();
  if (format === "json") {
    process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
    return 0;
  }
  oneOf("--format of rules", format, ["text", "json"]);
  for (const { code, severity, name } of all) {
    process.stdout.write(`${code}  ${severity.padEnd(7)}  ${name}\n`);
  }
  return 0;
}

// A pager or `head` that has seen enough ends the command quietly.
process.stdout.on("error", (error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const [first, ...others] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, first ?? "") ? COMMANDS[first] : undefined;
process.exitCode =
  command === undefined
    ? await guarded("ccf-edge", main)
    : await guarded(`ccf-edge ${first}`, () => command(others));
