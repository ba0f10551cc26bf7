// A clear band over a dimmed page: it follows the pointer, what has the focus, and the keys.

const MARGIN = 8;

export class LineReader {
  constructor({ root, band }) {
    Object.assign(this, { root, band });
    this.top = innerHeight / 3;
    addEventListener("pointermove", (event) => this.#moveTo(event.clientY - this.band.offsetHeight / 2), { passive: true });
    root.addEventListener("focusin", (event) => {
      const { top } = (event.target.closest("label, tr") ?? event.target).getBoundingClientRect();
      this.#moveTo(top - MARGIN);
    });
  }

  turn(on) {
    this.band.hidden = !on;
    if (on) this.#moveTo(this.top);
  }

  // `lines`: down, or up where it is negative. At the edge of the window the page comes along.
  move(lines) {
    const by = lines * this.band.offsetHeight / 2;
    const wanted = this.top + by;
    if (wanted < innerHeight * 0.2 || wanted > innerHeight * 0.7) scrollBy({ top: by });
    else this.#moveTo(wanted);
  }

  #moveTo(top) {
    if (this.band.hidden) return;
    this.top = Math.min(innerHeight - this.band.offsetHeight, Math.max(0, top));
    this.band.style.top = `${this.top}px`;
  }
}
