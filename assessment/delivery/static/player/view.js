// What the candidate sees of his work: the indicator, the list of questions, the clock, the dialogs.
import { clockText } from "./clock.js";

export class View {
  constructor(root) {
    this.root = root;
    this.texts = JSON.parse(root.dataset.texts);
    this.announcer = this.part("announcer");
    this.clock = this.part("clock");
    this.saved = this.part("saved");
    this.dialog = this.part("submit-dialog");
    this.paused = false;
  }

  part(name) {
    return this.root.querySelector(`[data-part="${name}"]`);
  }

  text(name, values = {}) {
    return this.texts[name].replace(/\{(\w+)\}/g, (_all, key) => values[key] ?? "");
  }

  announce(text) {
    this.announcer.textContent = text;
  }

  // While the room is paused the clock stands: what the server has put ahead of it is not the candidate's.
  showTime(remaining) {
    if (this.paused) return;
    const text = clockText(remaining);
    if (this.clock.textContent !== text) this.clock.textContent = text;
    this.clock.classList.toggle("is-short", remaining <= 300_000);
  }

  // `kind`: saved, saving, offline, fragile; said aloud only where it changes to or from trouble.
  showSaved(kind, values = {}) {
    const text = this.text(kind, values);
    if (this.saved.textContent !== text) this.saved.textContent = text;
    const before = this.saved.dataset.kind;
    this.saved.dataset.kind = kind;
    if (kind === before || kind === "saving") return;
    if (kind !== "saved" || this.troubled) this.announce(text);
    this.troubled = kind === "offline";
  }

  showItem(id, { answered, flagged }) {
    const state = [answered ? this.text("answered") : this.text("unanswered"), flagged ? this.text("flagged") : ""];
    for (const mark of this.root.querySelectorAll(`[data-mark="${id}"]`)) {
      mark.classList.toggle("is-answered", answered);
      mark.classList.toggle("is-flagged", flagged);
      mark.querySelector("[data-part=mark-state]").textContent = state.filter(Boolean).join(", ");
    }
    this.root.querySelector(`[data-flag="${id}"]`).setAttribute("aria-pressed", String(flagged));
  }

  showCount(answered, all) {
    for (const count of this.root.querySelectorAll("[data-part=count]")) {
      count.textContent = this.text("count", { answered, all });
    }
  }

  // Resolves to whether the candidate wants to hand in.
  askToSubmit({ unanswered, flagged }) {
    return this.askInto(this.dialog, {
      "submit-open": unanswered && this.text("left_open", { n: unanswered }),
      "submit-flagged": flagged && this.text("left_flagged", { n: flagged }),
    });
  }

  // Opens a dialog with these lines, those that are empty hidden; resolves to whether its button "submit" shut it.
  askInto(dialog, lines) {
    for (const [name, text] of Object.entries(lines)) {
      this.part(name).hidden = !text;
      this.part(name).textContent = text || "";
    }
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "submit"), { once: true });
    });
  }

  // Shuts the paper: nothing can be answered any more. `name` says why.
  lock(name, { link = false, values = {} } = {}) {
    if (this.dialog.open) this.dialog.close();
    for (const field of this.root.querySelectorAll("fieldset.item")) {
      field.disabled = true;
      field.dispatchEvent(new CustomEvent("item:written"));
    }
    for (const button of this.root.querySelectorAll("[data-flag], [data-part=submit], [data-section-step]")) button.disabled = true;
    this.notice(name, { link, values });
  }

  // For a moment nothing can be written.
  hold(held) {
    for (const item of this.root.querySelectorAll("[data-question]")) item.inert = held;
  }

  showPaused(paused) {
    this.paused = paused;
    this.part("paused").hidden = !paused;
  }

  // `file`: offer the answers that are not on the server as a file.
  notice(name, { link = false, values = {}, file = false } = {}) {
    const box = this.part("notice");
    box.hidden = false;
    this.part("notice-file").hidden = !file;
    this.part("notice-text").textContent = this.text(name, values);
    const anchor = this.part("notice-link");
    anchor.hidden = !link;
    if (link) {
      anchor.href = link.href;
      anchor.textContent = this.text(link.text);
    }
  }
}
