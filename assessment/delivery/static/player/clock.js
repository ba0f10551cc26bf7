// The time that is left, by the server's word and the page's monotonic clock; the wall clock is never asked.
// Each answer of the server gives a moment that lies a little before the true end: the latest of them is best.
// Only a page that was opened without a line counts on from what it knew before, by how far the wall clock has come
// since; such a clock is not sure, and a time that is up by it alone hands nothing in.

const RENEWED = 5_000;
const WARNINGS = [10, 5]; // minutes
// The page stops so long before the server's deadline that what was written last still arrives in time.
const MARGIN = 800;

export class Countdown {
  constructor({ tick, warn, end, warnings = WARNINGS }) {
    Object.assign(this, { tick, warn, end, warnings });
    this.endsAt = null;
    this.warned = new Set();
    this.ended = false;
    this.sure = false;
    this.timer = null;
  }

  // `known`: {server, remaining, at} as the page knew it last, `at` by the wall clock of this device.
  recall(known) {
    const gone = Math.max(0, Date.now() - known.at);
    this.endsAt = performance.now() + Math.max(0, known.remaining - gone);
  }

  // `remaining` milliseconds were left when the server answered a request that was sent at `sentAt`; whether the end
  // has moved.
  set(remaining, sentAt) {
    const endsAt = sentAt + remaining;
    const before = this.endsAt;
    if (!this.sure) Object.assign(this, { sure: true, endsAt: null, ended: false });
    if (endsAt > this.endsAt + RENEWED) this.ended = false;
    if (this.endsAt === null || endsAt > this.endsAt || endsAt < this.endsAt - RENEWED) this.endsAt = endsAt;
    return before !== null && Math.abs(this.endsAt - before) > RENEWED;
  }

  get remaining() {
    return Math.max(0, this.endsAt - MARGIN - performance.now());
  }

  // Harmless while it runs.
  start() {
    if (this.timer) return;
    for (const minutes of this.warnings) {
      if (this.remaining <= minutes * 60_000) this.warned.add(minutes);
    }
    this.timer = setInterval(() => this.#beat(), 250);
    this.#beat();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
  }

  #beat() {
    const remaining = this.remaining;
    this.tick(remaining);
    for (const minutes of this.warnings) {
      if (remaining <= minutes * 60_000 && !this.warned.has(minutes)) {
        this.warned.add(minutes);
        this.warn(minutes);
      }
    }
    if (remaining <= 0 && !this.ended) {
      this.ended = true;
      if (this.sure) this.stop();
      this.end();
    }
  }
}

export function clockText(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : String(part))).join(":");
}
