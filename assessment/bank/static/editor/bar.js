// The tools of the writing surface, and its keys. One bar serves every surface of the page.
import { openFormula } from "./formula.js";
import { openPicture } from "./picture.js";
import { openTable } from "./tables.js";
import { current, insertHtml, keep, pieceAtCaret, rememberSelection, restoreSelection, setWords } from "./surface.js";

const STATES = ["bold", "italic", "underline", "subscript", "superscript"];
const KEYS = { ",": "subscript", ".": "superscript" };
let bar = null;

function firstSurface() {
  return document.querySelector(".rich-surface");
}

function insertGap(surface) {
  const used = new Set([...surface.element.textContent.matchAll(/\[\[g(\d+)\]\]/g)].map((match) => Number(match[1])));
  let number = 1;
  while (used.has(number)) number += 1;
  insertHtml(surface, `[[g${number}]]`);
  document.querySelector("[data-part=gap-button]")?.click();
}

/** Does what a tool does, to the surface that was written in last. */
export function act(name) {
  if (!current()) firstSurface()?.focus();
  const surface = current();
  if (!surface) return;
  rememberSelection(surface);
  if (name === "formula") openFormula(surface, pieceAtCaret(surface, ".rt-formula"));
  else if (name === "picture") openPicture(surface, pieceAtCaret(surface, "img"));
  else if (name === "table") openTable(surface);
  else if (name === "gap") insertGap(surface);
  else {
    restoreSelection(surface);
    document.execCommand(name, false);
    keep(surface);
    rememberSelection(surface);
    showStates();
  }
}

function showStates() {
  for (const name of STATES) {
    const tool = bar?.querySelector(`[data-act=${name}]`);
    tool?.setAttribute("aria-pressed", String(document.queryCommandState(name)));
  }
}

export function onKey(surface, event) {
  const control = event.ctrlKey || event.metaKey;
  if (event.altKey && event.key === "F10") bar?.querySelector("[tabindex='0']").focus();
  else if (event.altKey && event.key === "=") act("formula");
  else if (control && KEYS[event.key]) act(KEYS[event.key]);
  else if (event.key === "Enter" && !event.shiftKey && pieceAtCaret(surface, ".rt-formula") && isChosen(surface)) act("formula");
  else return;
  event.preventDefault();
}

function isChosen(surface) {
  return surface.range && !surface.range.collapsed && !surface.range.toString().replaceAll("\u200b", "").trim();
}

export function richBar(element) {
  bar = element;
  bar.hidden = false;
  setWords(bar.dataset);
  const tools = [...bar.querySelectorAll("button")];
  bar.addEventListener("mousedown", (event) => {
    if (event.target.closest("button")) event.preventDefault();
  });
  bar.addEventListener("click", (event) => {
    const tool = event.target.closest("button");
    if (tool) act(tool.dataset.act);
  });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") (current()?.element ?? firstSurface())?.focus();
    if (!step) return;
    const place = tools.indexOf(document.activeElement);
    const next = tools[(place + step + tools.length) % tools.length];
    for (const tool of tools) tool.tabIndex = tool === next ? 0 : -1;
    next.focus();
    event.preventDefault();
  });
  document.addEventListener("selectionchange", () => {
    if (document.activeElement?.classList.contains("rich-surface")) showStates();
  });
  document.addEventListener("dblclick", (event) => {
    const piece = event.target.closest?.(".rich-surface .rt-formula, .rich-surface img");
    const surface = current();
    if (!piece || !surface?.element.contains(piece)) return;
    if (piece.matches("img")) openPicture(surface, piece);
    else openFormula(surface, piece);
  });
}
