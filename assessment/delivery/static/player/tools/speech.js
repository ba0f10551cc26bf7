// Reads a question aloud, with a voice of this device only: other voices send the text to servers elsewhere.

const SENTENCE = /\S[^]*?(?:[.!?;:]+(?=\s|$)|\n|$)/g; // a point within a number ends nothing
const SILENT = ".katex-html, svg, button, .visually-hidden, [hidden], annotation-xml, input, select, textarea";

export class Speech {
  constructor({ root, say, texts }) {
    Object.assign(this, { root, say, texts });
    this.synthesis = globalThis.speechSynthesis;
    this.synthesis?.getVoices(); // some browsers load their voices when they are first asked
    this.template = root.querySelector("template[data-part=speak]").content.firstElementChild;
    this.speaking = null;
    addEventListener("pagehide", () => this.stop());
  }

  turn(on) {
    if (on && !this.buttons) this.#addButtons();
    for (const button of this.buttons ?? []) button.hidden = !on;
    if (!on) this.stop();
  }

  // Reads the question or text in which the button stands; stops where it is being read.
  toggle(button) {
    const wasThis = this.speaking === button;
    this.stop();
    if (!wasThis) this.#read(button);
  }

  buttonOf(question) {
    return question.querySelector("[data-speak]");
  }

  stop() {
    this.synthesis?.cancel();
    this.speaking?.setAttribute("aria-pressed", "false");
    this.speaking = null;
  }

  #addButtons() {
    this.buttons = [];
    for (const place of this.root.querySelectorAll("[data-question], .stimulus:has(.stimulus__body)")) {
      const button = this.template.cloneNode(true);
      const name = place.querySelector(".item__number, .stimulus__for")?.textContent.trim();
      if (name) button.setAttribute("aria-label", `${button.textContent.trim()}: ${name}`);
      button.addEventListener("click", () => this.toggle(button));
      place.append(button);
      this.buttons.push(button);
    }
  }

  #read(button) {
    const place = button.closest("[data-question], .stimulus");
    const language = place.querySelector("[lang]")?.lang || document.documentElement.lang || "vi";
    const voice = this.synthesis?.getVoices().find(({ lang, localService }) => localService && lang.toLowerCase().startsWith(language.slice(0, 2)));
    if (!voice) return this.say(this.texts.noVoice);
    this.speaking = button;
    button.setAttribute("aria-pressed", "true");
    const sentences = readableText(place).match(SENTENCE) ?? [];
    sentences.forEach((sentence, index) => {
      const spoken = new SpeechSynthesisUtterance(sentence);
      Object.assign(spoken, { voice, lang: language === "vi" ? "vi-VN" : voice.lang });
      if (index === sentences.length - 1) spoken.onend = () => this.speaking === button && this.stop();
      this.synthesis.speak(spoken);
    });
    return undefined;
  }
}

// The words of a question, its options each in a sentence of its own; formulas in the words that came with the paper,
// else as they are written.
export function readableText(place) {
  const copy = place.cloneNode(true);
  for (const formula of copy.querySelectorAll("[role=img][aria-label]:has(.katex)")) {
    formula.replaceWith(` ${formula.getAttribute("aria-label")} `);
  }
  for (const formula of copy.querySelectorAll(".katex")) {
    formula.replaceWith(plainFormula(formula.querySelector("annotation")?.textContent ?? ""));
  }
  for (const silent of copy.querySelectorAll(SILENT)) silent.remove();
  for (const block of copy.querySelectorAll("legend, label, p, tr, li, .item__prompt")) block.append(".\n");
  return copy.textContent.replace(/\s*\n\s*/g, "\n").replace(/([.!?;:])\s*\.\n/g, "$1\n").replace(/[ \t]+/g, " ").trim();
}

function plainFormula(tex) {
  return ` ${tex.replace(/\\d?frac\{([^{}]*)\}\{([^{}]*)\}/g, "$1 / $2").replace(/\\(left|right|,|;|!|quad)/g, " ").replace(/[\\{}]/g, " ")} `;
}
