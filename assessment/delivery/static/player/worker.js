// The service worker of one attempt: its page, scripts, style, type and pictures stay on this device, so that a page
// that is reloaded or opened again without a line goes on. It controls the page of the attempt and nothing else, saves
// nothing and answers nothing of the API. `waiting.js` may put a page here before; `offline.js` takes all away again.

const CACHE = `lms-exam ${new URL(registration.scope).pathname}`;
const PARTS = ["script", "style", "font", "image", "audio"];
const PATIENCE = 5_000;
const FRESH = 20_000;
const PLAYER = 'data-behaviour="exam-player"';
const CHECK = "data-send-keys";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => event.waitUntil(keepAll(event.data)));

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(openPage(event));
  else if (PARTS.includes(request.destination) && !url.pathname.startsWith("/api/")) event.respondWith(openPart(event, url));
});

// The server's page where it answers in time, else the one that is kept; first the one that was put here just now.
async function openPage(event) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(event.request, { ignoreSearch: true, ignoreVary: true });
  if (kept && Date.now() - Number(kept.headers.get("X-Kept-At")) < FRESH) return useOnce(cache, event, kept);
  const asked = fetch(event.request);
  try {
    const response = await (kept ? Promise.race([asked, tooLong()]) : asked);
    if (response.status >= 500 && kept) return kept;
    if (response.status >= 200) event.waitUntil(keepPlayer(cache, event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

// The page that was put here for the start: a reload asks the server again.
async function useOnce(cache, event, kept) {
  const headers = new Headers(kept.headers);
  headers.delete("X-Kept-At");
  await cache.put(event.request, new Response(await kept.clone().text(), { headers }));
  return kept;
}

function tooLong() {
  return new Promise((_resolve, reject) => { setTimeout(() => reject(new Error("no answer in time")), PATIENCE); });
}

// What a page had loaded before this worker was there.
async function keepAll({ page, parts }) {
  const cache = await caches.open(CACHE);
  await Promise.allSettled([
    fetch(page).then((response) => keepPlayer(cache, page, response)), ...parts.map((part) => cache.add(part)),
  ]);
}

// Other pages can stand at this address: that the test runs in another browser, for one; then none is kept any more. The
// page that checks the browser comes and goes at once: behind it stands the test that is kept.
// The page that is kept says when it was asked for: what it knows of the time and of answers is as old as that.
async function keepPlayer(cache, request, response) {
  const html = await response.text();
  if (html.includes(CHECK)) return;
  if (!html.includes(PLAYER)) return void await cache.delete(request);
  const dated = html.replace(PLAYER, `${PLAYER} data-asked-at="${Date.now()}"`);
  await cache.put(request, new Response(dated, { headers: response.headers }));
}

// What carries a version or a ticket never changes under its address; of the rest the server's is newer.
async function openPart(event, url) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(event.request, { ignoreVary: true });
  if (kept && (url.searchParams.has("v") || url.searchParams.has("t"))) return kept;
  try {
    const response = await fetch(event.request);
    if (response.status === 200) event.waitUntil(cache.put(event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}
