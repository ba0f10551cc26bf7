// A formula: the plain line holds the TeX and is what is read. Where the formula field arrives it takes the line's
// place and keeps it up to date; until then, and without it, the TeX is set below as it is typed.
import { typeset } from "/static/shell/js/math.js";
import { changed, isLocked, whenWritten } from "./common.js";

const MATHLIVE = "/npm/mathlive";
const SHORT_CUTS = { sqrt: "\\sqrt{#?}", pi: "\\pi", "<=": "\\le", ">=": "\\ge" };
let loading;

function loadMathLive() {
  loading ??= import(`${MATHLIVE}/mathlive.min.mjs`).then(({ MathfieldElement }) => {
    MathfieldElement.fontsDirectory = `${MATHLIVE}/fonts`;
    MathfieldElement.soundsDirectory = null;
    MathfieldElement.locale = document.documentElement.lang;
    return customElements.whenDefined("math-field");
  });
  return loading;
}

export function itemMaths(root) {
  const line = root.querySelector("input");
  const shown = root.querySelector("[data-part=shown]");
  let field = null;

  function show() {
    const tex = line.value.trim();
    shown.textContent = tex ? `\\(${tex}\\)` : "";
    typeset(shown).catch(() => {});
  }

  function redraw() {
    if (field && field.value !== line.value) field.setValue(line.value, { silenceNotifications: true });
    if (field) field.readOnly = isLocked(line);
    else show();
  }

  function takeOver() {
    field = document.createElement("math-field");
    field.setAttribute("aria-label", root.dataset.label);
    field.setAttribute("aria-describedby", line.getAttribute("aria-describedby"));
    field.mathVirtualKeyboardPolicy = matchMedia("(pointer: coarse)").matches ? "auto" : "manual";
    line.before(field);
    field.menuItems = [];
    field.inlineShortcuts = { ...field.inlineShortcuts, ...SHORT_CUTS };
    field.setValue(line.value, { silenceNotifications: true });
    field.readOnly = isLocked(line);
    field.addEventListener("input", () => {
      line.value = field.value;
      line.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("change", () => changed(line));
    field.addEventListener("keydown", (event) => {  // Tab leaves the field, as it leaves every other
      if (event.key === "Tab") event.stopImmediatePropagation();
    }, { capture: true });
    const hadFocus = document.activeElement === line;
    line.hidden = true;
    shown.hidden = true;
    root.querySelector("label").hidden = true;
    if (hadFocus) field.focus();
  }

  line.addEventListener("input", () => !field && show());
  whenWritten(root, redraw);
  show();
  if (!isLocked(line)) loadMathLive().then(takeOver, () => {});
}
