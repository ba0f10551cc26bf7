// Shows the paper whole, or one question at a time with what belongs to it: its part, its text or recording.

export class OneByOne {
  // `questions`: elements in the order of the paper. `go(id)` brings the candidate to a question.
  constructor({ root, questions, notes, go }) {
    Object.assign(this, { root, questions, notes, go });
    this.paper = root.querySelector(".player-paper");
    this.end = this.paper.querySelector(".player-end");
    this.steps = root.querySelector("template[data-part=steps]").content.cloneNode(true).firstElementChild;
    this.end.before(this.steps);
    this.steps.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step) this.step(Number(step.dataset.step));
    });
    // before the player scrolls to it
    root.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-mark]");
      if (mark) this.#choose(this.#indexOf(mark.dataset.mark));
    }, { capture: true });
    this.paper.addEventListener("focusin", (event) => {
      const question = event.target.closest("[data-question]");
      if (question) this.#choose(this.questions.indexOf(question));
    });
    this.at = Math.max(0, this.#indexOf(notes.get("question")));
    this.single = false;
  }

  get current() {
    return this.questions[this.at];
  }

  turn(single) {
    this.single = single;
    this.#show();
  }

  step(by) {
    const at = this.at + by;
    if (this.questions[at] && !this.#shut(this.questions[at])) this.go(this.questions[at].dataset.question);
  }

  #shut(question) {
    return question.closest("[data-shut]") !== null;
  }

  #indexOf(id) {
    return this.questions.findIndex((question) => question.dataset.question === id);
  }

  #choose(at) {
    if (at < 0 || at === this.at) return;
    this.at = at;
    this.notes.set("question", this.current.dataset.question);
    this.#show();
  }

  #show() {
    if (this.#shut(this.current)) this.at = Math.max(0, this.questions.findIndex((question) => !this.#shut(question)));
    const kept = this.single ? this.current : null;
    for (const part of this.paper.querySelectorAll(".paper-section, .paper-group, [data-question]")) {
      part.classList.toggle("is-aside", kept !== null && !part.contains(kept));
    }
    this.end.classList.toggle("is-aside", kept !== null && this.at < this.questions.length - 1);
    for (const mark of this.root.querySelectorAll("[data-mark]")) {
      if (kept && mark.dataset.mark === kept.dataset.question) mark.setAttribute("aria-current", "true");
      else mark.removeAttribute("aria-current");
    }
    this.steps.hidden = !this.single;
    this.steps.querySelector("[data-part=place]").textContent = `${this.at + 1}/${this.questions.length}`;
    for (const step of this.steps.querySelectorAll("[data-step]")) {
      const to = this.questions[this.at + Number(step.dataset.step)];
      step.setAttribute("aria-disabled", String(!to || this.#shut(to)));
    }
  }
}
