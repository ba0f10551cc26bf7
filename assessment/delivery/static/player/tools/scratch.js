// A sheet for notes: it stays in this browser and is never handed in.

const PAUSE = 300;

export function keepScratch(area, notes) {
  let timer;
  area.value = notes.get("scratch", "");
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => notes.set("scratch", area.value), PAUSE);
  });
  addEventListener("pagehide", () => notes.set("scratch", area.value));
}
