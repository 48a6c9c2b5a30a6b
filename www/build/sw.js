// The service worker: it keeps the page, so that it works without a network. service-worker.mjs fills in the names.
// A new version takes over when no tab shows the old one any more, so that a tab never mixes the two.

const CACHE = "CACHE";
const FILES = ["FILES"];

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
