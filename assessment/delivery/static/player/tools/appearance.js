// How large the questions stand, and in which colours.

const SIZES = [80, 100, 125, 150, 175, 200, 250, 300];
const DARK = ["dark", "yellow"];

export class Zoom {
  constructor({ paper, menu, preferences }) {
    Object.assign(this, { paper, preferences });
    this.shown = menu.querySelector("[data-part=zoom]");
    this.buttons = [...menu.querySelectorAll("[data-zoom]")];
    for (const button of this.buttons) button.addEventListener("click", () => this.change(Number(button.dataset.zoom)));
    this.#show(preferences.get("zoom", 100));
  }

  // `steps`: +1 is one size larger.
  change(steps) {
    const at = Math.max(0, SIZES.indexOf(this.size)) + steps;
    this.#show(SIZES[Math.min(SIZES.length - 1, Math.max(0, at))]);
    this.preferences.set("zoom", this.size);
  }

  #show(size) {
    this.size = SIZES.includes(size) ? size : 100;
    this.paper.style.zoom = this.size / 100;
    this.shown.textContent = `${this.size}%`;
    for (const button of this.buttons) {
      const last = Number(button.dataset.zoom) > 0 ? SIZES.at(-1) : SIZES[0];
      button.setAttribute("aria-disabled", String(this.size === last));
    }
  }
}

export function chooseColours(select, preferences) {
  const page = document.documentElement;
  const usual = page.getAttribute("data-bs-theme");

  function show(name) {
    page.dataset.deskTheme = name;
    if (name === "usual" && usual === null) page.removeAttribute("data-bs-theme");
    else page.setAttribute("data-bs-theme", name === "usual" ? usual : DARK.includes(name) ? "dark" : "light");
  }

  const chosen = preferences.get("colours", "usual");
  if ([...select.options].some(({ value }) => value === chosen)) select.value = chosen;
  show(select.value);
  select.addEventListener("change", () => {
    preferences.set("colours", select.value);
    show(select.value);
  });
}
