// Between stored HTML and the writing surface. In the text formulas are TeX between \( \) or \[ \]; on the surface each
// is one piece that is typeset, chosen and deleted as a whole.
import { typesetWhenNeeded } from "/static/shell/js/math.js";

const FORMULA = /\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]/g;
const SIGNATURE = /(\/items\/media\/[0-9a-f-]{36})\?t=[^"]*/g;
export const NOTHING = "\u200b"; // a place for the caret beside a formula; never stored

function formulaShell(tex, display) {
  const shell = document.createElement("span");
  shell.className = "rt-formula";
  shell.contentEditable = "false";
  shell.dataset.tex = tex;
  shell.dataset.display = display ? "1" : "";
  shell.textContent = tex;
  return shell;
}

/** Typesets every formula of the surface that is not typeset yet, and says to screen readers what it is. */
export function dressFormulas(surface, word) {
  for (const shell of surface.querySelectorAll(".rt-formula")) {
    const { tex } = shell.dataset;
    const written = shell.dataset.display ? `\\[${tex}\\]` : `\\(${tex}\\)`;
    if (shell.dataset.dressed === written) continue;
    shell.dataset.dressed = written;
    shell.setAttribute("role", "img");
    shell.setAttribute("aria-label", `${word}: ${tex}`);
    shell.textContent = written;
    typesetWhenNeeded(shell);
  }
}

/** Turns TeX that stands in the text into pieces; returns whether there was any. */
export function takeFormulas(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement?.closest(".rt-formula")) nodes.push(walker.currentNode);
  }
  let found = false;
  for (const node of nodes) {
    const parts = [];
    let end = 0;
    for (const match of node.nodeValue.matchAll(FORMULA)) {
      const shell = formulaShell((match[1] ?? match[2]).trim(), match[2] !== undefined);
      parts.push(node.nodeValue.slice(end, match.index), shell, NOTHING);
      end = match.index + match[0].length;
    }
    if (!parts.length) continue;
    node.replaceWith(...parts, node.nodeValue.slice(end));
    found = true;
  }
  return found;
}

export function parse(html) {
  const parsed = new DOMParser().parseFromString(html, "text/html").body;
  for (const mark of parsed.querySelectorAll("img[src*=javascript], script, style")) mark.remove();
  takeFormulas(parsed);
  return parsed;
}

export function load(surface, html) {
  surface.replaceChildren(...parse(html).childNodes);
  if (!surface.textContent.trim() && !surface.querySelector("img, audio")) surface.innerHTML = "<p><br></p>";
  for (const child of [...surface.childNodes]) {
    if (child.nodeType !== Node.TEXT_NODE || !child.nodeValue.trim()) continue;
    return wrapLoose(surface);
  }
}

// Text that stands outside of any paragraph gets one.
function wrapLoose(surface) {
  if (![...surface.childNodes].some((each) => each.nodeType === Node.TEXT_NODE && each.nodeValue.trim())) return;
  const inline = (node) => node.nodeType === Node.TEXT_NODE
    || !/^(P|DIV|UL|OL|TABLE|FIGURE|H[3-6]|HR|BLOCKQUOTE|PRE)$/.test(node.nodeName);
  let paragraph = null;
  for (const child of [...surface.childNodes]) {
    if (!inline(child)) {
      paragraph = null;
    } else {
      if (!paragraph) {
        paragraph = document.createElement("p");
        child.before(paragraph);
      }
      paragraph.append(child);
    }
  }
}

/** What the surface says, as it is stored; empty where it says nothing. */
export function serialise(surface) {
  const copy = surface.cloneNode(true);
  for (const shell of copy.querySelectorAll(".rt-formula")) {
    const { tex, display } = shell.dataset;
    shell.replaceWith(display ? `\\[${tex}\\]` : `\\(${tex}\\)`);
  }
  for (const element of copy.querySelectorAll("[style], [class], [contenteditable]")) {
    for (const name of ["style", "class", "contenteditable"]) element.removeAttribute(name);
  }
  for (const block of copy.querySelectorAll("div")) {
    const paragraph = document.createElement("p");
    paragraph.append(...block.childNodes);
    block.replaceWith(paragraph);
  }
  copy.normalize();
  wrapLoose(copy);
  const says = copy.textContent.replaceAll(NOTHING, "").trim() || copy.querySelector("img, audio, table, hr");
  if (!says) return "";
  return copy.innerHTML.replaceAll(NOTHING, "").replaceAll("&nbsp;", " ").replace(SIGNATURE, "$1")
    .replace(/(<p>(<br>)?<\/p>)+$/, "").trim();
}
