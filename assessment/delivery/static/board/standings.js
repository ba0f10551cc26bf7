// Keeps a part of the page fresh: the page is asked for again, and the part taken out of the answer.
import { bind } from "/static/shell/js/bind.js";

function keepFresh(part) {
  async function renew() {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-behaviour=fresh-part]");
      if (fresh && fresh.innerHTML !== part.innerHTML) part.innerHTML = fresh.innerHTML;
    } catch {
      // the next time will tell; the page says as of when its numbers are
    }
  }
  setInterval(renew, Number(part.dataset.every) * 1000);
}

bind("fresh-part", keepFresh);
