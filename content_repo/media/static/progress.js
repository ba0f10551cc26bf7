// Follows a video that is being made; loads the page again when it is ready or has failed.
import { bind } from "/static/shell/js/bind.js";
import { fetchJson } from "/static/shell/js/http.js";

const EVERY_MS = 2000;
const AFTER_ERROR_MS = 10000;

function show(section, told) {
  const percent = Math.round(told.progress * 100);
  section.querySelector("progress").value = percent;
  section.querySelector("[data-part=percent]").textContent = `${percent}%`;
  const note = section.querySelector("[data-part=note]");
  if (note.textContent !== told.note) note.textContent = told.note;
}

bind("media-progress", (section) => {
  async function ask() {
    if (!section.isConnected) return;
    let wait = EVERY_MS;
    try {
      const told = await fetchJson(section.dataset.url);
      if (told.state === "ready" || told.state === "failed") {
        location.reload();
        return;
      }
      show(section, told);
    } catch {
      wait = AFTER_ERROR_MS;
    }
    setTimeout(ask, wait);
  }

  setTimeout(ask, EVERY_MS);
});
