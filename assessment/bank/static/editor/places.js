// Areas and points drawn on the picture with a pointer. The numbers in the fields are what counts; this writes them.
const SVG = "http://www.w3.org/2000/svg";
const image = () => document.querySelector("#image [data-part=shown] img");

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

const numbers = (text) => (text.match(/\d+(?:[.,]\d+)?/g) ?? []).map((each) => Number(each.replace(",", ".")));

function drawn(row, kind) {
  if (kind === "points") {
    const [x, y] = ["x", "y"].map((side) => numbers(row.querySelector(`[name$=".${side}"]`).value)[0]);
    return x === undefined || y === undefined ? null : shape("circle", { cx: x, cy: y, r: 8 });
  }
  const at = numbers(row.querySelector("[name$='.coords']").value);
  const form = row.querySelector("[name$='.shape']").value;
  if (form === "rect" && at.length === 4) {
    return shape("rect", { x: Math.min(at[0], at[2]), y: Math.min(at[1], at[3]),
      width: Math.abs(at[2] - at[0]), height: Math.abs(at[3] - at[1]) });
  }
  if (form === "circle" && at.length === 3) return shape("circle", { cx: at[0], cy: at[1], r: at[2] });
  return form === "poly" && at.length > 3 ? shape("polygon", { points: at.join(" ") }) : null;
}

export function picturePlaces(fieldset) {
  const kind = fieldset.dataset.kind;
  const rows = () => [...fieldset.querySelectorAll("[data-part=place]")];
  let chosen = null;
  let start = null;
  let corners = [];

  function layer() {
    const picture = image();
    if (!picture) return null;
    let over = picture.parentElement.querySelector("svg");
    if (!over) {
      over = shape("svg", { class: "places-layer", "aria-hidden": "true" });
      picture.after(over);
      listen(over);
    }
    over.setAttribute("viewBox", `0 0 ${picture.getAttribute("width")} ${picture.getAttribute("height")}`);
    return over;
  }

  function redraw() {
    const over = layer();
    if (!over) return;
    over.replaceChildren(...rows().flatMap((row, number) => {
      const made = drawn(row, kind);
      if (!made) return [];
      made.setAttribute("class", row === chosen ? "is-chosen" : "");
      const name = document.createElementNS(SVG, "title");
      name.textContent = String(number + 1);
      made.append(name);
      return [made];
    }));
  }

  function place(event) {
    const box = image().getBoundingClientRect();
    const scale = Number(image().getAttribute("width")) / box.width;
    return [event.clientX - box.left, event.clientY - box.top].map((each) => Math.max(0, Math.round(each * scale)));
  }

  function write(values) {
    if (kind === "points") {
      ["x", "y"].forEach((side, number) => { chosen.querySelector(`[name$=".${side}"]`).value = values[number]; });
    } else {
      chosen.querySelector("[name$='.coords']").value = values.join(" ");
    }
    fieldset.dispatchEvent(new Event("input", { bubbles: true }));
    redraw();
  }

  function pull(event) {
    const [x, y] = place(event);
    const form = chosen.querySelector("[name$='.shape']").value;
    if (form === "circle") write([...start, Math.max(1, Math.round(Math.hypot(x - start[0], y - start[1])))]);
    else if (form === "rect") write([...start, x, y]);
  }

  function listen(over) {
    over.addEventListener("pointerdown", (event) => {
      if (!chosen) return;
      event.preventDefault();
      start = place(event);
      if (kind === "points") write(start);
      else if (chosen.querySelector("[name$='.shape']").value === "poly") write(corners = [...corners, ...start]);
      else over.setPointerCapture(event.pointerId);
    });
    over.addEventListener("pointermove", (event) => {
      if (chosen && start && kind === "areas" && event.buttons) pull(event);
    });
  }

  for (const button of fieldset.querySelectorAll("[data-part=draw]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      [chosen, corners, start] = [button.closest("[data-part=place]"), [], null];
      redraw();
      image()?.scrollIntoView({ block: "center" });
    });
  }
  fieldset.addEventListener("input", redraw);
  document.getElementById("image").addEventListener("input", redraw);
  redraw();
}
