// A relay on workerd with local Azure behind it, whose rows say which hook they came by.

import { join } from "node:path";
import { startAzure } from "../../scripts/azure.mjs";
import { root } from "../../scripts/setup.mjs";
import { startWorker, writeRelay } from "../../scripts/worker.mjs";

const STREAM = "Custom-Events";
const IDS = {
  tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
  dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
};
const DCR = JSON.stringify({
  type: "Microsoft.Insights/dataCollectionRules",
  properties: {
    streamDeclarations: {
      [STREAM]: {
        columns: [
          { name: "TimeGenerated", type: "datetime" },
          { name: "Hook", type: "string" },
          { name: "Event", type: "dynamic" },
        ],
      },
    },
  },
});

/**
 * Starts a relay with these hooks, which need no columns, and these secrets; `folder` is its folder below `.wrangler`.
 *
 * Gives its `url`, `rows(hook)` (what Azure has of a hook) and `stop()`.
 */
export async function startRelay({ folder, hooks, secrets }) {
  const azure = await startAzure({ dcr: DCR, ...IDS, client_secret: "client secret" });
  const named = Object.entries(hooks).map(([name, hook]) => [
    name,
    { ...hook, columns: { Hook: JSON.stringify(name), Event: "." } },
  ]);
  const relay = JSON.stringify({
    azure: { ...IDS, dce_endpoint: azure.url, stream_name: STREAM },
    hooks: Object.fromEntries(named),
  });
  let worker;
  try {
    worker = await startWorker({
      config: writeRelay(join(root, ".wrangler", folder), { relay, dcr: DCR }),
      vars: { DEVELOPMENT: "1", AZURE_CLIENT_SECRET: "client secret", ...secrets },
    });
  } catch (error) {
    await azure.stop();
    throw error;
  }
  return {
    url: worker.url,
    rows: (hook) => azure.rows(STREAM).filter((row) => row.Hook === hook),
    async stop() {
      await worker.stop();
      await azure.stop();
    },
  };
}
