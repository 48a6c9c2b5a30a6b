// `npm start`: the relay's whole way on this machine, with real webhooks.
//
// It builds the Worker, starts local Azure and the Worker on workerd, sends every GitHub sample of the npm package
// @octokit/webhooks-examples, signed as GitHub signs, shows the rows as they land, and stays up for your own event.
//
//   npm start                    as above
//   npm start -- --once          the same, then stops; exit code 1 and the reason if anything went wrong
//   npm start -- --once --json   prints one JSON object on stdout, everything else on stderr
//   npm start -- --port 9000 --azure-port 9001

import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startAzure } from "./azure.mjs";
import { buildLocal, buildWorker } from "./build.mjs";
import { root } from "./setup.mjs";
import { freePort, startWorker, writeRelay } from "./worker.mjs";

const HOOK_SECRET = "a secret that only GitHub and the relay know";
const CLIENT_SECRET = "a+client&secret=with%signs";

const { values: options } = parseArgs({
  options: {
    once: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    port: { type: "string" },
    "azure-port": { type: "string" },
  },
});

/** What people read goes to stderr where stdout carries the JSON object. */
const out = options.json ? process.stderr : process.stdout;
const say = (text = "") => out.write(`${text}\n`);
const stopwatch = () => {
  const started = performance.now();
  return () => performance.now() - started;
};

try {
  await main();
} catch (error) {
  fail(error.message);
}

/** Ends everything with the reason on stderr. What was started ends with this process. */
function fail(reason) {
  process.stderr.write(`\nnpm start failed: ${reason}\n`);
  process.exit(1);
}

async function main() {
  const times = {};
  const port = await portFor("port", 8787);
  const azurePort = await portFor("azure-port", 8100);
  let lap = stopwatch();
  say("Building the Worker and local Azure");
  await buildWorker();
  await buildLocal();
  times.build_ms = lap();

  lap = stopwatch();
  const folder = join(root, "examples", "github");
  const dcr = readFileSync(join(folder, "DCR.json"), "utf8");
  const relay = readFileSync(join(folder, "relay.json"), "utf8");
  const azure = await startAzure({
    port: azurePort,
    dcr,
    tenant_id: setting(relay, "tenant_id"),
    client_id: setting(relay, "client_id"),
    client_secret: CLIENT_SECRET,
    dcr_immutable_id: setting(relay, "dcr_immutable_id"),
  });
  times.azure_ms = lap();
  say(
    `Local Azure    ${azure.url}  Entra's token endpoint, the data collection endpoint, and a page with the rows`,
  );

  lap = stopwatch();
  const worker = await startWorker({
    config: writeRelay(join(root, ".wrangler", "start"), {
      // The relay that runs here differs from the example in one value: where the data collection endpoint is.
      relay: relay.replace(setting(relay, "dce_endpoint"), azure.url),
      dcr,
    }),
    port,
    vars: { DEVELOPMENT: "1", AZURE_CLIENT_SECRET: CLIENT_SECRET, HOOK_GITHUB_SECRET: HOOK_SECRET },
  });
  times.worker_ms = lap();
  say(`The relay      ${worker.url}  the Worker on workerd`);
  say();

  const { summary, failures } = await sendSamples(worker, azure, times);
  if (options.json) {
    await new Promise((resolve) => process.stdout.write(`${JSON.stringify(summary)}\n`, resolve));
  }
  if (failures.length > 0) {
    fail(failures.join("\n"));
  }
  if (options.once) {
    await worker.stop();
    await azure.stop();
    process.exit(0);
  }
  stayUp(worker, azure);
  // Ctrl-C is how this ends, and no failure.
  process.exitCode = 0;
}

/** The port that an option names, or the first free one from `usual` on. */
async function portFor(option, usual) {
  if (options[option] === undefined) {
    return freePort(usual);
  }
  const wanted = Number(options[option]);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65_535) {
    throw new Error(`--${option} has to be a number from 1 to 65535`);
  }
  const free = await freePort(wanted);
  if (free !== wanted) {
    throw new Error(`port ${wanted} is taken; the next free one is --${option} ${free}`);
  }
  return wanted;
}

/** The text of a member of `azure`, which stands once in the example's relay.json. */
function setting(relay, name) {
  return new RegExp(`"${name}": "([^"]*)"`).exec(relay)[1];
}

function samples() {
  const require = createRequire(import.meta.url);
  const folder = join(require.resolve("@octokit/webhooks-examples/package.json"), "..");
  const events = JSON.parse(readFileSync(join(folder, "api.github.com", "index.json"), "utf8"));
  return events.flatMap(({ name, examples }) => examples.map((payload) => ({ name, payload })));
}

/** A delivery as GitHub sends it: the signature is over the bytes of the body. */
function delivery(name, payload, secret) {
  const body = JSON.stringify(payload);
  return {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // The relay then says what became of the rows; GitHub itself does not ask.
      accept: "application/json",
      "user-agent": "GitHub-Hookshot/044aadd",
      "x-github-event": name,
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
    },
    body,
  };
}

