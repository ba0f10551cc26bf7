// Dragging by mouse, pen or finger: a picture of the thing follows the pointer; what lies under it is told.

const BEGINS = 6;

// `start()` gives the element to picture, or nothing to refuse; `over(target)` and `drop(target)` get what is there.
export function draggable(handle, { start, over, drop, end = () => {} }) {
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("select, button, input, a") && event.target.closest("select, button, input, a") !== handle) return;
    const from = { x: event.clientX, y: event.clientY };
    let ghost = null;
    const stop = new AbortController();
    const options = { signal: stop.signal };

    const move = (now) => {
      if (!ghost) {
        if (Math.hypot(now.clientX - from.x, now.clientY - from.y) < BEGINS) return;
        ghost = picture(start());
        if (!ghost) return stop.abort();
      }
      ghost.style.transform = `translate(${now.clientX + 8}px, ${now.clientY + 8}px)`;
      over(document.elementFromPoint(now.clientX, now.clientY), now);
    };
    const finish = (now, dropped) => {
      stop.abort();
      if (!ghost) return;
      ghost.remove();
      if (dropped) drop(document.elementFromPoint(now.clientX, now.clientY), now);
      end();
      swallowClick(handle);
    };
    addEventListener("pointermove", move, options);
    addEventListener("pointerup", (now) => finish(now, true), options);
    addEventListener("pointercancel", (now) => finish(now, false), options);
  });
}

function picture(element) {
  if (!element) return null;
  const ghost = element.cloneNode(true);
  for (const part of [ghost, ...ghost.querySelectorAll("[id], [name]")]) {
    part.removeAttribute("id");
    part.removeAttribute("name");
  }
  ghost.classList.add("item__ghost");
  ghost.setAttribute("aria-hidden", "true");
  ghost.inert = true;
  ghost.style.width = `${element.offsetWidth}px`;
  document.body.append(ghost);
  return ghost;
}

// The click that ends a drag is none.
function swallowClick(handle) {
  const swallow = (event) => event.stopPropagation();
  handle.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => handle.removeEventListener("click", swallow, { capture: true }), 50);
}
