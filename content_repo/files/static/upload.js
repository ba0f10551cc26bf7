// Sends the chosen file in pieces (tus), shows how far it is, pauses, goes on after a break or a reload.
// When it has arrived, the form carries its id; without this script the form carries the file itself.
import { bind } from "/static/shell/js/bind.js";
import { csrfToken } from "/static/shell/js/http.js";

const CHUNK_BYTES = 8 * 1024 * 1024;
const RETRY_MS = [0, 1000, 3000, 5000, 10000, 20000, 30000];
const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte"];

async function loadTus(address) {
  if (!window.tus) await import(address);
  return window.tus;
}

function readable(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(document.documentElement.lang, {
    style: "unit", unit: SIZES[unit], maximumFractionDigits: 1,
  }).format(value);
}

class UploadField {
  constructor(field) {
    this.field = field;
    this.texts = field.dataset;
    this.input = field.querySelector("input[type=file]");
    this.form = this.input.form;
    this.running = false;
    this.submitLater = null;
    this.input.addEventListener("change", () => this.choose());
    this.part("pause").addEventListener("click", () => this.togglePause());
    this.part("cancel").addEventListener("click", () => this.cancel());
    this.form.addEventListener("submit", (event) => this.holdSubmit(event));
  }

  part(name) {
    return this.field.querySelector(`[data-part=${name}]`);
  }

  say(text) {
    this.part("said").textContent = text;
  }

  show(sent, total) {
    this.field.querySelector("progress").value = total ? (sent / total) * 100 : 100;
    this.part("note").textContent = this.texts.sending
      .replace("{done}", readable(sent)).replace("{total}", readable(total));
  }

  async choose() {
    const [file] = this.input.files;
    this.part("upload").value = "";
    this.upload = null;
    if (!file) {
      this.part("state").hidden = true;
      return;
    }
    this.part("state").hidden = false;
    this.part("name").textContent = file.name;
    this.showButtons(true);
    this.say("");
    if (file.size > Number(this.texts.maxBytes)) {
      this.input.value = "";
      this.showButtons(false);
      this.say(this.texts.tooLarge);
      return;
    }
    this.show(0, file.size);
    await this.send(file);
  }

  async send(file) {
    const tus = await loadTus(this.texts.tus);
    this.upload = new tus.Upload(file, {
      endpoint: this.texts.endpoint,
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      headers: { "X-CSRFToken": csrfToken() },
      metadata: { filename: file.name, owner_kind: this.texts.ownerKind, owner_id: this.texts.ownerId },
      fingerprint: async () => [this.texts.ownerId, file.name, file.size, file.lastModified].join("/"),
      onProgress: (sent, total) => this.show(sent, total),
      onChunkComplete: () => this.say(this.submitLater ? this.texts.thenSubmit : ""),
      onShouldRetry: (error) => this.shouldRetry(error),
      onError: (error) => this.fail(error),
      onSuccess: () => this.finish(file),
    });
    const [before] = await this.upload.findPreviousUploads();
    if (before) this.upload.resumeFromPreviousUpload(before);
    this.start();
  }

  start() {
    this.running = true;
    this.part("pause").textContent = this.texts.pause;
    this.upload.start();
  }

  shouldRetry(error) {
    const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
    const again = status === 0 || status >= 500 || status === 409 || status === 423;
    if (again) this.say(this.texts.waiting);
    return again;
  }

  async togglePause() {
    if (!this.upload) return;
    if (this.running) {
      this.running = false;
      await this.upload.abort();
      this.part("pause").textContent = this.texts.resume;
      this.say(this.texts.paused);
    } else {
      this.say("");
      this.start();
    }
  }

  async cancel() {
    const { upload } = this;
    this.upload = null;
    this.running = false;
    this.submitLater = null;
    this.input.value = "";
    this.part("upload").value = "";
    this.input.disabled = false;
    this.part("state").hidden = true;
    if (upload) await upload.abort(true).catch(() => {});
    this.input.focus();
  }

  fail(error) {
    this.running = false;
    this.submitLater = null;
    const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
    const reason = status === 401 || status === 403 ? this.texts.refused
      : status === 413 ? this.texts.tooLarge : this.texts.noAnswer;
    this.part("pause").textContent = this.texts.resume;
    this.say(this.texts.failed.replace("{reason}", reason));
  }

  finish(file) {
    this.running = false;
    this.part("upload").value = this.upload.url.split("/").pop();
    this.input.disabled = true; // the form carries the id, not the bytes again
    this.show(file.size, file.size);
    this.part("pause").hidden = true;
    this.say(this.texts.done);
    if (this.submitLater) this.form.requestSubmit(this.submitLater.submitter);
  }

  showButtons(shown) {
    this.part("pause").hidden = !shown;
    this.part("cancel").hidden = !shown;
  }

  holdSubmit(event) {
    if (!this.running) return;
    event.preventDefault();
    this.submitLater = { submitter: event.submitter };
    this.say(this.texts.thenSubmit);
  }
}

bind("upload", (field) => new UploadField(field));
