// Brings the journal to the server: within a second, one request at a time, again and again until it is there.

const SOON = 120;
const BATCH = 32;
const BATCH_LENGTH = 150_000;
const TIMEOUT = 12_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;
const LONGEST_QUESTION = 2_000;

export class Sync {
  // `told(name, detail)` hears: progress, offline, signed-out, over, taken-over, rejected, aligned, clock.
  // `sinceReceipt`: milliseconds since the server received something of this attempt, as the page knows it.
  constructor({ journal, url, token, told, sinceReceipt = 0 }) {
    Object.assign(this, { journal, url, token, told });
    this.offlineSince = null;
    this.running = false;
    this.stopped = false;
    this.wait = FIRST_WAIT;
    this.lastReceipt = performance.now() - sinceReceipt;
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.#unreachable());
  }

  get sinceReceipt() {
    return Math.max(0, Math.round(performance.now() - this.lastReceipt));
  }

  soon(delay = SOON) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.now(), delay);
  }

  async now() {
    if (this.running || this.stopped) return;
    clearTimeout(this.timer);
    this.running = true;
    try {
      while (!this.stopped && this.journal.pending.length) await this.#send();
      if (this.offlineSince) await this.ask(); // nothing to send: only an answer says that the line is back
      this.wait = FIRST_WAIT;
    } catch (error) {
      this.#later(error);
    } finally {
      this.running = false;
    }
    this.told("progress");
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  ask() {
    return this.get("");
  }

  // Asks how much time is left, in vain without a line: an extension may not have been heard of yet.
  async askTime() {
    const asking = this.#fetch(`${this.url}/events`, { method: "POST", body: JSON.stringify({ events: [] }) });
    const response = await Promise.race([asking.catch(() => null), pause(LONGEST_QUESTION)]);
    if (response?.ok) this.told("clock", { ...response.body, sentAt: response.sentAt });
  }

  // What the API says at an address of this attempt; throws without a line.
  async get(path) {
    try {
      const response = await this.#fetch(`${this.url}${path}`, {});
      const wasOffline = this.offlineSince;
      this.#reachable();
      if (response.ok) this.#learn(response);
      if (wasOffline) this.soon();
      return response;
    } catch (error) {
      this.#unreachable();
      throw error;
    }
  }

  // The server knows when it received something last, also if this device slept meanwhile.
  #learn({ body, sentAt }) {
    if (body.since_receipt_ms !== undefined) this.lastReceipt = sentAt - body.since_receipt_ms;
    this.told("clock", { ...body, sentAt });
  }

  async #send() {
    const batch = firstOf(this.journal.pending);
    const events = batch.map(({ seq, prev, payload }) => ({ seq, prev, payload }));
    const response = await this.#fetch(`${this.url}/events`, { method: "POST", body: JSON.stringify({ events }) });
    this.#reachable();
    if (response.body.acks) this.#received(response);
    if (!response.ok) await this.#refused(response, batch);
  }

  async #fetch(url, options) {
    const sentAt = performance.now();
    const response = await fetch(url, {
      ...options, credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT),
      headers: { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json", Accept: "application/json" },
    });
    if (response.status >= 500 || response.status === 429) {
      throw Object.assign(new Error(String(response.status)), { retryAfter: Number(response.headers.get("Retry-After")) });
    }
    return { ok: response.ok, status: response.status, sentAt, body: await response.json() };
  }

  #received({ body, sentAt }) {
    this.lastReceipt = performance.now();
    this.journal.acknowledge(body.acks);
    this.told("clock", { ...body, sentAt });
    this.told("progress");
  }

  // What is not understood is tried again: an answer is given up by nobody's mistake.
  async #refused({ status, body }, batch) {
    if (status === 401) return this.#end("signed-out", body);
    if (body.reason === "late") return this.told("over", body);
    if (body.reason === "submitted") return this.#end("over", body);
    if (body.reason === "conflict" || body.reason === "gap") {
      await this.#align(body);
      return body.state === "open" ? undefined : this.told("over", body);
    }
    if (status === 422) return this.#reject(batch, body);
    if (body.reason === "other_device") return this.#end("taken-over", body);
    throw new Error(String(status));
  }

  // Where another device has written meanwhile, its answers are needed to know which are older.
  async #align(head) {
    if (this.journal.knows(head)) return this.journal.align(head);
    const { ok, status, body } = await this.get("");
    if (!ok) throw new Error(String(status));
    this.journal.align(body);
    return this.told("aligned", body);
  }

  #reject(batch, body) {
    const place = /\[(\d+)\]/.exec(body.problems?.[0]?.where ?? "");
    const event = batch[place ? Number(place[1]) : 0];
    this.journal.reject(event.seq);
    this.told("rejected", event);
  }

  #end(name, body) {
    this.stop();
    this.told(name, body);
  }

  #reachable() {
    this.offlineSince = null;
    this.wait = FIRST_WAIT;
  }

  #unreachable() {
    this.offlineSince ??= new Date();
    this.told("offline");
  }

  #later(error) {
    const wait = error.retryAfter > 0 ? error.retryAfter * 1000 : this.wait;
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    this.soon(wait * (0.75 + Math.random() / 2));
    this.#unreachable();
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// As many events as one request takes: long texts fill it sooner.
function firstOf(events) {
  let length = 0;
  const within = events.slice(0, BATCH).findIndex((event) => {
    length += event.payload.length;
    return length > BATCH_LENGTH;
  });
  return events.slice(0, within < 0 ? BATCH : Math.max(1, within));
}
