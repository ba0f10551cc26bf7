// The page before the start: fetches the sealed paper while the candidate waits, and at the start only its key.
// What it opens becomes the page of the attempt (see worker.js). Wherever something is missing - no secure line, no
// worker, a paper that does not open - the form is sent as it is, and the server shows the page.
import { bind } from "/static/shell/js/bind.js";
import { forgetPage, putPage, registerWorker } from "./offline.js";
import { bytesOf } from "./recovery.js";

const EARLY = 30 * 60_000;
const SPREAD = 60_000;
const FAR = 24 * 3_600_000; // whoever looks days before comes back
const NONCE = 12;
const WAITS = [500, 1_000, 2_000, 4_000, 8_000];
const POLICIES = ["Content-Security-Policy", "Permissions-Policy", "Referrer-Policy"];

class Waiting {
  constructor(form) {
    this.form = form;
    this.said = form.querySelector("[data-part=waiting]");
    this.forgotten = forgetPage(form.dataset.page).catch(() => {}); // of somebody who sat here before
    this.openAfter(Number(form.dataset.opensIn));
    form.addEventListener("submit", (event) => {
      if (!this.bundle) return;
      event.preventDefault();
      this.begin();
    });
  }

  // Candidates who wait together do not fetch together.
  openAfter(left) {
    if (left > FAR) return;
    const spread = Math.random() * Math.min(SPREAD, left / 2);
    setTimeout(() => this.prepare().catch(() => {}), Math.max(0, left - EARLY) + spread);
    if (left > 0) setTimeout(() => this.show(), left);
  }

  show() {
    this.form.hidden = false;
    const closed = document.querySelector("[data-waiting=closed]");
    if (closed) closed.hidden = true;
    this.form.querySelector("button").focus();
  }

  async prepare() {
    if (!globalThis.crypto?.subtle || !globalThis.caches) return;
    const { worker, page, bundle } = this.form.dataset;
    await this.forgotten;
    const registered = await registerWorker(worker, page);
    const response = registered && await fetch(bundle, { headers: { Accept: "application/octet-stream" } }).catch(() => null);
    if (!response?.ok || response.redirected) return;
    this.headers = POLICIES.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value);
    this.bundle = await response.arrayBuffer();
    this.form.dataset.ready = "true";
  }

  async begin() {
    const button = this.form.querySelector("button");
    button.disabled = true;
    const askedAt = Date.now();
    const started = await this.ask();
    if (!started) return void this.form.submit();
    try {
      await this.keep(started, askedAt);
    } catch {
      // the server has the page as well
    }
    location.assign(this.form.dataset.page);
  }

  // What the server gives at the start; null where it refuses, which the page after this one says.
  async ask() {
    const { token } = this.form.dataset;
    for (const wait of WAITS) {
      const response = await fetch(this.form.action, {
        method: "POST", body: new URLSearchParams(new FormData(this.form)), redirect: "manual",
        headers: { Accept: "application/json", ...token && { "X-Exam-Ready": token } },
      }).catch(() => null);
      if (response?.ok) return response.json();
      if (response && response.status < 500) return null;
      this.said.textContent = this.form.dataset.unreachable;
      await new Promise((resolve) => { setTimeout(resolve, wait * (0.5 + Math.random())); });
    }
    return null;
  }

  async keep({ key, form, token, state }, askedAt) {
    const opening = await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["decrypt"]);
    const text = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: this.bundle.slice(0, NONCE), additionalData: new TextEncoder().encode(form) }, opening,
      this.bundle.slice(NONCE),
    );
    const { page, files } = JSON.parse(new TextDecoder().decode(text));
    const paper = new DOMParser().parseFromString(page, "text/html");
    Object.assign(paper.querySelector("[data-behaviour=exam-player]").dataset, { token, askedAt, state: JSON.stringify(state) });
    const headers = { ...Object.fromEntries(this.headers), "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(Date.now()) };
    const parts = Object.entries(files).map(([url, { type, data }]) => [
      url, new Response(bytesOf(data), { headers: { "Content-Type": type } }),
    ]);
    await putPage(this.form.dataset.page, new Response(`<!doctype html>${paper.documentElement.outerHTML}`, { headers }), parts);
  }
}

bind("exam-waiting", (form) => new Waiting(form));
