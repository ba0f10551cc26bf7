// The writing surface: a text field of teaching text becomes what candidates will see. The field stays, hidden, and
// always holds what the surface says; it alone is sent.
import { dressFormulas, load, serialise, takeFormulas, NOTHING } from "./html.js";

const surfaces = new WeakMap();
let last = null;
let words = { surface: "", formula: "" };

export function setWords(given) {
  words = given;
}

/** The surface that was written in last: {element, field, range}. */
export function current() {
  return last && document.contains(last.element) ? last : null;
}

export function rememberSelection(surface) {
  const selection = document.getSelection();
  if (selection.rangeCount && surface.element.contains(selection.anchorNode)) {
    surface.range = selection.getRangeAt(0).cloneRange();
  }
}

export function restoreSelection(surface) {
  surface.element.focus();
  const selection = document.getSelection();
  const range = surface.range && surface.element.contains(surface.range.startContainer) ? surface.range : endOf(surface);
  selection.removeAllRanges();
  selection.addRange(range);
}

function endOf(surface) {
  const range = document.createRange();
  range.selectNodeContents(surface.element.lastElementChild ?? surface.element);
  range.collapse(false);
  return range;
}

/** Tells the field what the surface says now. */
export function keep(surface) {
  dressFormulas(surface.element, words.formula);
  const said = serialise(surface.element);
  if (surface.field.value === said) return;
  surface.field.value = said;
  surface.field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function insertHtml(surface, html) {
  restoreSelection(surface);
  document.execCommand("insertHTML", false, html);
  takeFormulas(surface.element);
  keep(surface);
  rememberSelection(surface);
}

export function insertFormula(surface, tex, display, replaced) {
  if (replaced) {
    replaced.dataset.tex = tex;
    replaced.dataset.display = display ? "1" : "";
  } else {
    replaced = insertPiece(surface, tex, display);
  }
  keep(surface);
  restoreSelectionAfter(surface, replaced);
}

// As text first, which stays in its paragraph; then the text becomes a piece.
function insertPiece(surface, tex, display) {
  const before = new Set(surface.element.querySelectorAll(".rt-formula"));
  const line = tex.replace(/\s+/g, " ");
  restoreSelection(surface);
  document.execCommand("insertText", false, display ? `\\[${line}\\]` : `\\(${line}\\)`);
  takeFormulas(surface.element);
  return [...surface.element.querySelectorAll(".rt-formula")].find((each) => !before.has(each)) ?? null;
}

function restoreSelectionAfter(surface, element) {
  surface.element.focus();
  if (!element) return;
  const selection = document.getSelection();
  const range = document.createRange();
  if (element.nextSibling?.nodeType === Node.TEXT_NODE) range.setStart(element.nextSibling, element.nextSibling.nodeValue.startsWith(NOTHING) ? 1 : 0);
  else range.setStartAfter(element);
  range.collapse(true);
  selection.removeAllRanges();
  selection.addRange(range);
}

/** The formula or picture that the caret stands at, or that is chosen. */
export function pieceAtCaret(surface, selector) {
  const { range } = surface;
  if (!range) return null;
  const inside = range.cloneContents().querySelectorAll?.(selector) ?? [];
  const own = [...surface.element.querySelectorAll(selector)];
  if (inside.length === 1) return own.find((each) => range.intersectsNode(each)) ?? null;
  const { startContainer: node, startOffset: place } = range;
  const beside = node.nodeType === Node.TEXT_NODE
    ? [node.nodeValue.slice(0, place).replaceAll(NOTHING, "") ? null : node.previousSibling,
       node.nodeValue.slice(place).replaceAll(NOTHING, "") ? null : node.nextSibling]
    : [node.childNodes[place - 1], node.childNodes[place]];
  return beside.find((each) => each instanceof Element && each.matches(selector)) ?? null;
}

function nextCell(surface, backwards) {
  const cell = document.getSelection().anchorNode?.parentElement?.closest("td, th")
    ?? document.getSelection().anchorNode?.closest?.("td, th");
  if (!cell || !surface.element.contains(cell)) return false;
  const cells = [...cell.closest("table").querySelectorAll("td, th")];
  const next = cells[cells.indexOf(cell) + (backwards ? -1 : 1)];
  if (!next) return false;
  document.getSelection().selectAllChildren(next);
  document.getSelection().collapseToEnd();
  return true;
}

export function richText(box, onKey) {
  const field = box.querySelector("textarea");
  const label = box.querySelector("label");
  const element = document.createElement("div");
  const surface = { element, field, range: null };
  element.className = `form-control rich-surface${field.classList.contains("is-invalid") ? " is-invalid" : ""}`;
  element.contentEditable = "true";
  element.id = field.id;
  field.id += "-source";
  label.id = `${element.id}-label`;
  label.removeAttribute("for");
  label.addEventListener("click", () => element.focus());
  element.dataset.rows = field.rows;
  for (const [name, value] of [["role", "textbox"], ["aria-multiline", "true"], ["aria-labelledby", label.id],
    ["aria-describedby", field.getAttribute("aria-describedby")], ["aria-invalid", field.getAttribute("aria-invalid")],
    ["aria-required", field.required ? "true" : null]]) {
    if (value) element.setAttribute(name, value);
  }
  load(element, field.dataset.html);
  field.required = false;
  const hint = box.querySelector("[data-part=hint]");
  if (hint) hint.textContent = words.surface; // about TeX: the surface has tools for it
  field.hidden = true;
  field.before(element);
  surfaces.set(element, surface);
  dressFormulas(element, words.formula);

  element.addEventListener("focus", () => {
    last = surface;
    document.execCommand("defaultParagraphSeparator", false, "p");
    document.execCommand("styleWithCSS", false, "false");
  });
  element.addEventListener("input", () => {
    if (!element.firstElementChild) document.execCommand("formatBlock", false, "p");
    keep(surface);
  });
  element.addEventListener("blur", () => {
    rememberSelection(surface);
    if (takeFormulas(element)) keep(surface);
  });
  element.addEventListener("keydown", (event) => {
    if (event.key === "Tab" && nextCell(surface, event.shiftKey)) event.preventDefault();
    else onKey(surface, event);
  });
  return surface;
}

document.addEventListener("selectionchange", () => {
  const active = document.activeElement;
  if (active && surfaces.has(active)) rememberSelection(surfaces.get(active));
});
