// The calculator's window: signs are typed or pressed, Enter works it out, and the result can be gone on with.
import { numberText, workOut } from "./arithmetic.js";

export class Calculator {
  constructor(dialog) {
    this.line = dialog.querySelector("[data-part=line]");
    this.result = dialog.querySelector("[data-part=result]");
    this.angles = dialog.querySelector("[data-part=angles]");
    this.wrong = this.result.dataset.wrong;
    dialog.querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#workOut();
    });
    dialog.addEventListener("click", (event) => {
      const key = event.target.closest("[data-key]");
      if (key) this.#press(key.dataset.key);
    });
  }

  focus() {
    this.line.focus();
  }

  #press(key) {
    const { selectionStart: from, selectionEnd: to } = this.line;
    if (key === "clear") this.line.value = this.result.textContent = "";
    else if (key === "back") this.line.setRangeText("", from === to ? Math.max(0, from - 1) : from, to, "end");
    else if (key === "answer") this.line.setRangeText(this.last ?? "", from, to, "end");
    else this.line.setRangeText(key, from, to, "end");
  }

  #workOut() {
    if (!this.line.value.trim()) return;
    try {
      this.last = numberText(workOut(this.line.value, { degrees: this.angles.value === "degrees" }));
      this.result.textContent = `= ${this.last}`;
    } catch {
      this.result.textContent = this.wrong;
    }
  }
}
