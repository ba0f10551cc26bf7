// Small windows beside the paper: opened and put away by their buttons, by Escape, and by keys of the desk.

export class Panel {
  constructor(dialog, opened = () => {}) {
    Object.assign(this, { dialog, opened });
    dialog.querySelector("[data-part=close]").addEventListener("click", () => this.close());
    dialog.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  toggle() {
    if (this.dialog.open) this.close();
    else this.open();
  }

  open() {
    this.before = document.activeElement;
    this.dialog.show();
    this.opened();
  }

  close() {
    this.dialog.close();
    const before = this.before?.checkVisibility() ? this.before : document.querySelector(".desk summary");
    before.focus();
  }
}
