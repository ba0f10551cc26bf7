// Asks the server every so often: messages of the invigilator, the room, the time; and so knows whether there is a line.

const SOON = 500;
const FIRST = 5_000;
const USUAL = 20_000;

export class Notices {
  // `heard(body)` gets what the server said; `read` holds the ids of messages that the candidate has put away.
  constructor({ sync, heard }) {
    Object.assign(this, { sync, heard });
    // candidates of a room began together: spread, they do not ask together
    this.timer = setTimeout(() => this.#ask(), FIRST + Math.random() * USUAL);
  }

  // The time has moved: the room was paused or goes on, or somebody gave minutes and may have said why.
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), SOON + Math.random() * SOON);
  }

  stop() {
    clearTimeout(this.timer);
  }

  async #ask() {
    if (this.sync.stopped) return;
    let next = USUAL;
    const waiting = Math.min(this.sync.journal.pending.length, 10_000);
    try {
      const { ok, body } = await this.sync.get(`/notices?hidden=${document.hidden}&waiting=${waiting}`);
      if (ok) {
        next = body.next_seconds * 1000;
        this.heard(body);
      }
    } catch {
      // the indicator says it; the next time may be better
    }
    this.timer = setTimeout(() => this.#ask(), next);
  }
}

// Shows what was not put away yet; said aloud by the region's role.
export function showMessages(list, messages, read, put) {
  const shown = new Set([...list.children].map((entry) => entry.dataset.message));
  for (const message of messages.filter(({ id }) => !shown.has(id) && !read.includes(id))) {
    list.append(entryOf(list, message, put));
  }
}

function entryOf(list, { id, text, at }, put) {
  const entry = list.ownerDocument.importNode(list.parentElement.querySelector("template").content, true).firstElementChild;
  entry.dataset.message = id;
  entry.querySelector("time").dateTime = at;
  entry.querySelector("time").textContent = new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  entry.querySelector("[data-part=message-text]").textContent = text;
  entry.querySelector("button").addEventListener("click", () => {
    entry.remove();
    put(id);
  });
  return entry;
}
