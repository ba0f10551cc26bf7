// Follows a room: a stream of the server's while it lasts, asked for anew when it ends; without one, by asking now and then.
import { bind } from "/static/shell/js/bind.js";

const ASK_EVERY = 15_000;
const ASK_SELDOM = 60_000; // the stream is turned off: the machines have more to do than they can
const TRY_STREAM_AGAIN = 60_000;

function replace(cell, html) {
  if (cell.dataset.shown === html) return;
  cell.dataset.shown = html;
  cell.innerHTML = html;
}

function isFillingIn() {
  return document.querySelector("details.board-act[open], details.confirm[open]") !== null;
}

function followRoom(board) {
  const counts = board.querySelector("[data-part=counts]");
  const status = board.querySelector("[data-part=status]");
  let source = null;

  function tell(text) {
    if (status.textContent !== text) status.textContent = text;
  }

  function show(room) {
    const rows = new Map([...board.querySelectorAll("[data-candidate]")].map((row) => [row.dataset.candidate, row]));
    const sameList = rows.size === Object.keys(room.rows).length && Object.keys(room.rows).every((id) => rows.has(id));
    if ((!sameList || room.state !== board.dataset.state) && !isFillingIn()) {
      location.reload();
      return;
    }
    replace(counts, room.counts);
    for (const [id, cells] of Object.entries(room.rows)) {
      rows.get(id)?.querySelectorAll("[data-live]").forEach((cell, place) => replace(cell, cells[place]));
    }
    tell(status.dataset.liveText);
  }

  async function ask() {
    try {
      const answer = await fetch(board.dataset.liveUrl, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      show(await answer.json());
    } catch {
      tell(status.dataset.cutText);
    }
  }

  function open() {
    source = new EventSource(board.dataset.stream);
    source.addEventListener("message", (event) => show(JSON.parse(event.data)));
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED) return; // it tries again by itself
      source = null;
      ask();
      setTimeout(open, TRY_STREAM_AGAIN);
    });
  }

  if (board.dataset.stream) open();
  setInterval(() => {
    if (source === null || source.readyState !== EventSource.OPEN) ask();
  }, board.dataset.stream ? ASK_EVERY : ASK_SELDOM);
}

bind("room-board", followRoom);
