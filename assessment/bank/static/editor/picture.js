// The window of a picture or a sound: the file, and what it says to those who cannot see it.
import { csrfToken } from "/static/shell/js/http.js";
import { insertHtml, keep } from "./surface.js";

const dialog = () => document.getElementById("picture-dialog");
const part = (name) => dialog().querySelector(`[data-part=${name}]`);
const file = () => document.getElementById("picture-file");
const alt = () => document.getElementById("picture-alt");
const decorative = () => document.getElementById("picture-decorative");
let kept = null;
let changed = null;
let target = null;
let whenClosed = null;

/** The bank that the item or the text belongs to; pictures of a secure one are sealed. */
export function bankId() {
  return document.querySelector(".editor-form [name=bank_id]")?.value ?? dialog().dataset.bank;
}

/** Sends a file to be kept; resolves to {src, url, kind, width, height}, rejects with words for a person. */
export async function upload(sent) {
  const form = new FormData();
  form.append("file", sent, sent.name || "picture.png");
  form.append("bank_id", bankId());
  let response;
  try {
    response = await fetch(document.getElementById("picture-dialog").dataset.url, {
      method: "POST", body: form, headers: { Accept: "application/json", "X-CSRFToken": csrfToken() },
    });
  } catch {
    throw new Error(part("fault").dataset.failed);
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.detail || part("fault").dataset.failed);
  return body;
}

export function mediaElement({ url, kind, width, height }, description) {
  if (kind === "audio") return Object.assign(document.createElement("audio"), { src: url, controls: true });
  const image = document.createElement("img");
  for (const [name, value] of Object.entries({ src: url, alt: description, width, height })) image.setAttribute(name, value);
  return image;
}

function showKept() {
  part("shown").replaceChildren(...(kept ? [mediaElement(kept, "")] : []));
  part("describe").hidden = kept?.kind === "audio";
}

async function take(sent) {
  part("fault").textContent = "";
  kept = null;
  try {
    kept = await upload(sent);
  } catch (error) {
    part("fault").textContent = error.message;
    file().value = "";
  }
  showKept();
}

function finish() {
  const fault = part("fault");
  fault.textContent = "";
  const silent = kept?.kind === "audio";
  if (!kept && !changed) {
    fault.textContent = fault.dataset.file;
    file().focus();
  } else if (!silent && !alt().value.trim() && !decorative().checked) {
    fault.textContent = fault.dataset.alt;
    alt().focus();
  } else {
    const description = decorative().checked ? "" : alt().value.trim();
    const surface = target;
    dialog().close();
    if (changed) {
      changed.setAttribute("alt", description);
      changed.classList.remove("rt-undescribed");
      keep(surface);
    } else {
      insertHtml(surface, mediaElement(kept, description).outerHTML);
    }
    whenClosed?.();
  }
}

export function pictureDialog() {
  file().addEventListener("change", () => file().files[0] && take(file().files[0]));
  part("done").addEventListener("click", finish);
  dialog().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input:not([type=file])")) {
      event.preventDefault();
      finish();
    }
  });
}

/** Opens the window: for a new picture, for `piece` of the surface, or for a file that was pasted. */
export function openPicture(surface, piece = null, sent = null, then = null) {
  [target, changed, kept, whenClosed] = [surface, piece, null, then];
  file().value = "";
  part("fault").textContent = "";
  alt().value = piece?.getAttribute("alt") ?? "";
  decorative().checked = Boolean(piece) && piece.getAttribute("alt") === "" && !piece.classList.contains("rt-undescribed");
  part("choose-file").hidden = Boolean(piece || sent);
  showKept();
  if (piece) part("shown").replaceChildren(piece.cloneNode());
  dialog().showModal();
  (piece || sent ? alt() : file()).focus();
  if (sent) take(sent);
}

/** The picture that a whole question is answered on: kept as soon as it is chosen. */
export function imageField(box) {
  const input = box.querySelector("[type=file]");
  const told = box.querySelector("[data-part=told]");
  const set = (name, value) => { box.querySelector(`[name="image.${name}"]`).value = value ?? ""; };
  input.addEventListener("change", async () => {
    if (!input.files[0]) return;
    told.textContent = "";
    try {
      const found = await upload(input.files[0]);
      for (const name of ["src", "width", "height"]) set(name, found[name]);
      const shown = mediaElement(found, box.querySelector("[name='image.alt']").value || input.files[0].name);
      box.querySelector("[data-part=shown]").replaceChildren(shown);
      told.textContent = box.dataset.kept;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    } catch (error) {
      told.textContent = error.message;
    }
    input.value = "";
  });
}
