// Sets the formulas of an element: TeX between \( \) in the line, between \[ \] on a line of its own.
// KaTeX is fetched the first time that a page really has a formula. It builds the DOM by calls, so the
// page's policy against inline style holds.

const KATEX = "/npm/katex/dist";
const FORMULA = /\\\(([\s\S]+?)\\\)|\\\[([\s\S]+?)\\\]/g;
const CHEMISTRY = /\\(?:ce|pu)\s*\{/;
const SKIPPED = "script, style, textarea, input, code, pre, .katex";
const WORDS = "data-formula-words";
const words = { read: new WeakSet() };
let loading;
let loadingChemistry;

function addToHead(tag, attributes) {
  return new Promise((resolve, reject) => {
    const element = document.createElement(tag);
    Object.assign(element, attributes, { onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

function loadKatex() {
  loading ??= Promise.all([
    addToHead("link", { rel: "stylesheet", href: `${KATEX}/katex.min.css` }),
    addToHead("script", { src: `${KATEX}/katex.min.js` }),
  ]).then(() => window.katex);
  return loading;
}

// Chemistry (\ce{}, \pu{}) is an extension of its own, fetched where a formula asks for it.
function loadChemistry() {
  loadingChemistry ??= loadKatex().then(() => addToHead("script", { src: `${KATEX}/contrib/mhchem.min.js` }));
  return loadingChemistry;
}

// KaTeX sizes a few drawings (the arrow of \vec) by a style attribute, which the policy refuses; the same text set
// through the style object is allowed. Rendering is synchronous, so the change lasts for this call only.
function withAllowedStyles(act) {
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style") this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };
  try {
    act();
  } finally {
    Element.prototype.setAttribute = setAttribute;
  }
}

// The server says what formulas are called, by language, in a table that comes with the page or a part of it.
function wordsOf(tex, language) {
  for (const table of document.querySelectorAll(`[${WORDS}]`)) {
    if (words.read.has(table)) continue;
    words.read.add(table);
    for (const [of, more] of Object.entries(JSON.parse(table.getAttribute(WORDS)))) words[of] = { ...words[of], ...more };
  }
  return words[language.slice(0, 2)]?.[tex];
}

function typesetFormula(katex, tex, displayMode, language) {
  const said = wordsOf(tex, language);
  const span = document.createElement("span");
  try {
    const options = { displayMode, throwOnError: true, trust: false, maxExpand: 200, maxSize: 20 };
    withAllowedStyles(() => katex.render(tex, span, options));
    if (said) {
      span.setAttribute("role", "img");
      span.setAttribute("aria-label", said);
    }
  } catch {
    span.className = "formula-error";
    span.textContent = tex;
  }
  return span;
}

function typesetText(katex, node) {
  const text = node.nodeValue;
  const parts = [];
  const language = node.parentElement.closest("[lang]")?.lang ?? "";
  let end = 0;
  for (const match of text.matchAll(FORMULA)) {
    parts.push(text.slice(end, match.index), typesetFormula(katex, match[1] ?? match[2], match[2] !== undefined, language));
    end = match.index + match[0].length;
  }
  if (parts.length) node.replaceWith(...parts, text.slice(end));
}

function textNodes(element) {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    if (!walker.currentNode.parentElement.closest(SKIPPED)) nodes.push(walker.currentNode);
  }
  return nodes;
}

/** Sets every formula inside `element`. Resolves when done; without a formula it fetches nothing. */
export async function typeset(element) {
  if (!/\\[([]/.test(element.textContent)) return;
  const katex = await loadKatex();
  if (CHEMISTRY.test(element.textContent)) await loadChemistry();
  element.normalize();
  for (const node of textNodes(element)) typesetText(katex, node);
}

export function typesetWhenNeeded(element) {
  typeset(element).catch(() => element.classList.add("formula-error"));
}
