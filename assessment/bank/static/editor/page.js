// The page around the fields: the live preview and its views, the draft that is kept meanwhile, and buttons that add or
// take away rows without leaving the page. The server makes each part, as it does without script.
import { csrfToken } from "/static/shell/js/http.js";

const PREVIEW_PAUSE = 350;
const KEEP_PAUSE = 1500;

function sentBy(form) {
  const sent = new FormData(form);
  for (const [name, value] of [...sent.entries()]) if (value instanceof File) sent.delete(name);
  return sent;
}

async function post(url, body, signal) {
  const response = await fetch(url, { method: "POST", body, signal, headers: { "X-CSRFToken": csrfToken() } });
  if (!response.ok) throw new Error(String(response.status));
  return response;
}

function parsed(text) {
  return new DOMParser().parseFromString(text, "text/html");
}

function livePreview(editor, form) {
  const preview = editor.querySelector("[data-part=preview]");
  const status = editor.querySelector("[data-part=status]");
  let running = null;
  return async () => {
    running?.abort();
    running = new AbortController();
    try {
      const response = await post(editor.dataset.previewUrl, sentBy(form), running.signal);
      preview.replaceChildren(...parsed(await response.text()).body.childNodes);
      status.textContent = status.dataset.updated;
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = status.dataset.failed;
    }
  };
}

function autosave(editor, form) {
  const told = editor.querySelector("[data-part=autosave]");
  return async () => {
    try {
      await post(editor.dataset.autosaveUrl, sentBy(form));
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      told.textContent = told.dataset.kept.replace("{time}", time);
    } catch {
      told.textContent = told.dataset.failed;
    }
  };
}

function later(act, pause) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, pause);
  };
}

function focusAfter(fields, action, before) {
  const same = fields.querySelector(`button[value="${CSS.escape(action)}"]`);
  const added = [...fields.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((each) => !before.has(each.name));
  const first = action.startsWith("add:") && added[0];
  const place = first ? first.closest(".rich")?.querySelector(".rich-surface") ?? first : same;
  (place ?? fields.querySelector(`button[value^="add:${CSS.escape(action.split(/[:.]/)[1] ?? "")}"]`))?.focus();
}

function structure(form) {
  form.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-structure]");
    if (!button) return;
    event.preventDefault();
    const fields = form.querySelector("[data-part=fields]");
    const before = new Set([...fields.querySelectorAll("[name]")].map((each) => each.name));
    const sent = sentBy(form);
    sent.set("action", button.value);
    const page = parsed(await (await post(window.location.href, sent)).text());
    fields.replaceChildren(...page.querySelector("[data-part=fields]").childNodes);
    form.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => focusAfter(fields, button.value, before), 0); // after the new surfaces are made
  });
}

export function itemEditor(editor) {
  const form = editor.querySelector("#item-form");
  const preview = later(livePreview(editor, form), PREVIEW_PAUSE);
  const keep = later(autosave(editor, form), KEEP_PAUSE);
  form.addEventListener("input", () => {
    preview();
    keep();
  });
  structure(form);
}

// A phone is 360 pixels wide; large print is twice the size.
export function previewViews(bar) {
  const frame = bar.parentElement.querySelector("[data-part=preview]");
  bar.hidden = false;
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const on = frame.classList.toggle(`is-${button.dataset.view}`);
    button.setAttribute("aria-pressed", String(on));
  });
}

// Topics and outcomes are those of the subject: for another subject the server is asked for its own lists.
export function bankPlace(place) {
  const refresh = place.querySelector("[data-part=refresh]");
  refresh.hidden = true;
  place.querySelector("[name=subject_id]").addEventListener("change", async () => {
    try {
      const sent = sentBy(refresh.form);
      sent.set("action", refresh.value);
      const page = parsed(await (await post(window.location.href, sent)).text());
      for (const part of ["topics", "outcomes"]) {
        const old = place.querySelector(`[data-part=${part}]`);
        old.replaceChildren(...page.querySelector(`[data-part=${part}]`).childNodes);
      }
    } catch {
      refresh.hidden = false;
    }
  });
}
