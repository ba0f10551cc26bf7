// The parts of a paper that have rules: shows one at a time, keeps their clocks, and asks before what cannot be undone.
// To go into a part is an event like an answer; the server reckons from it, and its word on the clocks is the last.
import { Countdown, clockText } from "./clock.js";

const SHORT = 600_000;
const ASKED_LATELY = 5_000;
const LONGEST_QUESTION = 2_000;

export class Sections {
  // `told`: {current, parts: [{state, remaining_ms}]}. `waits()`: the clock of the room stands. `enter(n)` makes the
  // event and says whether it was taken; `keep(known)` notes what is known; `left(paper)` counts open questions of a part;
  // `go(id)` brings the candidate to a question; `ask()` has the server say how the parts stand; `finish()` hands in.
  constructor({ view, told, enter, keep, left, waits, finish, ask, go }) {
    Object.assign(this, { view, enter, keep, left, waits, finish, ask, go });
    this.papers = [...view.root.querySelectorAll(".paper-section")];
    this.dialog = view.part("section-dialog");
    this.rules = view.part("section").dataset.oneWay.split(",").map((each) => each === "true");
    this.current = told.current;
    this.parts = told.parts.map((part, index) => ({ ...part, lasts: part.remaining_ms, clock: null, number: index + 1 }));
    view.part("section").hidden = false;
    for (const step of view.root.querySelectorAll("[data-section-step]")) {
      step.addEventListener("click", () => this.#ask(this.#beside(Number(step.dataset.sectionStep))));
    }
  }

  // What the server said of the parts at `sentAt`; without a line `recalled`, by how far the wall clock has come since.
  hear(told, sentAt, recalled = 0) {
    const before = this.current;
    this.current = told.current;
    told.parts.forEach(({ state, remaining_ms: remaining }, index) => {
      const part = this.parts[index];
      part.state = state;
      if (state === "ahead") part.lasts = remaining;
      if (state !== "open" || remaining === null || part.clock?.ended) part.clock = void part.clock?.stop();
      if (state !== "open" || remaining === null) return;
      if (recalled) this.#clockOf(part).recall({ at: recalled, remaining });
      else this.#clockOf(part).set(remaining, sentAt);
      part.clock.start();
    });
    this.#show(before !== this.current);
    if (this.parts[this.current - 1].state === "over") this.#goOn();
  }

  stop() {
    for (const part of this.parts) part.clock?.stop();
    if (this.dialog.open) this.dialog.close();
  }

  // As the server would say it now.
  get known() {
    return { current: this.current, parts: this.parts.map(({ state, clock, lasts }) => ({
      state, remaining_ms: state === "open" && clock ? Math.round(clock.remaining) : lasts,
    })) };
  }

  #clockOf(part) {
    part.clock ??= new Countdown({
      warnings: part.lasts <= SHORT ? [5, 1] : [10, 5],
      tick: (remaining) => part.number === this.current && this.#showTime(remaining),
      warn: (n) => part.number === this.current && this.view.announce(this.view.text("part_minutes_left", { n, part: this.#name(part.number) })),
      end: () => this.#timeIsUp(part),
    });
    return part.clock;
  }

  #name(number) {
    return this.papers[number - 1].dataset.section;
  }

  // The next part that way which is not over; 0 where there is none.
  #beside(by) {
    for (let number = this.current + by; number >= 1 && number <= this.parts.length; number += by) {
      if (this.parts[number - 1].state !== "over") return number;
    }
    return 0;
  }

  async #ask(number) {
    if (!number || this.waits()) return;
    const ahead = this.parts[number - 1];
    const shuts = this.rules[this.current - 1];
    const begins = ahead.state === "ahead" && ahead.lasts !== null;
    const before = this.current;
    const open = this.left(this.papers[before - 1]);
    const sure = !(shuts || begins) || await this.view.askInto(this.dialog, {
      "section-title": this.view.text("part_go_on", { part: this.#name(number) }),
      "section-shuts": shuts && this.view.text("part_shuts", { part: this.#name(before) }),
      "section-open": shuts && open > 0 && this.view.text("part_left_open", { n: open }),
      "section-begins": begins && this.view.text("part_begins", { part: this.#name(number), n: Math.round(ahead.lasts / 60_000) }),
    });
    if (sure && this.current === before && ahead.state !== "over") this.#goInto(number);
  }

  #goInto(number) {
    const before = this.parts[this.current - 1];
    const part = this.parts[number - 1];
    if (!this.enter(number)) return;
    if (this.rules[before.number - 1]) {
      before.state = "over";
      before.clock?.stop();
    }
    this.current = number;
    if (part.state === "ahead") {
      part.state = "open";
      if (part.lasts !== null) {
        this.#clockOf(part).set(part.lasts, performance.now());
        part.clock.start();
      }
    }
    this.#show(true);
    this.view.announce(this.view.text("part_now", { part: this.#name(number) }));
    this.go(this.papers[number - 1].querySelector("[data-question]").dataset.question);
    this.papers[number - 1].querySelector("h2").focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  // A clock that is not sure ends nothing: the server's next word does.
  async #timeIsUp(part) {
    if (!part.clock.sure) return;
    if (await this.#wasGivenMore(part)) return;
    part.state = "over";
    if (part.number === this.current) this.#goOn();
    else this.#show(false);
  }

  // Whether the server, asked once, says something else of the part: it has been heard then.
  async #wasGivenMore(part) {
    if (performance.now() - (part.askedAt ?? -ASKED_LATELY) < ASKED_LATELY) return false;
    part.askedAt = performance.now();
    const { clock } = part;
    await Promise.race([this.ask(), new Promise((resolve) => setTimeout(resolve, LONGEST_QUESTION))]);
    return part.clock !== clock;
  }

  // The part that he is in is over: into the next one, or one that is open still; where there is none, that was the test.
  #goOn() {
    const over = this.#name(this.current);
    const next = this.#beside(1) || this.#beside(-1);
    if (this.dialog.open) this.dialog.close();
    if (!next) return void this.finish();
    this.#goInto(next);
    this.view.notice("part_time_up", { values: { part: over, next: this.#name(next) } });
  }

  #showTime(remaining) {
    const clock = this.view.part("section-clock");
    const text = clockText(remaining);
    if (clock.textContent !== text) clock.textContent = text;
    clock.classList.toggle("is-short", remaining <= (this.parts[this.current - 1].lasts <= SHORT ? 60_000 : 300_000));
  }

  #show(moved) {
    this.papers.forEach((paper, index) => {
      const number = index + 1;
      for (const part of [paper, ...this.view.root.querySelectorAll(`[data-palette-part="${number}"]`)]) {
        part.toggleAttribute("data-shut", number !== this.current);
      }
    });
    const part = this.parts[this.current - 1];
    this.view.part("section-name").textContent = this.view.text("part_of", { part: this.#name(this.current), all: this.parts.length });
    this.view.part("section-time").hidden = !part.clock;
    if (part.clock) this.#showTime(part.clock.remaining);
    for (const step of this.view.root.querySelectorAll("[data-section-step]")) {
      step.hidden = !this.#beside(Number(step.dataset.sectionStep));
    }
    this.view.root.querySelector(".player-end [data-part=submit]").hidden = this.#beside(1) > 0; // the bar has another
    if (moved) this.keep(this.known);
  }
}
