// What every behaviour of an item does alike.

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

// The answer has changed by what the candidate did with a helper.
export function changed(control) {
  control.dispatchEvent(new Event("change", { bubbles: true }));
}

// Called when the answer was written into the controls from outside: an exam that is gone on with.
export function whenWritten(element, redraw) {
  element.closest("fieldset")?.addEventListener("item:written", redraw);
}

export function isLocked(element) {
  return element.matches(":disabled") || element.closest("fieldset")?.disabled === true;
}

// A live region of the element, made when something is first said.
export function say(element, text) {
  let region = element.querySelector(":scope > [data-part=live]");
  if (!region) {
    region = document.createElement("p");
    region.className = "visually-hidden";
    region.dataset.part = "live";
    region.setAttribute("role", "status");
    element.append(region);
  }
  region.textContent = text;
}
