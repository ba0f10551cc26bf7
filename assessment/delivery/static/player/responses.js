// Between the controls of an item and its response, as the contract of the types has it; null where nothing is answered.
// Options go by their identity; where they stand on the screen says nothing.
import choices from "./responses/choices.js";
import files from "./responses/files.js";
import order from "./responses/order.js";
import picture from "./responses/picture.js";
import places from "./responses/places.js";
import typed from "./responses/typed.js";

const FAMILIES = { ...choices, ...typed, ...places, ...order, ...picture, ...files };
// A line is sent when the candidate pauses; a long text, which goes whole each time, after a longer pause.
const LINE_PAUSE = 450;
const TEXT_PAUSE = 950;

function familyOf(item) {
  return FAMILIES[item.dataset.type];
}

function controlsOf(item) {
  return [...item.querySelectorAll("[data-item]")];
}

// Milliseconds to wait after a key in this control; 0 where nothing is typed and the "change" event tells all.
export function pauseAfter(control) {
  if (control.matches("textarea[data-item]")) return TEXT_PAUSE;
  return control.matches("input[type=text][data-item]") ? LINE_PAUSE : 0;
}

export function readResponse(item) {
  return familyOf(item).read(controlsOf(item));
}

export function writeResponse(item, response) {
  familyOf(item).write(controlsOf(item), response);
  item.dispatchEvent(new CustomEvent("item:written"));
}

// An item with several statements, gaps or pairs is answered once each of them is.
export function isAnswered(item, response) {
  if (response === null || response === undefined) return false;
  return familyOf(item).isWhole?.(controlsOf(item), response) ?? true;
}
