// `ccf-edge hello`: takes the secret that a product makes and sends to its hook once.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { UsageError } from "./command.js";
import { connect, Unreachable } from "./operator.js";

const HELP = `ccf-edge hello waits for the secret that a product makes itself and sends to its hook once.

  ccf-edge hello HOOK --relay URL | npx wrangler secret put HOOK_<HOOK>_SECRET

It arms the hook for 15 minutes, says on standard error what to do in the product, and waits. The first secret that
comes is written to standard output, and is kept nowhere else. Interrupted, it disarms the hook.

Some products want to see the secret too. On Linux and macOS this shows it on the terminal besides:

  ccf-edge hello HOOK --relay URL | tee /dev/tty | npx wrangler secret put HOOK_<HOOK>_SECRET

Options:
  --relay URL       where the relay is, such as https://relay.example.workers.dev

The relay's secret ADMIN_TOKEN is read from the environment variable ADMIN_TOKEN.
Exit codes: 0 the secret has come, 1 nothing has come, 2 something else went wrong.
`;

const OPTIONS = {
  relay: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
};

/** How often the relay is asked, in milliseconds. */
const ASK_EVERY_MS = 2000;

/** Runs the command with the arguments behind `hello`; gives the exit code. */
export async function hello(args, environment = process.env) {
  const { values: options, positionals } = parseArgs({ args, options: OPTIONS, allowPositionals: true });
  const [hook, ...rest] = positionals;
  if (options.help || hook === undefined) {
    process.stdout.write(HELP);
    return options.help ? 0 : 2;
  }
  if (rest.length > 0) throw new UsageError("write: ccf-edge hello HOOK --relay URL");
  const relay = connect(options.relay, environment.ADMIN_TOKEN);
  const path = `hooks/${encodeURIComponent(hook)}`;
  const { source, armed_until } = await relay(`${path}/arm`, "POST");
  const disarm = async () => {
    await relay(`${path}/arm`, "DELETE").catch(() => {});
    process.exit(1);
  };
  process.once("SIGINT", disarm);
  process.once("SIGTERM", disarm);
  await instruct(source, new URL(`/hooks/${hook}`, options.relay), armed_until);
  const secret = await waitFor(relay, path, armed_until);
  if (secret === undefined) {
    process.stderr.write("nothing has come in time; the hook is disarmed\n");
    return 1;
  }
  process.stderr.write("the secret has come; the relay has forgotten it\n");
  // What is piped is the secret alone, since not every program drops a line break.
  process.stdout.write(process.stdout.isTTY ? `${secret}\n` : secret);
  return 0;
}

/** Says what to do in the product. */
async function instruct(source, url, until) {
  const { sources } = await import("./preview/node.js");
  const { name = source, setup } = sources().find(({ id }) => id === source) ?? {};
  const time = new Date(until).toTimeString().slice(0, 8);
  process.stderr.write(
    `the hook is armed until ${time}\nmake the webhook in ${name} now, with the URL ${url}\n${setup ? `${setup}\n` : ""}`,
  );
}

/** The secret, once it has come; undefined when the hook is not armed any more. */
async function waitFor(relay, path, until) {
  for (;;) {
    try {
      return (await relay(`${path}/secret`, "POST")).secret;
    } catch (error) {
      if (error.code === "not_armed") return undefined;
      // A relay that cannot be reached now may be there again in two seconds.
      const passing = error.code === "not_come" || error.status >= 500 || error instanceof Unreachable;
      if (!passing) throw error;
      if (Date.now() > until + ASK_EVERY_MS) return undefined;
    }
    await sleep(ASK_EVERY_MS);
  }
}
