// Keeps the page of an attempt on this device (see worker.js) while the attempt runs, and takes it away at its end.
// A browser without service workers, or without a secure line, works as before: only a reload then needs the server.

function cacheOf(address) {
  return `lms-exam ${address}`;
}

export async function registerWorker(script, address) {
  try {
    return await navigator.serviceWorker.register(script, { scope: address });
  } catch {
    return null;
  }
}

// `page`: a Response that the worker shows at `address`. `parts`: [address, Response] of pictures and sounds.
export async function putPage(address, page, parts = []) {
  const cache = await caches.open(cacheOf(address));
  await Promise.all(parts.map(([url, response]) => cache.put(url, response)));
  await cache.put(address, page);
}

// All that this page has loaded, where the worker came too late to see it.
export async function keepThisPage(script) {
  const address = location.pathname;
  if (!await registerWorker(script, address) || navigator.serviceWorker.controller) return;
  const { active } = await navigator.serviceWorker.ready;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name))
    .filter((url) => url.origin === location.origin && !url.pathname.startsWith("/api/"));
  active.postMessage({ page: address, parts: [...new Set(loaded.map(String))] });
}

export async function forgetPage(address = location.pathname) {
  if (!navigator.serviceWorker) return;
  const registered = await navigator.serviceWorker.getRegistration(address);
  await Promise.allSettled([caches.delete(cacheOf(address)), registered?.unregister()]);
}
