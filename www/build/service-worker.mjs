// What makes the page load again without a network.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes sw.js, which keeps every file of the built page. */
export function serviceWorker() {
  let folder;
  return {
    name: "ccf-edge-service-worker",
    configResolved(config) {
      folder = join(config.root, config.build.outDir);
      if (config.build.outDir.startsWith("/")) folder = config.build.outDir;
    },
    closeBundle() {
      const files = readdirSync(folder, { recursive: true })
        .map((path) => path.replaceAll("\\", "/"))
        .filter((path) => statSync(join(folder, path)).isFile() && path !== "_headers" && path !== "sw.js")
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
