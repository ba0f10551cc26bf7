// Strikes options out on this screen. It is no answer: a struck option can still be chosen, which brings it back.

export class Eliminator {
  constructor({ root, notes }) {
    Object.assign(this, { root, notes });
    this.struck = new Set(notes.get("struck", []));
    this.template = root.querySelector("template[data-part=strike]").content.firstElementChild;
    for (const input of root.querySelectorAll("label.item__option input[data-option]")) this.#serve(input);
  }

  turn(on) {
    this.root.dataset.eliminator = on ? "on" : "off";
  }

  #serve(input) {
    const option = input.closest("label");
    const name = `${input.dataset.item} ${input.dataset.option}`;
    const button = this.template.cloneNode(true);
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")} ${letterOf(option)}`);
    option.parentElement.classList.add("has-strikes");
    option.after(button);
    const show = () => {
      option.classList.toggle("is-struck", this.struck.has(name));
      button.setAttribute("aria-pressed", String(this.struck.has(name)));
    };
    button.addEventListener("click", () => {
      this.#set(name, !this.struck.has(name));
      show();
    });
    input.addEventListener("change", () => {
      if (input.checked) this.#set(name, false);
      show();
    });
    show();
  }

  #set(name, on) {
    if (on) this.struck.add(name);
    else this.struck.delete(name);
    this.notes.set("struck", [...this.struck]);
  }
}

function letterOf(option) {
  return option.querySelector(".item__letter").textContent.replace(".", "").trim();
}
