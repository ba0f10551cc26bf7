// Cards that lie in the group that their list names; chosen from the list, or dragged.
import { changed, isLocked, whenWritten } from "./common.js";
import { draggable } from "./drag.js";

export function itemGroups(root) {
  const groups = [...root.querySelectorAll("[data-group]")];
  const cards = [...root.querySelectorAll("[data-card]")];
  const listOf = (card) => card.querySelector("select");

  function redraw() {
    for (const card of cards) {
      const group = groups.find((each) => each.dataset.group === listOf(card).value) ?? groups[0];
      if (card.parentElement === group) continue;
      const hadFocus = document.activeElement === listOf(card);
      group.append(card);
      if (hadFocus) listOf(card).focus();
    }
  }

  root.addEventListener("change", redraw);
  for (const card of cards) {
    const unmark = () => root.querySelectorAll(".is-over").forEach((each) => each.classList.remove("is-over"));
    draggable(card, {
      start: () => (isLocked(listOf(card)) ? null : card),
      over(target) {
        unmark();
        target?.closest("[data-group]")?.classList.add("is-over");
      },
      drop(target) {
        const group = target?.closest("[data-group]");
        if (!group || !root.contains(group) || group.dataset.group === listOf(card).value) return;
        listOf(card).value = group.dataset.group;
        changed(listOf(card));
      },
      end: unmark,
    });
  }
  whenWritten(root, redraw);
  redraw();
}
