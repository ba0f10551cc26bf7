// Follows a job until it ends, then loads the page again: the server says what became of it.
import { fetchJson } from "./http.js";

const ENDED = new Set(["done", "failed"]);
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 8000;

function show(element, job) {
  const percent = Math.round((job.progress ?? 0) * 100);
  element.querySelector("progress").value = percent;
  element.querySelector("[data-part=percent]").textContent = `${percent}%`;
  const note = element.querySelector("[data-part=note]");
  if (job.note && note.textContent !== job.note) note.textContent = job.note;
}

export function followJob(element) {
  if (ENDED.has(element.dataset.state)) return;
  let wait = FIRST_WAIT;

  async function ask() {
    if (!element.isConnected) return;
    try {
      const job = await fetchJson(element.dataset.url);
      show(element, job);
      if (ENDED.has(job.state)) {
        location.reload();
        return;
      }
      wait = Math.min(wait * 1.2, LONGEST_WAIT);
    } catch {
      wait = LONGEST_WAIT;
    }
    setTimeout(ask, wait);
  }

  setTimeout(ask, wait);
}
