// The window of one formula: written as one sees it (MathLive) or as TeX, whichever one likes; both say the same.
import { typeset } from "/static/shell/js/math.js";
import { insertFormula } from "./surface.js";

const MATHLIVE = "/npm/mathlive";
const dialog = () => document.getElementById("formula-dialog");
const part = (name) => dialog().querySelector(`[data-part=${name}]`);
const line = () => document.getElementById("formula-tex");
let loading;
let field = null;
let unread = false;
let done = () => {};

function loadMathLive() {
  loading ??= import(`${MATHLIVE}/mathlive.min.mjs`).then(({ MathfieldElement }) => {
    MathfieldElement.fontsDirectory = `${MATHLIVE}/fonts`;
    MathfieldElement.soundsDirectory = null;
    MathfieldElement.locale = document.documentElement.lang;
    return customElements.whenDefined("math-field");
  });
  return loading;
}

async function makeField() {
  await loadMathLive();
  if (field) return;
  field = document.createElement("math-field");
  field.setAttribute("aria-label", part("field").dataset.label);
  field.mathVirtualKeyboardPolicy = matchMedia("(pointer: coarse)").matches ? "auto" : "manual";
  part("field").append(field);
  field.menuItems = [];
  field.addEventListener("input", readField);
  field.addEventListener("focusout", () => {
    if (unread) readField();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Tab") event.stopImmediatePropagation(); // Tab leaves the field, as it leaves every other
    else unread = true;
    if (event.key === "Enter") {
      event.preventDefault();
      readField();
      finish();
    }
  }, { capture: true });
}

// MathLive tells of its input some time after the key: who types fast is done before it tells.
function readField() {
  unread = false;
  line().value = field.getValue("latex");
  show();
}

// The typeset line is for TeX: the field shows itself.
function show() {
  const tex = line().value.trim();
  part("fault").textContent = "";
  part("shown").textContent = tex ? `\\(${tex}\\)` : "";
  typeset(part("shown")).catch(() => {});
}

function useTemplate(button) {
  const { before, after } = button.dataset;
  if (field && document.activeElement !== line()) {
    field.insert(`${before}#@${after.replaceAll("{}", "{#?}")}`, { focus: true });
    line().value = field.getValue("latex");
  } else {
    const { selectionStart: start, selectionEnd: end } = line();
    line().setRangeText(before + line().value.slice(start, end) + after, start, end, "end");
    line().focus();
    fieldFollows();
  }
  button.closest("details").open = false;
  show();
}

function fieldFollows() {
  field?.setValue(line().value, { silenceNotifications: true });
}

function finish() {
  const tex = line().value.trim().replaceAll("\\placeholder{}", "");
  if (!tex) {
    part("fault").textContent = part("fault").dataset.empty;
    (field ?? line()).focus();
    return;
  }
  const display = document.getElementById("formula-display").checked;
  dialog().close();
  done(tex, display);
}

export function formulaDialog(element) {
  line().addEventListener("input", () => {
    fieldFollows();
    show();
  });
  part("done").addEventListener("click", finish);
  element.addEventListener("click", (event) => {
    const button = event.target.closest("[data-before]");
    if (button) useTemplate(button);
  });
  element.addEventListener("mousedown", (event) => {
    if (event.target.closest("[data-before]")) event.preventDefault();
  });
}

/** Asks for a formula, beginning with `tex`; calls `then(tex, display)`. */
export async function askFormula(tex, display, then, { mayDisplay = true } = {}) {
  line().value = tex;
  document.getElementById("formula-display").checked = display;
  document.getElementById("formula-display").closest(".form-check").hidden = !mayDisplay;
  done = then;
  dialog().showModal();
  line().focus();
  show();
  try {
    await makeField();
    fieldFollows();
    if (dialog().open && !line().value.includes("\\ce{")) field.focus();
  } catch {
    part("field").hidden = true; // TeX remains
  }
}

export function openFormula(surface, piece) {
  askFormula(piece?.dataset.tex ?? "", Boolean(piece?.dataset.display),
    (tex, display) => insertFormula(surface, tex, display, piece));
}

/** A line of TeX with a button that opens the window. */
export function formulaLine(row) {
  const button = row.querySelector("[data-part=edit]");
  const input = row.querySelector("input");
  button.hidden = false;
  button.addEventListener("click", () => askFormula(input.value, false, (tex) => {
    input.value = tex;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    button.focus();
  }, { mayDisplay: false }));
}
