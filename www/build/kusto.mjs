// Microsoft's language service for Kusto, put beside the page as it is. It is fetched when somebody asks for it.

import { copyFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, isAbsolute, join } from "node:path";

/** Where it lies below the built page; it is too large to be kept for times without a network. */
export const FOLDER = "kusto";

const SCRIPTS = ["bridge.min.js", "Kusto.Language.Bridge.min.js"];

export function kustoService() {
  let folder;
  return {
    name: "ccf-edge-kusto",
    configResolved({ root, build: { outDir } }) {
      folder = join(isAbsolute(outDir) ? outDir : join(root, outDir), FOLDER);
    },
    writeBundle() {
      const from = dirname(
        createRequire(import.meta.url).resolve("@kusto/language-service-next/package.json"),
      );
      mkdirSync(folder, { recursive: true });
      for (const name of SCRIPTS) copyFileSync(join(from, name), join(folder, name));
    },
  };
}
