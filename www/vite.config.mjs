// How the page is built. `npm run www:build` writes www/dist, which any static host can serve from any folder.

import { defineConfig } from "vite";
import { examples } from "./build/examples.mjs";
import { kustoService } from "./build/kusto.mjs";
import { serviceWorker } from "./build/service-worker.mjs";

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the page does not know which folder it is served from.
  base: "./",
  plugins: [examples(), kustoService(), serviceWorker()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // What knows `light-dark()`, `<dialog>` and streams of deflate-raw.
    target: ["chrome123", "edge123", "firefox121", "safari17.5"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
