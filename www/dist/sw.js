// The service worker: it keeps the page, so that it works without a network. service-worker.mjs fills in the names.
// A new version takes over when no tab shows the old one any more, so that a tab never mixes the two.

const CACHE = "ccf-edge-8bdb875f0e04f911";
const FILES = ["./assets/browser-BXlMmLo7.js","./assets/browser-DM3pXp5o.js","./assets/ccf_edge_bg-C2s6zSQD.wasm","./assets/diff-CeocQjOb.js","./assets/editor-gCj-kfuJ.js","./assets/index-BGixIBMt.js","./assets/index-DOQfqOr1.css","./assets/part-BkO_cdUk.js","./favicon.svg","./","./theme.js"];

addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      const old = (await caches.keys()).filter((name) => name.startsWith("ccf-edge-") && name !== CACHE);
      await Promise.all(old.map((name) => caches.delete(name)));
      await clients.claim();
    })(),
  );
});

addEventListener("fetch", (event) => {
  // Only what was kept is answered from here: a relay may be served beside the page.
  event.respondWith(
    (async () => {
      const kept = await caches.match(event.request, { cacheName: CACHE, ignoreSearch: true });
      return kept ?? fetch(event.request);
    })(),
  );
});
