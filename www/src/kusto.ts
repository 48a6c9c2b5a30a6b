// Microsoft's language service for Kusto, which weighs more than the page and is fetched only on request.

import type { Kusto } from "ccf-edge";
import { h } from "./dom.ts";

const SCRIPTS = ["bridge.min.js", "Kusto.Language.Bridge.min.js"];

let loading: Promise<Kusto> | undefined;

/** Fetches the service, once; after a failure, again. */
export function loadKusto(): Promise<Kusto> {
  loading ??= (async () => {
    // The second needs what the first leaves among the globals.
    for (const name of SCRIPTS) await run(new URL(`kusto/${name}`, document.baseURI).href);
    const { load } = await import("ccf-edge/kusto");
    return load();
  })().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

function run(src: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = h("script", {
      src,
      onload: () => resolve(),
      onerror: () => reject(new Error("it is not kept for times without a network")),
    });
    document.head.append(script);
  });
}
