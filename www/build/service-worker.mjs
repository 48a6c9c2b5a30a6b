// What makes the page load again without a network.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { FOLDER } from "./kusto.mjs";

/** What a page without a network can do without. */
function left(path) {
  return path === "_headers" || path === "sw.js" || path.startsWith(`${FOLDER}/`);
}

/** Writes sw.js, which keeps every file of the built page. */
export function serviceWorker() {
  let folder;
  return {
    name: "ccf-edge-service-worker",
    configResolved({ root, build: { outDir } }) {
      folder = isAbsolute(outDir) ? outDir : join(root, outDir);
    },
    closeBundle() {
      const files = readdirSync(folder, { recursive: true })
        .map((path) => path.replaceAll("\\", "/"))
        .filter((path) => statSync(join(folder, path)).isFile() && !left(path))
        .sort();
      const hash = createHash("sha256");
      for (const path of files) hash.update(path).update(readFileSync(join(folder, path)));
      const cache = `ccf-edge-${hash.digest("hex").slice(0, 16)}`;
      const template = readFileSync(join(import.meta.dirname, "sw.js"), "utf8");
      const paths = files.map((path) => (path === "index.html" ? "./" : `./${path}`));
      writeFileSync(
        join(folder, "sw.js"),
        template.replace('"CACHE"', JSON.stringify(cache)).replace('["FILES"]', JSON.stringify(paths)),
      );
    },
  };
}
