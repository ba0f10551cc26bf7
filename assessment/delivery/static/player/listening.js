// Recordings that may be heard so often only. A play is an event: once the server has it, it hands out the sound, and
// again after a broken line or a reload, until the time of this play is over. Without the line no play begins, so none
// is counted that could not be heard; once the sound is here it needs the line no more.

const TRIES = 24;
const PAUSE = 500;

export class Listening {
  // `record(payload)` makes an event of it; `notes` holds how far each play was heard, kept by `keep()`.
  constructor({ url, token, journal, sync, notes, record, keep, counted }) {
    Object.assign(this, { url: `${url}/recordings`, token, journal, sync, record, keep });
    this.heardTo = notes.heard ??= {};
    this.plays = new Map(Object.entries(counted));
  }

  // Resolves to {sound, plays}; rejects with {counted, goOn, text}: whether this play can be gone on with.
  async listen({ media, goOn }) {
    if (!goOn) await this.#begin(media);
    await this.#saved(media);
    const response = await this.#fetch(media).catch(() => { throw this.#broken(media, true); });
    if (response.ok) return { sound: await response.blob().catch(() => { throw this.#broken(media, true); }), plays: this.count(media) };
    const { detail } = await response.json().catch(() => ({}));
    if (response.status >= 500) throw this.#broken(media, true);
    this.heard({ media, at: null });
    throw this.#broken(media, false, detail);
  }

  heard({ media, at }) {
    if (at === null) delete this.heardTo[media];
    else this.heardTo[media] = at;
    this.keep();
  }

  count(media) {
    return this.plays.get(media) ?? 0;
  }

  async #begin(media) {
    const reached = await this.sync.ask(); // throws without the line, before anything is counted
    if (!reached.ok || !this.record({ play: media })) throw new Error("the test takes no play");
    this.plays.set(media, this.count(media) + 1);
    this.heard({ media, at: 0 });
  }

  async #saved(media) {
    for (let tries = 0; tries < TRIES; tries += 1) {
      await this.sync.now();
      if (!this.journal.pending.some((event) => JSON.parse(event.payload).play === media)) return;
      await new Promise((resolve) => { setTimeout(resolve, PAUSE); });
    }
    throw this.#broken(media, true);
  }

  #fetch(media) {
    return fetch(`${this.url}/${media}`, {
      credentials: "omit", cache: "no-store", headers: { Authorization: `Bearer ${this.token}` },
    });
  }

  #broken(media, goOn, text) {
    return Object.assign(new Error("no sound"), { counted: this.count(media), goOn, text });
  }
}
