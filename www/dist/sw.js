// The service worker: it keeps the page, so that it works without a network. service-worker.mjs fills in the names.
// A new version takes over when no tab shows the old one any more, so that a tab never mixes the two.

const CACHE = "ccf-edge-90777ec9663e8bd1";
const FILES = ["./assets/browser-80M7L47D.js","./assets/browser-BXlMmLo7.js","./assets/browser-DM3pXp5o.js","./assets/ccf_edge_bg-B8xNTpIN.wasm","./assets/ccf_edge_bg-C2s6zSQD.wasm","./assets/diff-BfnuAR63.js","./assets/editor-U-rxo-Ji.js","./assets/index-D1eBRWYu.css","./assets/index-DiolI463.js","./assets/part-BZ5T7cMb.js","./assets/part-DeqmvJCN.js","./favicon.svg","./","./theme.js"];

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
