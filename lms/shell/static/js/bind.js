// Binds a behaviour to every element that carries data-behaviour="name", now and when it is added later.
// An element may carry several names, separated by spaces; each behaviour is bound once an element.

const behaviours = new Map();
const bound = new WeakMap();

function bindElement(element, name) {
  const names = bound.get(element) ?? new Set();
  if (names.has(name)) return;
  names.add(name);
  bound.set(element, names);
  behaviours.get(name)(element);
}

function bindWithin(root) {
  const elements = [...root.querySelectorAll("[data-behaviour]")];
  if (root instanceof Element && root.hasAttribute("data-behaviour")) elements.unshift(root);
  for (const element of elements) {
    for (const name of element.dataset.behaviour.split(/\s+/)) {
      if (behaviours.has(name)) bindElement(element, name);
    }
  }
}

export function bind(name, behaviour) {
  behaviours.set(name, behaviour);
  bindWithin(document);
}

new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) {
      if (node instanceof Element) bindWithin(node);
    }
  }
}).observe(document.documentElement, { childList: true, subtree: true });
