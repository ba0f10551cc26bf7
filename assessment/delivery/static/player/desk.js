// The candidate's desk: how the paper is shown, and the tools that lie beside it. It answers nothing and saves nothing of
// the attempt; without it the player works all the same.
import { bind } from "/static/shell/js/bind.js";
import { chooseColours, Zoom } from "./tools/appearance.js";
import { Calculator } from "./tools/calculator.js";
import { Eliminator } from "./tools/eliminator.js";
import { serveKeys } from "./tools/keys.js";
import { LineReader } from "./tools/line_reader.js";
import { OneByOne } from "./tools/one_by_one.js";
import { Panel } from "./tools/panels.js";
import { notesOf, Preferences } from "./tools/preferences.js";
import { keepScratch } from "./tools/scratch.js";
import { Speech } from "./tools/speech.js";

class Desk {
  constructor(menu) {
    this.menu = menu;
    this.root = menu.closest(".player");
    this.preferences = new Preferences("exam-desk");
    this.notes = notesOf(this.root.dataset.attempt);
    this.pages = new OneByOne({
      root: this.root, questions: [...this.root.querySelectorAll("[data-question]")], notes: this.notes, go: (id) => this.#goTo(id),
    });
    this.zoom = new Zoom({ paper: this.root.querySelector(".player-paper"), menu, preferences: this.preferences });
    chooseColours(menu.querySelector("[data-part=colours]"), this.preferences);
    this.reader = new LineReader({ root: this.root, band: this.#part("line-reader") });
    this.eliminator = new Eliminator({ root: this.root, notes: this.notes });
    this.speech = new Speech({ root: this.root, say: (text) => this.#say(text), texts: menu.dataset });
    this.#panels();
    this.#switches();
    this.#keys();
    this.#showLate();
  }

  #part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  #goTo(id) {
    this.root.querySelector(`[data-mark="${id}"]`).click();
  }

  #say(text) {
    this.#part("desk-said").textContent = text;
  }

  // Each switch by its name: what it does, and what it stands on at first.
  #switches() {
    const turns = {
      single: (on) => this.pages.turn(on),
      reader: (on) => this.reader.turn(on),
      eliminator: (on) => this.eliminator.turn(on),
      speech: (on) => this.speech.turn(on),
      clock: (on) => { this.root.dataset.clock = on ? "hidden" : "shown"; },
    };
    for (const box of this.menu.querySelectorAll("[data-switch]")) {
      const name = box.dataset.switch;
      box.checked = this.preferences.get(name, false);
      turns[name](box.checked);
      box.addEventListener("change", () => {
        turns[name](box.checked);
        this.preferences.set(name, box.checked);
      });
    }
  }

  // By key: also said aloud, for the menu is closed.
  #toggle(name) {
    const box = this.menu.querySelector(`[data-switch="${name}"]`);
    box.click();
    this.#say(`${box.closest("label").textContent.trim()}: ${box.checked ? this.menu.dataset.on : this.menu.dataset.off}`);
  }

  #panels() {
    this.panels = {};
    for (const dialog of this.root.querySelectorAll("dialog[data-panel]")) {
      const name = dialog.dataset.panel;
      const calculator = name === "calculator" ? new Calculator(dialog) : null;
      if (name === "scratch") keepScratch(dialog.querySelector("textarea"), this.notes);
      this.panels[name] = new Panel(dialog, () => (calculator ?? dialog.querySelector("textarea") ?? dialog.querySelector("[data-part=close]")).focus());
    }
    this.menu.addEventListener("click", (event) => {
      const button = event.target.closest("[data-opens]");
      if (!button) return;
      this.menu.querySelector("summary").focus();
      this.menu.removeAttribute("open");
      this.panels[button.dataset.opens].toggle();
    });
  }

  #keys() {
    serveKeys({
      KeyN: () => this.pages.step(1),
      KeyP: () => this.pages.step(-1),
      KeyF: () => this.pages.current.querySelector("[data-flag]").click(),
      KeyO: () => this.#toggle("single"),
      KeyL: () => this.#toggle("reader"),
      KeyX: () => this.#toggle("eliminator"),
      KeyT: () => this.#toggle("clock"),
      KeyR: () => this.#readCurrent(),
      KeyC: () => this.panels.calculator?.toggle(),
      KeyS: () => this.panels.scratch?.toggle(),
      KeyH: () => this.panels.help.toggle(),
      ArrowDown: () => this.reader.move(1),
      ArrowUp: () => this.reader.move(-1),
      Equal: () => this.zoom.change(1),
      Minus: () => this.zoom.change(-1),
    });
  }

  #readCurrent() {
    if (!this.menu.querySelector("[data-switch=speech]").checked) this.#toggle("speech");
    this.speech.toggle(this.speech.buttonOf(this.pages.current));
  }

  // What came after the time, and is not counted, as the server told it when the page was made.
  #showLate() {
    const { answers } = JSON.parse(this.root.dataset.state);
    const late = Object.keys(answers).filter((id) => answers[id].late);
    for (const mark of late.flatMap((id) => [...this.root.querySelectorAll(`[data-mark="${id}"]`)])) {
      mark.classList.add("is-late");
      mark.append(this.root.querySelector("template[data-part=late]").content.cloneNode(true));
    }
    this.#part("late-legend").hidden = !late.length;
  }
}

bind("exam-desk", (menu) => new Desk(menu));
