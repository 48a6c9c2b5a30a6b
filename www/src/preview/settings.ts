// What is taken away from a preview: relay.json, a line to try it, and the commands that deploy it.

import type { Header, HookSettings, SourceInfo } from "ccf-edge/preview";

export interface Chosen {
  source: SourceInfo;
  stream: string;
  relay: HookSettings;
}

/** The text of relay.json; its values for Azure are those that a reader replaces. */
export function relayJson({ source, stream, relay }: Chosen): string {
  const azure = {
    tenant_id: "00000000-0000-0000-0000-000000000000",
    client_id: "00000000-0000-0000-0000-000000000000",
    dce_endpoint: "https://REPLACE.westeurope-1.ingest.monitor.azure.com",
    dcr_immutable_id: "dcr-00000000000000000000000000000000",
    stream_name: stream,
  };
  return `${JSON.stringify({ azure, hooks: { [source.id]: { source: source.id, ...relay } } }, null, 2)}\n`;
}

/** The line that sends the delivery to a relay on this machine. */
export function curlLine(source: string, method: string, headers: Header[], body: string): string {
  const lines = [
    `curl -i -X ${method} http://127.0.0.1:8787/hooks/${source}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(body)}`,
  ];
  return lines.join(" \\\n  ");
}

/** The commands that deploy a relay with this hook. */
export function deployCommands(source: SourceInfo): string {
  const hook = source.id.toUpperCase().replaceAll("-", "_");
  const named = Object.keys(source.namedSecrets).map((name) =>
    `HOOK_${hook}_${name}`.toUpperCase().replaceAll("-", "_"),
  );
  const own = source.secret === "none" ? [] : [`HOOK_${hook}_SECRET`];
  return [
    "npx wrangler login",
    "npx wrangler deploy --dry-run",
    ...["AZURE_CLIENT_SECRET", ...own, ...named].map((name) => `npx wrangler secret put ${name}`),
    "npx wrangler deploy",
  ].join("\n");
}

/** An argument as a POSIX shell takes it, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
