// `ccf-edge parked`: what a relay could not deliver, over its /admin/parked.

import { parseArgs } from "node:util";
import { UsageError } from "./command.js";
import { connect } from "./operator.js";

const HELP = `ccf-edge parked shows, sends again and deletes what a relay could not deliver.

  ccf-edge parked list                list what is parked, with the reasons
  ccf-edge parked show KEY            show one event and why it is parked
  ccf-edge parked replay KEY…         send these again, after the cause is mended
  ccf-edge parked replay --all        send all again, or those of --hook and --reason
  ccf-edge parked delete KEY… --yes   delete these for good; without --yes it only says what it would delete
  ccf-edge parked delete --all --yes  delete all, or those of --hook and --reason

Options:
  --relay URL       where the relay is, such as https://relay.example.workers.dev
  --hook NAME       only events of this hook
  --reason REASON   only what is parked for this reason
  --json            one JSON object a line

The relay's secret ADMIN_TOKEN is read from the environment variable ADMIN_TOKEN.
Exit codes: 0 done, 1 something was not found, 2 something else went wrong.
`;

const OPTIONS = {
  relay: { type: "string" },
  hook: { type: "string" },
  reason: { type: "string" },
  all: { type: "boolean", default: false },
  yes: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
};

/** Runs the command with the arguments behind `parked`; gives the exit code. */
export async function parked(args, environment = process.env) {
  const { values: options, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [action, ...keys] = positionals;
  if (options.help || action === undefined) {
    process.stdout.write(HELP);
    return options.help ? 0 : 2;
  }
  const relay = among(connect(options.relay, environment.ADMIN_TOKEN));
  switch (action) {
    case "list":
      return list(relay, options);
    case "show":
      if (keys.length !== 1) throw new UsageError("write: ccf-edge parked show KEY");
      return show(relay, keys[0], options);
    case "replay":
      return forEach(relay, keys, options, "POST", "sent again");
    case "delete":
      return forEach(relay, keys, options, options.yes ? "DELETE" : null, "deleted");
    default:
      throw new UsageError(`there is no "${action}": it is list, show, replay or delete`);
  }
}

/** Asks for what is parked; null where nothing is parked under the key. */
function among(relay) {
  return (path, ...how) =>
    relay(`parked${path}`, ...how).catch((error) => {
      if (error.code === "not_parked") return null;
      throw error;
    });
}

/** Everything that is parked and wanted, page by page. */
async function* entries(relay, { hook, reason }) {
  let cursor;
  do {
    const query = new URLSearchParams(
      Object.entries({ hook, reason, cursor }).filter(([, value]) => value !== undefined),
    );
    const page = await relay(`?${query}`);
    yield* page.parked;
    ({ cursor } = page);
  } while (cursor !== undefined);
}

async function list(relay, options) {
  const counts = new Map();
  for await (const entry of entries(relay, options)) {
    counts.set(entry.reason, (counts.get(entry.reason) ?? 0) + 1);
    const { key, reason, received_at: received, delivery = "-", detail = "" } = entry;
    process.stdout.write(
      options.json
        ? `${JSON.stringify(entry)}\n`
        : `${plain(key)}\n  ${plain(reason)}  received ${plain(received)}  delivery ${plain(delivery)}\n  ${plain(detail)}\n`,
    );
  }
  if (!options.json) {
    const total = [...counts].map(([reason, count]) => `${count} ${reason}`).join(", ");
    process.stdout.write(total === "" ? "nothing is parked\n" : `${total}\n`);
  }
  return 0;
}

async function show(relay, key, options) {
  const document = await relay(`/${path(key)}`);
  if (document === null) {
    process.stderr.write(`nothing is parked under ${key}\n`);
    return 1;
  }
  const { message, ...facts } = document;
  // The message of a large one is a claim on what lies beside it.
  const beside =
    facts.body === undefined ? null : await relay(`/${path(key.replace(/json$/, "body"))}`, "GET", true);
  const bytes = beside ?? Buffer.from(message, "base64");
  const end = bytes.indexOf("\n");
  const content = end === -1 ? "" : bytes.subarray(end + 1).toString();
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ ...facts, head: bytes.subarray(0, end).toString(), content })}\n`,
    );
    return 0;
  }
  for (const [name, value] of Object.entries(facts)) {
    process.stdout.write(`${name}: ${plain(typeof value === "string" ? value : JSON.stringify(value))}\n`);
  }
  process.stdout.write(`\n${plain(content, true)}\n`);
  return 0;
}

async function forEach(relay, keys, options, method, done) {
  if ((keys.length === 0) !== options.all) throw new UsageError("name keys, or write --all");
  // The list is read to its end first: what is sent again may come back to it.
  const wanted = [...keys];
  if (options.all) {
    for await (const { key } of entries(relay, options)) wanted.push(key);
  }
  let missing = 0;
  for (const key of wanted) {
    if (method === null) {
      process.stdout.write(`would be ${done}: ${plain(key)}\n`);
      continue;
    }
    const answer = await relay(`/${path(key)}`, method);
    missing += answer === null ? 1 : 0;
    process.stdout.write(`${answer === null ? "not there any more" : done}: ${plain(key)}\n`);
  }
  if (method === null) process.stdout.write(`add --yes to delete ${wanted.length}\n`);
  return missing > 0 ? 1 : 0;
}

function path(key) {
  return key.split("/").map(encodeURIComponent).join("/");
}

/** Text that a stranger may have written, without what a terminal would obey. */
function plain(text, lines = false) {
  const shown = [...String(text ?? "")].map((char) => {
    const code = char.codePointAt(0);
    const control = code < 32 || (code > 126 && code < 160);
    return control && !(lines && (char === "\n" || char === "\t")) ? "\u{fffd}" : char;
  });
  return shown.join("");
}
