// Tables of the writing surface: a new one, and rows and columns of the one that the caret stands in.
import { insertHtml, keep, restoreSelection } from "./surface.js";

const dialog = () => document.getElementById("table-dialog");
const number = (id, most) => Math.min(most, Math.max(1, Number(document.getElementById(id).value) || 1));
let target = null;
let cell = null;

function newTable() {
  const rows = number("table-rows", 30);
  const columns = number("table-columns", 12);
  const head = document.getElementById("table-head").checked;
  const row = (tag) => `<tr>${`<${tag}><br></${tag}>`.repeat(columns)}</tr>`;
  const body = row("td").repeat(head ? rows - 1 : rows);
  return `<table>${head ? `<thead>${row("th")}</thead>` : ""}<tbody>${body}</tbody></table><p><br></p>`;
}

function emptyCell(like) {
  const made = document.createElement(like.tagName === "TH" && like.closest("thead") ? "th" : "td");
  made.append(document.createElement("br"));
  return made;
}

const ACTS = {
  row(table, place) {
    const row = document.createElement("tr");
    row.append(...[...place.parentElement.cells].map(() => emptyCell(document.createElement("td"))));
    if (place.closest("thead")) (table.tBodies[0] ?? table.createTBody()).prepend(row);
    else place.parentElement.after(row);
  },
  column(table, place) {
    const index = place.cellIndex;
    for (const row of table.rows) row.cells[Math.min(index, row.cells.length - 1)].after(emptyCell(row.cells[0]));
  },
  "drop-row"(table, place) {
    place.parentElement.remove();
    if (!table.rows.length) table.remove();
  },
  "drop-column"(table, place) {
    const index = place.cellIndex;
    for (const row of [...table.rows]) row.cells[index]?.remove();
    if (![...table.rows].some((row) => row.cells.length)) table.remove();
  },
};

export function tableDialog(element) {
  element.querySelector("[data-part=done]").addEventListener("click", () => {
    element.close();
    insertHtml(target, newTable());
  });
  element.addEventListener("click", (event) => {
    const act = event.target.closest("[data-act]")?.dataset.act;
    if (!act) return;
    ACTS[act](cell.closest("table"), cell);
    element.close();
    keep(target);
    restoreSelection(target);
  });
}

export function openTable(surface) {
  target = surface;
  const node = surface.range?.startContainer;
  cell = (node instanceof Element ? node : node?.parentElement)?.closest("td, th") ?? null;
  if (cell && !surface.element.contains(cell)) cell = null;
  dialog().querySelector("[data-part=change]").hidden = !cell;
  dialog().querySelector("[data-part=new]").hidden = Boolean(cell);
  dialog().querySelector("[data-part=done]").hidden = Boolean(cell);
  dialog().showModal();
}
