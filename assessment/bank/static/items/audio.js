// A recording that may be heard so often only. Whoever shows it counts ("item:play"); the number of plays so far
// comes back by "item:plays". Without a listener, in a preview, it plays as often as one likes.
import { fill } from "./common.js";

export function limitedAudio(root) {
  const audio = root.querySelector("audio");
  const button = root.querySelector("button");
  const said = root.querySelector("[data-part=plays]");
  const most = Number(root.dataset.plays);
  let plays = 0;

  function redraw() {
    const left = Math.max(0, most - plays);
    said.textContent = left ? fill(root.dataset.left, { n: left }) : root.dataset.none;
    button.disabled = !left || !audio.paused;
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await audio.play();
    } catch {
      return redraw();
    }
    plays += 1;
    root.dispatchEvent(new CustomEvent("item:play", { bubbles: true, detail: { media: root.dataset.media } }));
    return redraw();
  });
  audio.addEventListener("ended", redraw);
  root.addEventListener("item:plays", (event) => {
    plays = event.detail.plays;
    redraw();
  });
  redraw();
}
