// A spoken answer: record, listen, record again. It is sent as soon as it is stopped.
import { changed, fill, whenWritten } from "./common.js";
import { ask, send, tell } from "./files.js";

const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"], ["audio/webm", "webm"]];
const BITS_PER_SECOND = 48_000;

function clock(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

export function itemRecording(root) {
  const control = root.querySelector("[data-item]");
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const longest = Number(root.dataset.longest);
  let recorder = null;

  function show(state) {
    part("record").hidden = state === "recording";
    part("stop").hidden = state !== "recording";
    part("listen").hidden = state === "recording" || !part("listen").src;
    part("record").textContent = JSON.parse(control.value || "[]").length ? root.dataset.again : root.dataset.record;
  }

  async function begin() {
    const kind = KINDS.find(([type]) => window.MediaRecorder?.isTypeSupported(type));
    let stream;
    try {
      if (!kind) throw new Error("no recorder");
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      return tell(root, root.dataset.noMicrophone, true);
    }
    recorder = new MediaRecorder(stream, { mimeType: kind[0], audioBitsPerSecond: BITS_PER_SECOND });
    const pieces = [];
    recorder.addEventListener("dataavailable", (event) => event.data.size && pieces.push(event.data));
    recorder.addEventListener("stop", () => {
      for (const track of stream.getTracks()) track.stop();
      finish(new File(pieces, `${root.dataset.name}.${kind[1]}`, { type: kind[0].split(";")[0] }));
    });
    recorder.start(1000);
    show("recording");
    part("stop").focus();
    return tick(performance.now());
  }

  let seconds = 0;
  function tick(began) {
    if (recorder?.state !== "recording") return;
    seconds = (performance.now() - began) / 1000;
    part("said").setAttribute("aria-live", "off");
    tell(root, fill(root.dataset.recording, { time: clock(seconds), all: clock(longest) }));
    if (seconds >= longest) recorder.stop();
    else setTimeout(() => tick(began), 250);
  }

  async function finish(file) {
    part("said").setAttribute("aria-live", "polite");
    part("listen").src = URL.createObjectURL(file);
    show("done");
    part("record").focus();
    const sent = await send(root, file);
    if (!sent) return;
    control.value = JSON.stringify([sent.id]);
    tell(root, fill(root.dataset.recorded, { time: clock(seconds) }));
    changed(control);
    show("done");
  }

  async function written() {
    const ids = JSON.parse(control.value || "[]");
    const [file] = (ids.length ? await ask(root, "item:describe", { ids }).catch(() => null) : null) ?? [];
    if (file?.url && !part("listen").src) part("listen").src = file.url;
    show("done");
  }

  part("record").addEventListener("click", begin);
  part("stop").addEventListener("click", () => recorder?.stop());
  whenWritten(root, written);
  show("done");
}
