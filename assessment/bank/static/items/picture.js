// Answers on a picture: areas that are pressed, or points that are set where a cross stands.
import { changed, fill, isLocked, whenWritten } from "./common.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;

export function itemAreas(root) {
  const most = Number(root.dataset.most);
  const inputs = [...root.querySelectorAll(".item__area-input")];
  root.addEventListener("click", (event) => {
    const input = event.target.closest(".item__area")?.querySelector("input");
    if (!input || event.target === input || isLocked(input)) return;
    input.focus();
    input.click();
  });
  // Of the areas that may be chosen, one more lets go of the one that was chosen longest ago.
  const chosen = [];
  root.addEventListener("change", (event) => {
    const input = event.target;
    const place = chosen.indexOf(input);
    if (place >= 0) chosen.splice(place, 1);
    if (!input.checked) return;
    chosen.push(input);
    const all = inputs.filter((each) => each.checked);
    for (const each of all) if (!chosen.includes(each)) chosen.unshift(each);
    while (most > 1 && chosen.length > most) chosen.shift().checked = false;
  }, { capture: true });
}

export function itemPoints(root) {
  const most = Number(root.dataset.most);
  const control = root.querySelector("[data-item]");
  const aim = root.querySelector("[data-part=aim]");
  const drawing = root.querySelector("[data-part=drawing]");
  const [, , width, height] = drawing.getAttribute("viewBox").split(" ").map(Number);
  const cross = { x: Math.round(width / 2), y: Math.round(height / 2) };
  const points = () => JSON.parse(control.value || "[]");
  const at = ({ x, y }) => fill(root.dataset.at, { x: Math.round((x / width) * 100), y: Math.round((y / height) * 100) });

  function keep(all) {
    control.value = JSON.stringify(all.slice(-most));
    redraw();
    changed(control);
  }

  function set(point) {
    if (!isLocked(control)) keep([...points(), { x: Math.round(point.x), y: Math.round(point.y) }]);
  }

  function draw(name, attributes, className) {
    const shape = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    shape.setAttribute("class", className);
    drawing.append(shape);
  }

  function drawCross() {
    drawing.querySelectorAll(".item__cross").forEach((each) => each.remove());
    draw("path", { d: `M${cross.x} 0V${height}M0 ${cross.y}H${width}` }, "item__cross");
  }

  function redraw() {
    drawing.replaceChildren();
    const list = root.querySelector("[data-part=points]");
    list.replaceChildren(...points().map((point, index) => {
      draw("circle", { cx: point.x, cy: point.y, r: Math.max(width, height) / 60 }, "item__point");
      return line(point, index);
    }));
    drawCross();
  }

  function line(point, index) {
    const element = document.createElement("li");
    const remove = document.createElement("button");
    const name = fill(root.dataset.point, { n: index + 1 });
    remove.type = "button";
    remove.className = "btn btn-sm btn-outline-secondary";
    remove.textContent = root.dataset.remove;
    remove.setAttribute("aria-label", `${root.dataset.remove}: ${name}`);
    remove.disabled = control.disabled;
    remove.addEventListener("click", () => {
      keep(points().filter((_each, place) => place !== index));
      aim.focus();
    });
    element.append(`${name}: ${at(point)}`, remove);
    return element;
  }

  aim.addEventListener("click", (event) => {
    if (!event.detail) return set(cross);  // pressed by a key
    const box = aim.getBoundingClientRect();
    return set({ x: ((event.clientX - box.left) / box.width) * width, y: ((event.clientY - box.top) / box.height) * height });
  });
  aim.addEventListener("keydown", (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    const step = event.shiftKey ? 1 : Math.max(1, Math.max(width, height) * STEP);
    cross.x = Math.round(Math.min(width, Math.max(0, cross.x + dx * step)));
    cross.y = Math.round(Math.min(height, Math.max(0, cross.y + dy * step)));
    drawCross();
    root.querySelector("[data-part=said]").textContent = at(cross);
  });
  whenWritten(root, redraw);
  redraw();
}
