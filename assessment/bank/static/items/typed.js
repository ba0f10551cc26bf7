// What is typed: four cells, an essay with its words counted, a program in which Tab indents.
import { changed, fill, isLocked, whenWritten } from "./common.js";

const INDENT = "    ";

// The keyboard of many phones has no minus sign and no comma beside the digits: two keys stand beside the cells.
export function itemCells(root) {
  const input = root.querySelector("input");
  root.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]")?.dataset.key;
    if (!key || isLocked(input)) return;
    const { selectionStart: start, selectionEnd: end, value } = input;
    if (key === "-") input.value = value.startsWith("-") ? value.slice(1) : `-${value}`.slice(0, 4);
    else if (value.length - (end - start) < 4) input.setRangeText(key, start, end, "end");
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  input.addEventListener("input", () => {
    const kept = input.value.replaceAll(".", ",").replaceAll("−", "-").replace(/[^0-9,-]/g, "");
    if (kept !== input.value) input.value = kept;
  });
}

export function itemWords(root) {
  const field = root.querySelector("textarea");
  const shown = root.querySelector("[data-part=words]");
  const most = Number(root.dataset.most || Infinity);
  function count() {
    const n = field.value.trim() ? field.value.trim().split(/\s+/).length : 0;
    shown.textContent = `${fill(n > most ? root.dataset.tooMany : root.dataset.words, { n })}.`;
  }
  field.addEventListener("input", count);
  whenWritten(root, count);
  count();
}

export function itemCode(root) {
  const field = root.querySelector("textarea");
  let leaving = false;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leaving = true;
    else if (event.key === "Tab" && !leaving && !event.shiftKey && !event.ctrlKey && !event.altKey) {
      event.preventDefault();
      field.setRangeText(INDENT, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else if (event.key !== "Shift" && event.key !== "Tab") leaving = false;
  });
  field.addEventListener("blur", () => {
    leaving = false;
    changed(field);
  });
}
