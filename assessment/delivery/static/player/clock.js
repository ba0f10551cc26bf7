// The time that is left, by the server's word and the page's monotonic clock; the wall clock is never asked.
// Each answer of the server gives a moment that lies a little before the true end: the latest of them is best.

const RENEWED = 5_000;
const WARNINGS = [10, 5];
// The page stops so long before the server's deadline that what was written last still arrives in time.
const MARGIN = 800;

export class Countdown {
  constructor({ tick, warn, end }) {
    Object.assign(this, { tick, warn, end });
    this.endsAt = null;
    this.warned = new Set();
    this.ended = false;
  }

  // `remaining` milliseconds were left when the server answered a request that was sent at `sentAt`.
  set(remaining, sentAt) {
    const endsAt = sentAt + remaining;
    if (this.endsAt === null || endsAt > this.endsAt || endsAt < this.endsAt - RENEWED) this.endsAt = endsAt;
  }

  get remaining() {
    return Math.max(0, this.endsAt - MARGIN - performance.now());
  }

  start() {
    for (const minutes of WARNINGS) {
      if (this.remaining <= minutes * 60_000) this.warned.add(minutes);
    }
    this.timer = setInterval(() => this.#beat(), 250);
    this.#beat();
  }

  stop() {
    clearInterval(this.timer);
  }

  #beat() {
    const remaining = this.remaining;
    this.tick(remaining);
    for (const minutes of WARNINGS) {
      if (remaining <= minutes * 60_000 && !this.warned.has(minutes)) {
        this.warned.add(minutes);
        this.warn(minutes);
      }
    }
    if (remaining <= 0 && !this.ended) {
      this.ended = true;
      this.stop();
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
