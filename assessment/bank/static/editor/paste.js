// What is pasted or dropped. The server makes teaching text of it (formulas of Word, pictures, lists, tables) and says in
// words what it could not keep; pictures that Word names but does not carry are taken from the clipboard's files.
import { csrfToken } from "/static/shell/js/http.js";
import { insertHtml, rememberSelection } from "./surface.js";
import { bankId, mediaElement, openPicture, upload } from "./picture.js";

const HOLE = /\[\[picture-(\d+)\]\]/g;
const bar = () => document.querySelector("[data-behaviour~=rich-bar]");
const told = () => document.querySelector("[data-behaviour~=rich-told]");

function tell(...sentences) {
  told().textContent = sentences.join(" ");
}

async function fillHoles(html, waiting, files, notes) {
  if (!waiting) return html;
  const kept = [];
  for (const file of files.slice(0, waiting)) {
    try {
      kept.push(await upload(file));
    } catch (error) {
      notes.push(error.message);
      kept.push(null);
    }
  }
  if (kept.filter(Boolean).length < waiting) notes.push(bar().dataset.missing);
  return html.replace(HOLE, (_all, number) => {
    const found = kept[Number(number) - 1];
    return found ? mediaElement(found, "").outerHTML : "";
  });
}

async function readHtml(surface, html, plain, files) {
  tell(bar().dataset.pasting);
  try {
    const response = await fetch(`${bar().dataset.pasteUrl}?bank=${bankId()}`, {
      method: "POST", body: html, headers: { "Content-Type": "text/html", Accept: "application/json", "X-CSRFToken": csrfToken() },
    });
    const read = await response.json();
    if (!response.ok) throw new Error(read.detail);
    insertHtml(surface, await fillHoles(read.html, read.pictures, files, read.notes));
    markUndescribed(surface);
    tell(bar().dataset.pasted, ...read.notes);
  } catch (error) {
    insertPlain(surface, plain);
    tell(error.message || bar().dataset.failed, bar().dataset.failed);
  }
}

function markUndescribed(surface) {
  for (const image of surface.element.querySelectorAll("img[alt='']:not([data-seen])")) {
    image.dataset.seen = "1";
    image.classList.add("rt-undescribed");
    image.title = bar().dataset.undescribed;
  }
}

function insertPlain(surface, plain) {
  const holder = document.createElement("div");
  holder.append(...plain.split(/\r?\n/).flatMap((text, number) => (number ? [document.createElement("br"), text] : [text])));
  insertHtml(surface, holder.innerHTML);
}

function take(event, data) {
  const surfaceElement = event.target.closest?.(".rich-surface") ?? event.target.parentElement?.closest(".rich-surface");
  if (!surfaceElement || !data) return;
  const html = data.getData("text/html");
  const plain = data.getData("text/plain");
  const files = [...data.files].filter((file) => /^(image|audio)\//.test(file.type));
  const surface = richOf(surfaceElement);
  event.preventDefault();
  rememberSelection(surface);
  if (html) readHtml(surface, html, plain, files);
  else if (files.length) openPicture(surface, null, files[0]);
  else if (plain) insertPlain(surface, plain);
}

let richOf = () => null;

export function listenForPaste(find) {
  richOf = find;
  document.addEventListener("paste", (event) => take(event, event.clipboardData));
  document.addEventListener("drop", (event) => take(event, event.dataTransfer));
}