async function sendSamples(worker, azure, times) {
  const all = samples();
  say(`Sending the ${all.length} GitHub samples of @octokit/webhooks-examples, signed as GitHub signs`);
  const table = tableOf([
    ["EventType", 30],
    ["Action", 18],
    ["Actor", 16],
    ["Repository", 26],
    ["Summary", 44],
  ]);
  table.head();
  let shown = 0;
  azure.onRow((row) => {
    shown += 1;
    if (shown <= 40) {
      table.row(row);
    } else if (shown === 41) {
      say(`  … and so on; all rows are at ${azure.url}`);
    }
  });

  const failures = [];
  const latencies = [];
  const summary = { deliveries: 0, rows: 0, losses: 0, rejections: 0 };
  const lap = stopwatch();
  const lost = new Map();
  for (const { name, payload } of all) {
    const sent = stopwatch();
    const response = await fetch(`${worker.url}/hooks/github`, delivery(name, payload, HOOK_SECRET));
    latencies.push(sent());
    const answer = await response.json();
    summary.deliveries += 1;
    if (response.ok) {
      summary.rows += answer.rows;
      summary.losses += answer.losses;
      for (const { column, reason } of answer.lost ?? []) {
        lost.set(`${column}: ${reason}`, (lost.get(`${column}: ${reason}`) ?? 0) + 1);
      }
    } else {
      summary.rejections += 1;
      failures.push(`a sample of ${name} was answered ${response.status}: ${JSON.stringify(answer)}`);
    }
  }
  times.samples_ms = lap();

  // A stranger without the secret must not get through.
  const forged = await fetch(`${worker.url}/hooks/github`, delivery("push", { forged: true }, "a guess"));
  if (forged.status !== 401) {
    failures.push(`a forged delivery was answered ${forged.status} instead of 401`);
  }
  const stored = azure.rows("Custom-GitHubEvents").length;
  if (stored !== summary.rows) {
    failures.push(`the relay speaks of ${summary.rows} rows, local Azure holds ${stored}`);
  }

  latencies.sort((a, b) => a - b);
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
  summary.stored = stored;
  summary.forged = forged.status;
  summary.milliseconds = { ...rounded(times), median: tenths(at(0.5)), p99: tenths(at(0.99)) };
  say();
  say(
    `${summary.deliveries} deliveries, ${summary.rows} rows, ${summary.losses} losses, ${summary.rejections} rejections; a forged one was answered ${forged.status}`,
  );
  for (const [loss, count] of lost) {
    say(`  lost ${count} times: ${loss}`);
  }
  say();
  say("Where the time went");
  say(`  build                ${seconds(times.build_ms)}`);
  say(`  start local Azure    ${seconds(times.azure_ms)}`);
  say(`  start workerd        ${seconds(times.worker_ms)}`);
  say(`  send the samples     ${seconds(times.samples_ms)}, one after the other`);
  say(
    `  one delivery         ${tenths(at(0.5))} ms at the median, ${tenths(at(0.99))} ms at the 99th percentile, through wrangler's proxy`,
  );
  return { summary, failures };
}

function stayUp(worker, azure) {
  const body = `{"action":"created","sender":{"login":"you","id":1},"repository":{"full_name":"you/your-repository"}}`;
  const signature = createHmac("sha256", HOOK_SECRET).update(body).digest("hex");
  say();
  say("Send an event of your own; the signature belongs to exactly this body:");
  say();
  say(`  curl -i ${worker.url}/hooks/github \\`);
  say(
    `    -H 'accept: application/json' -H 'x-github-event: repository' -H 'x-github-delivery: ${randomUUID()}' \\`,
  );
  say(`    -H 'x-hub-signature-256: sha256=${signature}' \\`);
  say(`    -d '${body}'`);
  say();
  say("For another body, sign it first:");
  say();
  say(`  printf %s "$body" | openssl dgst -sha256 -hmac '${HOOK_SECRET}'`);
  say();
  say(`The rows are at ${azure.url}, the relay's health at ${worker.url}/healthz. Ctrl-C stops.`);
}

function tableOf(columns) {
  const cell = (value, width) => {
    const text = value === null || value === undefined ? "" : String(value);
    return (text.length > width ? `${text.slice(0, width - 1)}…` : text).padEnd(width);
  };
  return {
    head: () => say(`  ${columns.map(([name, width]) => cell(name, width)).join("  ")}`),
    row: (row) => say(`  ${columns.map(([name, width]) => cell(row[name], width)).join("  ")}`),
  };
}

function tenths(ms) {
  return Math.round(ms * 10) / 10;
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}

function rounded(times) {
  return Object.fromEntries(Object.entries(times).map(([key, ms]) => [key, Math.round(ms)]));
}
