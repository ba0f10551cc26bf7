// A recording that may be heard so often only. In an exam the page has no address of it: for each play it asks whoever
// shows it ("item:listen"), who counts, and is told how far the sound was heard ("item:heard") in case it breaks off.
// What was before comes back by "item:plays". In a preview the sound has its address and plays at will.
import { fill } from "./common.js";

const BETWEEN_NOTES = 2;

export function limitedAudio(root) {
  const audio = root.querySelector("audio");
  const button = root.querySelector("button");
  const said = root.querySelector("[data-part=plays]");
  const most = Number(root.dataset.plays);
  const isPreview = audio.hasAttribute("src");
  let plays = 0;
  let heard = null; // seconds of a play that broke off
  let noted = 0;

  function redraw(text) {
    const left = Math.max(0, most - plays);
    button.textContent = heard === null ? root.dataset.listen : root.dataset.goOn;
    button.disabled = heard === null && !left;
    said.textContent = text ?? (left ? fill(root.dataset.left, { n: left }) : root.dataset.none);
  }

  // Focus stays on a button that waits, so it is not disabled.
  const isBusy = () => button.getAttribute("aria-disabled") === "true";
  function wait(text) {
    button.setAttribute("aria-disabled", "true");
    said.textContent = text;
  }
  function rest(text) {
    button.removeAttribute("aria-disabled");
    redraw(text);
  }

  function ask(name, detail) {
    return new Promise((resolve, reject) => {
      root.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: { media: root.dataset.media, ...detail, resolve, reject } }));
    });
  }

  function note(at) {
    noted = at ?? 0;
    if (!isPreview) root.dispatchEvent(new CustomEvent("item:heard", { bubbles: true, detail: { media: root.dataset.media, at } }));
  }

  async function fetchSound() {
    const { sound, plays: counted } = await ask("item:listen", { goOn: heard !== null });
    plays = counted;
    heard ??= 0;
    audio.src = URL.createObjectURL(sound);
  }

  function drop() {
    if (audio.src.startsWith("blob:")) URL.revokeObjectURL(audio.src);
    audio.removeAttribute("src");
  }

  async function listen() {
    wait(root.dataset.fetching);
    if (!audio.hasAttribute("src")) await fetchSound();
    if (isPreview) plays += 1;
    audio.currentTime = heard ?? 0;
    await audio.play();
    wait(root.dataset.playing);
  }

  button.addEventListener("click", async () => {
    if (isBusy()) return;
    try {
      await listen();
    } catch (error) {
      if (error.counted !== undefined) plays = error.counted;
      if (error.goOn !== undefined) heard = error.goOn ? heard ?? 0 : null;
      rest(error.text ?? (error.goOn === undefined && heard === null ? root.dataset.offline : root.dataset.broken));
    }
  });
  audio.addEventListener("timeupdate", () => {
    if (Math.abs(audio.currentTime - noted) >= BETWEEN_NOTES && !audio.ended) note(audio.currentTime);
  });
  audio.addEventListener("pause", () => {
    if (audio.ended) return;
    heard = isPreview ? null : audio.currentTime;
    rest(isPreview ? undefined : root.dataset.broken);
  });
  audio.addEventListener("ended", () => {
    heard = null;
    note(null);
    if (!isPreview) drop();
    rest();
  });
  root.addEventListener("item:plays", (event) => {
    plays = event.detail.plays;
    heard = event.detail.at ?? null;
    rest(heard === null ? undefined : root.dataset.broken);
  });
  redraw();
}
