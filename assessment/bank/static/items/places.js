// A pool of answers and places for them. A place is a list; an answer of the pool can also be pressed and then its
// place, or dragged there. What may be used once only is closed in the other lists, so that arrow keys pass over it;
// taken up from the pool it leaves the place where it was.
import { changed, fill, isLocked, say, whenWritten } from "./common.js";
import { draggable } from "./drag.js";

export function itemPlaces(root) {
  const chips = [...root.querySelectorAll("[data-chip]")];
  const lists = [...root.querySelectorAll("select[data-pool]")];
  const reuse = "reuse" in root.dataset;
  let picked = null;

  const listOf = (target) => {
    const place = target?.closest("[data-place]");
    return place && root.contains(place) ? lists.find((list) => list.dataset.option === place.dataset.place) : null;
  };
  const nameOf = (chip) => chip.querySelector(".item__text").textContent.trim();

  function closeUsed() {
    for (const list of lists) {
      const elsewhere = new Set(lists.filter((other) => other !== list).map((other) => other.value));
      for (const option of list.options) option.disabled = Boolean(option.value) && elsewhere.has(option.value);
    }
  }

  function redraw() {
    if (!reuse) closeUsed();
    const used = new Set(lists.map((list) => list.value));
    for (const chip of chips) {
      const isUsed = used.has(chip.dataset.chip);
      chip.classList.toggle("is-used", isUsed);
      chip.querySelector("[data-part=used]").textContent = isUsed ? `(${root.dataset.used})` : "";
    }
    for (const marker of root.querySelectorAll("[data-marker]")) {
      marker.classList.toggle("is-filled", Boolean(listOf(marker)?.value));
    }
  }

  function pick(chip) {
    picked = picked === chip ? null : chip;
    root.classList.toggle("is-picking", Boolean(picked));
    for (const each of chips) each.setAttribute("aria-pressed", String(each === picked));
    if (picked) say(root, fill(root.dataset.picked, { text: nameOf(picked) }));
  }

  function put(list, chip) {
    if (!list || isLocked(list)) return;
    for (const other of lists) {
      if (!reuse && other.value === chip.dataset.chip) other.value = "";
    }
    list.value = chip.dataset.chip;
    say(root, fill(root.dataset.put, { text: nameOf(chip) }));
    if (picked) pick(picked);
    changed(list);
  }

  root.addEventListener("change", (event) => {
    if (lists.includes(event.target)) redraw();
  }, { capture: true });

  root.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-chip]");
    if (chip) return pick(chip);
    const list = listOf(event.target);
    if (list && picked) put(list, picked);
    else if (list && event.target.closest("[data-marker]")) list.focus();
    return undefined;
  });
  root.addEventListener("mousedown", (event) => {
    if (picked && listOf(event.target)) event.preventDefault();
  });
  root.addEventListener("keydown", (event) => {
    if (!picked) return;
    if (event.key === "Escape") pick(picked);
    else if ((event.key === "Enter" || event.key === " ") && lists.includes(event.target)) {
      event.preventDefault();
      put(event.target, picked);
    }
  });
  for (const chip of chips) {
    const unmark = () => root.querySelectorAll(".is-over").forEach((each) => each.classList.remove("is-over"));
    draggable(chip, {
      start: () => (isLocked(chip) ? null : chip),
      over(target) {
        unmark();
        if (listOf(target)) target.closest("[data-place]").classList.add("is-over");
      },
      drop: (target) => put(listOf(target), chip),
      end: unmark,
    });
  }
  whenWritten(root, redraw);
  redraw();
}
