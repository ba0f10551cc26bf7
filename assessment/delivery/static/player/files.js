// Sends a candidate's file in pieces that survive a broken line, by the attempt's token.

const PIECE = 8 * 1024 * 1024;
const SMALLEST = 6 * 1024 * 1024;
const WAITS = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 30_000, 30_000];

class Refused extends Error {}

export class Files {
  constructor({ url, token }) {
    Object.assign(this, { url: `${url}/files`, token });
  }

  async send(item, { file, progress, waiting }) {
    const begun = await this.#ask(this.url, {
      method: "POST", body: JSON.stringify({ item, name: file.name, size: file.size }), headers: { "Content-Type": "application/json" },
    });
    let offset = 0;
    for (let tries = 0; offset < file.size;) {
      progress(Math.floor((offset / file.size) * 100));
      try {
        offset = await this.#piece(begun.id, file, offset);
        tries = 0;
      } catch (error) {
        if (error instanceof Refused || tries >= WAITS.length) throw error;
        waiting();
        await new Promise((resolve) => { setTimeout(resolve, WAITS[tries]); });
        tries += 1;
        offset = await this.#offset(begun.id).catch(() => offset);
      }
    }
    return (await this.describe([begun.id]))[0];
  }

  describe(ids) {
    return Promise.all(ids.map((id) => this.#ask(`${this.url}/${id}`, {})));
  }

  async #offset(id) {
    return (await this.#ask(`${this.url}/${id}`, {})).offset;
  }

  // The store takes no small piece but the last.
  async #piece(id, file, offset) {
    const rest = file.size - offset;
    const end = rest < PIECE + SMALLEST ? file.size : offset + PIECE;
    const answer = await this.#ask(`${this.url}/${id}?offset=${offset}`, {
      method: "PATCH", body: file.slice(offset, end), headers: { "Content-Type": "application/offset+octet-stream" },
    });
    return answer.offset;
  }

  async #ask(url, { headers = {}, ...options }) {
    const response = await fetch(url, {
      ...options, credentials: "omit", cache: "no-store",
      headers: { Authorization: `Bearer ${this.token}`, Accept: "application/json", ...headers },
    });
    if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
    const body = await response.json();
    if (!response.ok) throw new Refused(body.problems?.[0]?.message || body.detail || body.title);
    return body;
  }
}
