// Lines in an order: moved by their buttons, or dragged by the grip. The first move makes the order an answer.
import { changed, fill, isLocked, say } from "./common.js";
import { draggable } from "./drag.js";

export function itemOrder(root) {
  const list = root.querySelector(".item__lines");
  const settled = root.querySelector("[data-settled]");
  const lines = () => [...list.children];

  function settle(line) {
    settled.checked = true;
    say(root, fill(root.dataset.moved, { n: lines().indexOf(line) + 1, all: lines().length }));
    changed(settled);
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button || isLocked(settled)) return;
    const line = button.closest("[data-line]");
    const other = button.dataset.move === "1" ? line.nextElementSibling : line.previousElementSibling;
    if (!other) return;
    if (button.dataset.move === "1") other.after(line);
    else other.before(line);
    button.focus();
    settle(line);
  });

  for (const line of lines()) {
    const place = (target) => {
      const other = target?.closest("[data-line]");
      return other && other !== line && list.contains(other) ? other : null;
    };
    draggable(line.querySelector(".item__grip"), {
      start() {
        if (isLocked(settled)) return null;
        line.classList.add("is-moving");
        return line;
      },
      over(target, event) {
        const other = place(target);
        if (!other) return;
        const box = other.getBoundingClientRect();
        if (event.clientY > box.top + box.height / 2) other.after(line);
        else other.before(line);
      },
      drop: () => settle(line),
      end: () => line.classList.remove("is-moving"),
    });
  }
}
