// The service worker: shows a page of its own when there is no network, and says that something is new.
// It keeps the files that GIVEN names and never anything else: what members and customers see stays on the server.

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(
    caches.open(KEPT).then((kept) =>
      Promise.all(
        [GIVEN.offline, ...GIVEN.files].map(async (address) => {
          const answer = await fetch(address, { credentials: "omit", cache: "reload" });
          if (!answer.ok || answer.redirected) throw new Error(`${address}: ${answer.status}`);
          await kept.put(address, answer);
        }),
      ),
    ),
  );
});

self.addEventListener("activate", (event) => {
  const old = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.registration.navigationPreload?.enable(); // the page does not wait for the worker to wake
    await self.clients.claim();
  };
  event.waitUntil(old());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!GIVEN.customers.some((begin) => pathname.startsWith(begin))) event.respondWith(page(event));
  } else if (GIVEN.files.includes(pathname)) {
    event.respondWith(fetch(request).catch(() => kept(pathname)));
  }
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return kept(GIVEN.offline);
  }
}

async function kept(address) {
  const found = await (await caches.open(KEPT)).match(address);
  return found ?? Response.error();
}

// A push carries nothing, so what is shown says nothing. The tag makes many into one.
self.addEventListener("push", (event) => {
  const { title, news, icon, badge } = GIVEN;
  event.waitUntil(self.registration.showNotification(title, { body: news, icon, badge, tag: "news", renotify: true }));
});

// To the window that is open already, so that nothing which is being written there is lost.
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const go = async () => {
    const open = await self.clients.matchAll({ type: "window" });
    const ours = open.find(({ url }) => !GIVEN.customers.some((begin) => new URL(url).pathname.startsWith(begin)));
    return ours ? ours.focus() : self.clients.openWindow(GIVEN.inbox);
  };
  event.waitUntil(go());
});
