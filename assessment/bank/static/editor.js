// The item editor: formula buttons, and a preview that follows what is typed. The server makes the preview,
// so it shows exactly what will be stored and what a candidate will see.
import { bind } from "/static/shell/js/bind.js";
import { csrfToken } from "/static/shell/js/http.js";

const PAUSE = 350;
const OPENERS = /\\\(|\\\[/g;
const CLOSERS = /\\\)|\\\]/g;
let lastField = null;

function insideFormula(text, position) {
  const before = text.slice(0, position);
  return (before.match(OPENERS) ?? []).length > (before.match(CLOSERS) ?? []).length;
}

function insertFormula(field, before, after) {
  const { selectionStart: start, selectionEnd: end, value } = field;
  const inside = insideFormula(value, start);
  const opening = (inside ? "" : "\\(") + before;
  const closing = after + (inside ? "" : "\\)");
  const chosen = value.slice(start, end);
  field.setRangeText(opening + chosen + closing, start, end, "end");
  const caret = start + opening.length + chosen.length;
  const slot = chosen ? closing.indexOf("{}") : -1;
  field.focus();
  field.setSelectionRange(...(slot < 0 ? [caret, caret] : [caret + slot + 1, caret + slot + 1]));
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function formulaBar(bar) {
  const form = bar.closest("form");
  bar.hidden = false;
  form.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLTextAreaElement) lastField = event.target;
  });
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-before]");
    if (!button) return;
    const field = lastField ?? form.querySelector("textarea");
    button.closest("details").open = false;
    insertFormula(field, button.dataset.before, button.dataset.after);
  });
}

function itemEditor(editor) {
  const form = editor.querySelector("form");
  const preview = editor.querySelector("[data-part=preview]");
  const status = editor.querySelector("[data-part=status]");
  let timer = 0;
  let running = null;

  async function update() {
    running?.abort();
    running = new AbortController();
    try {
      const response = await fetch(editor.dataset.previewUrl, {
        method: "POST", body: new FormData(form), headers: { "X-CSRFToken": csrfToken() }, signal: running.signal,
      });
      if (!response.ok) throw new Error(String(response.status));
      const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
      preview.replaceChildren(...parsed.body.childNodes);
      status.textContent = status.dataset.updated;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = status.dataset.failed;
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    status.textContent = "";
    timer = setTimeout(update, PAUSE);
  });
}

// Topics and outcomes are those of the subject: for another subject the server is asked for its own lists.
function bankPlace(place) {
  const refresh = place.querySelector("[data-part=refresh]");
  refresh.hidden = true;
  place.querySelector("[name=subject_id]").addEventListener("change", async () => {
    try {
      const sent = new FormData(refresh.form);
      sent.set("action", refresh.value);
      const response = await fetch(window.location.href, { method: "POST", body: sent });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of ["topics", "outcomes"]) {
        const old = place.querySelector(`[data-part=${part}]`);
        old.replaceChildren(...page.querySelector(`[data-part=${part}]`).childNodes);
      }
    } catch {
      refresh.hidden = false;
    }
  });
}

bind("formula-bar", formulaBar);
bind("item-editor", itemEditor);
bind("bank-place", bankPlace);
