// Plays a lecture: hls.js where the browser has media sources, the browser's own HLS where it has not.
// Nothing is loaded before the viewer presses play, so a page costs a phone on a slow line only its poster.
import { bind } from "/static/shell/js/bind.js";

const HLS_TYPE = "application/vnd.apple.mpegurl";
const SKIP_SECONDS = 10;
const RETRY_MS = [1000, 2000, 4000, 8000, 15000];
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

class Player {
  constructor(figure) {
    this.figure = figure;
    this.texts = figure.dataset;
    this.video = figure.querySelector("video");
    this.message = figure.querySelector("[data-part=message]");
    this.reload = figure.querySelector("[data-part=reload]");
    this.tries = 0;
    this.recovered = false;
    this.reload.addEventListener("click", () => location.reload());
    this.figure.addEventListener("keydown", (event) => this.onKey(event));
    for (const name of ["playing", "canplay", "seeked"]) this.video.addEventListener(name, () => this.clear());
    this.video.addEventListener("waiting", () => this.say(this.texts.loading));
  }

  say(text, { reload = false } = {}) {
    this.message.querySelector("[data-part=text]").textContent = text;
    this.reload.hidden = !reload;
    this.message.hidden = false;
  }

  clear() {
    this.tries = 0;
    this.message.hidden = true;
  }

  async start() {
    const { default: Hls } = await import(this.texts.hls);
    if (Hls.isSupported()) {
      this.useHls(Hls);
    } else if (this.video.canPlayType(HLS_TYPE)) {
      this.video.addEventListener("error", () => this.say(this.texts.broken, { reload: true }), true);
    } else {
      this.say(this.texts.unsupported);
    }
  }

  useHls(Hls) {
    this.video.replaceChildren();
    this.hls = new Hls({ autoStartLoad: false, maxBufferLength: 30, backBufferLength: 60, capLevelToPlayerSize: true });
    this.hls.on(Hls.Events.ERROR, (_event, error) => this.onError(Hls, error));
    this.hls.loadSource(this.texts.source);
    this.hls.attachMedia(this.video);
    this.video.addEventListener("play", () => {
      this.say(this.texts.loading);
      this.hls.startLoad(-1);
    }, { once: true });
  }

  onError(Hls, error) {
    if (!error.fatal) return;
    const status = error.response?.code ?? 0;
    if (status === 401 || status === 403) {
      this.say(this.texts.expired, { reload: true });
    } else if (error.type === Hls.ErrorTypes.NETWORK_ERROR && this.tries < RETRY_MS.length) {
      this.say(this.texts.offline);
      setTimeout(() => this.tryAgain(error, Hls), RETRY_MS[this.tries]);
      this.tries += 1;
    } else if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !this.recovered) {
      this.recovered = true;
      this.hls.recoverMediaError();
    } else {
      this.say(this.texts.broken, { reload: true });
    }
  }

  tryAgain(error, Hls) {
    if (error.details === Hls.ErrorDetails.MANIFEST_LOAD_ERROR) this.hls.loadSource(this.texts.source);
    this.hls.startLoad(-1);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("button, summary, a")) return;
    const act = {
      k: () => (this.video.paused ? this.video.play() : this.video.pause()),
      j: () => { this.video.currentTime = Math.max(0, this.video.currentTime - SKIP_SECONDS); },
      l: () => { this.video.currentTime += SKIP_SECONDS; },
      m: () => { this.video.muted = !this.video.muted; },
      f: () => (document.fullscreenElement ? document.exitFullscreen() : this.video.requestFullscreen()),
      "<": () => this.changeSpeed(-1),
      ">": () => this.changeSpeed(1),
    }[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  }

  changeSpeed(step) {
    const at = SPEEDS.indexOf(this.video.playbackRate);
    this.video.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? 2 : at) + step))];
  }
}

bind("player", (figure) => {
  const player = new Player(figure);
  player.start().catch(() => player.say(player.texts.broken, { reload: true }));
});
