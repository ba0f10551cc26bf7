// The exam player: joins the paper, the journal, the sync and the clock.
import { bind } from "/static/shell/js/bind.js";
import { Countdown } from "./clock.js";
import { watchPage } from "./evidence.js";
import { Files } from "./files.js";
import { Journal, playsOf, responsesOf } from "./journal.js";
import { Listening } from "./listening.js";
import { Notices, showMessages } from "./notices.js";
import { forgetPage, keepThisPage } from "./offline.js";
import { canMakeFile, download, makeRecoveryFile } from "./recovery.js";
import { isAnswered, pauseAfter, readResponse, writeResponse } from "./responses.js";
import { Sections } from "./sections.js";
import { openStore } from "./store.js";
import { Sync } from "./sync.js";
import { claimTab } from "./tabs.js";
import { View } from "./view.js";

const SLEPT = 4_000;
const CLOCK_KEPT = 10_000;
const JUST_NOW = 20_000;
const LONGEST_SILENCE = 24 * 3_600_000; // more only says that the clock of this device is wrong
const FIRST = "math-field, input:not([type=hidden], [hidden]), select, textarea, .item__aim";

class Player {
  constructor(root) {
    this.root = root;
    this.view = new View(root);
    this.state = JSON.parse(root.dataset.state);
    this.items = new Map([...root.querySelectorAll("fieldset.item")].map((item) => [item.dataset.item, item]));
    this.responses = new Map();
    this.notes = { flags: [], drafts: {}, read: [] };
    this.typing = new Map();
    this.over = false;
  }

  async open() {
    const page = watchPage({ url: this.root.dataset.url, token: this.root.dataset.token });
    claimTab(this.root.dataset.attempt, () => {
      page.tell("second_tab");
      this.#takenOver("other_tab");
    });
    this.store = await openStore(this.root.dataset.attempt);
    this.journal = new Journal(this.store);
    this.notes = { ...this.notes, ...await this.journal.open(this.state) };
    this.sync = new Sync({
      journal: this.journal, url: this.root.dataset.url, token: this.root.dataset.token,
      told: (name, detail) => this.#told(name, detail), sinceReceipt: this.#sinceReceipt(),
    });
    this.files = new Files({ url: this.root.dataset.url, token: this.root.dataset.token });
    this.#serveItems();
    this.#showAnswers();
    this.#serveRecordings();
    this.#startClock();
    this.#openSections();
    this.#listen();
    this.notices = new Notices({ sync: this.sync, heard: (body) => this.#heard(body) });
    if (this.store.kind === "memory") this.view.notice("no_store");
    this.root.dataset.ready = "true";
    this.behind = !this.clock.sure || Boolean(this.root.dataset.askedAt && this.store.kind === "memory");
    if (this.behind) this.#catchUp().catch(() => {});
    this.sync.now();
    keepThisPage(this.root.dataset.worker).catch(() => {});
  }

  #showAnswers() {
    for (const [id, answer] of Object.entries(this.state.answers)) this.responses.set(id, answer.response);
    for (const [id, response] of responsesOf(this.journal.pending)) this.responses.set(id, response);
    for (const [id, response] of this.responses) {
      if (this.items.has(id)) writeResponse(this.items.get(id), response);
    }
    for (const [id, draft] of Object.entries(this.notes.drafts)) {
      if (this.items.has(id)) writeResponse(this.items.get(id), draft);
      this.#changed(this.items.get(id));
    }
    for (const id of this.items.keys()) this.#showItem(id);
    this.#showCount();
    this.#showSaved();
  }

  // Recordings that may be heard so often: what the server counted, and what is still on its way there.
  #serveRecordings() {
    const counted = { ...this.state.plays };
    for (const [media, plays] of playsOf(this.journal.pending)) counted[media] = (counted[media] ?? 0) + plays;
    this.listening = new Listening({
      url: this.root.dataset.url, token: this.root.dataset.token, journal: this.journal, sync: this.sync, notes: this.notes, counted,
      record: (payload) => this.#record(payload), keep: () => this.#keepNotes(),
    });
    for (const recording of this.root.querySelectorAll("[data-media][data-plays]")) {
      const { media } = recording.dataset;
      const detail = { plays: this.listening.count(media), at: this.listening.heardTo[media] };
      recording.dispatchEvent(new CustomEvent("item:plays", { detail }));
    }
  }

  // What items ask of whoever shows them: to send a file, to say what was sent, to hear a recording.
  #serveItems() {
    const serve = (name, act) => this.root.addEventListener(name, (event) => {
      event.preventDefault();
      act(event.target.closest("fieldset.item"), event.detail).then(event.detail.resolve, event.detail.reject);
    });
    serve("item:send", (item, detail) => this.files.send(item.dataset.item, detail));
    serve("item:describe", (_item, { ids }) => this.files.describe(ids));
    serve("item:listen", (_item, detail) => this.listening.listen(detail));
    this.root.addEventListener("item:heard", (event) => this.listening.heard(event.detail));
  }

  // Whether it was recorded: nothing is any more once the test is over.
  #record(payload) {
    if (this.over) return false;
    this.journal.record({ ...payload, ms: this.sync.sinceReceipt });
    this.sync.soon();
    this.#showSaved();
    return true;
  }

  #startClock() {
    this.clock = new Countdown({
      tick: (remaining) => this.view.showTime(remaining),
      warn: (minutes) => this.view.announce(this.view.text("minutes_left", { n: minutes })),
      end: () => this.#timeIsUp(),
    });
    const { server_time: server, remaining_ms: remaining } = this.state;
    const sentAt = this.#sentAt();
    if (sentAt === null) this.clock.recall(newer(this.notes.clock, { server, remaining, at: Number(this.root.dataset.askedAt) }));
    else this.#setClock({ server, remaining, sentAt });
    this.clock.start();
  }

  // When this page was asked for, by its own clock; null where it is too old for that.
  #sentAt() {
    const askedAt = Number(this.root.dataset.askedAt); // only a page that was kept on this device has it
    if (!askedAt) return performance.getEntriesByType("navigation")[0]?.requestStart ?? 0;
    const age = Date.now() - askedAt;
    return age >= 0 && age < JUST_NOW ? performance.now() - age : null;
  }

  // A page that is opened again goes on counting from the receipt that came last.
  #sinceReceipt() {
    const sentAt = this.#sentAt();
    const known = sentAt === null ? Date.now() - (this.notes.receipt ?? Date.now())
      : performance.now() - sentAt + (this.state.since_receipt_ms ?? 0);
    return known >= 0 && known < LONGEST_SILENCE ? known : 0;
  }

  // Where the parts have rules: what the server said last, or what this page did since then without a line.
  #openSections() {
    if (!this.state.sections) return;
    this.sections = new Sections({
      view: this.view, told: this.state.sections, waits: () => this.view.paused || this.over,
      left: (paper) => this.#unanswered(paper),
      enter: (section) => {
        this.#finishTyping();
        return this.#record({ section });
      },
      keep: (known) => {
        this.notes.sections = { ...known, at: Date.now() };
        this.#keepNotes();
      },
      finish: () => this.#handIn("time_up"), ask: () => this.sync.ask().catch(() => {}), go: (id) => this.root.querySelector(`[data-mark="${id}"]`).click(),
    });
    const { sections: noted } = this.notes;
    const askedAt = Number(this.root.dataset.askedAt || Infinity);
    if (noted && (this.#entering() || noted.at > askedAt)) this.sections.hear(noted, 0, noted.at);
    else if (this.#sentAt() === null) this.sections.hear(this.state.sections, 0, askedAt);
    else this.#hearSections(this.state, this.#sentAt());
  }

  #entering() {
    return this.journal.pending.some((event) => "section" in JSON.parse(event.payload));
  }

  // What the server says of the parts is old while an entry is on its way to it.
  #hearSections({ sections }, sentAt) {
    if (this.sections && sections && !this.over && !this.#entering()) this.sections.hear(sections, sentAt);
  }

  // A page that was kept on this device is older than the server's word, as soon as that can be had.
  async #catchUp() {
    const { ok, body } = await this.sync.ask();
    this.behind = !ok;
    if (!ok || this.over || this.journal.knows(body)) return;
    this.journal.align(body);
    this.#goOnFrom(body);
    this.sync.soon();
  }

  #goOnFrom(state) {
    this.state = state;
    this.#showAnswers();
  }

  #setClock({ server, remaining, sentAt }) {
    const moved = this.clock.set(remaining, sentAt);
    if (!this.over) this.clock.start();
    if (moved) this.notices?.soon();
    if (moved && this.sections) this.sync.ask().catch(() => {}); // what was given lengthens a part too
    if (performance.now() - (this.clockKept ?? -CLOCK_KEPT) < CLOCK_KEPT) return;
    this.clockKept = performance.now();
    this.notes.receipt = Date.now() - this.sync.sinceReceipt;
    this.notes.clock = { server, remaining, at: Date.now() - (performance.now() - sentAt) };
    this.#keepNotes();
  }

  #heard({ messages, room, state, epoch_holds: holds }) {
    if (!holds) return this.#takenOver("other_device");
    if (this.behind) this.#catchUp().catch(() => {});
    if (state !== "open" && !this.over) this.#closedByServer();
    showMessages(this.view.part("messages"), messages, this.notes.read, (id) => {
      this.notes.read.push(id);
      this.#keepNotes();
    });
    return this.view.showPaused(room === "paused");
  }

  #listen() {
    this.root.addEventListener("input", (event) => this.#onInput(event));
    this.root.addEventListener("change", (event) => this.#onChange(event));
    this.root.addEventListener("click", (event) => this.#onClick(event));
    addEventListener("pagehide", () => this.#finishTyping());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
    document.addEventListener("visibilitychange", () => this.#finishTyping());
    addEventListener("beforeunload", (event) => this.#warnBeforeLeaving(event));
    this.#watchForSleep();
  }

  #onInput(event) {
    const item = event.target.closest("fieldset.item");
    const pause = pauseAfter(event.target);
    if (!item || !pause) return;
    const id = item.dataset.item;
    this.notes.drafts[id] = readResponse(item);
    this.#keepNotes();
    clearTimeout(this.typing.get(id));
    this.typing.set(id, setTimeout(() => this.#changed(item), pause));
    this.#showSaved();
  }

  #onChange(event) {
    const item = event.target.closest("fieldset.item");
    if (item) this.#changed(item);
  }

  #onClick(event) {
    const flag = event.target.closest("[data-flag]");
    if (flag) this.#toggleFlag(flag.dataset.flag);
    if (event.target.closest("[data-part=submit]")) this.#submit();
    if (event.target.closest("[data-part=notice-file]")) this.#downloadAnswers();
    const mark = event.target.closest("[data-mark]");
    if (mark) this.#goTo(event, mark.dataset.mark);
  }

  #goTo(event, id) {
    event.preventDefault();
    const item = this.items.get(id);
    item.closest("[data-question]").scrollIntoView({ block: "start" });
    const first = item.querySelector("input:checked") ?? item.querySelector(FIRST);
    first?.focus({ preventScroll: true });
    this.root.querySelector("details.player-palette")?.removeAttribute("open");
  }

  // The one place where an answer becomes an event: chained, kept here, on its way.
  #changed(item) {
    if (!item || this.over) return;
    const id = item.dataset.item;
    clearTimeout(this.typing.get(id));
    this.typing.delete(id);
    const response = readResponse(item);
    if (JSON.stringify(response) !== JSON.stringify(this.responses.get(id) ?? null)) {
      this.responses.set(id, response);
      this.#record({ item: id, response });
      this.#showItem(id);
      this.#showCount();
    }
    this.#forgetDraft(id, response);
    this.#showSaved();
  }

  // Only once the event that replaces it is kept: a page that is closed in between has one of the two.
  async #forgetDraft(id, response) {
    if (!(id in this.notes.drafts)) return;
    await this.journal.writing;
    if (this.journal.failed || JSON.stringify(this.notes.drafts[id]) !== JSON.stringify(response)) return;
    delete this.notes.drafts[id];
    this.#keepNotes();
  }

  #finishTyping() {
    for (const id of [...this.typing.keys()]) this.#changed(this.items.get(id));
    this.sync.now();
  }

  #toggleFlag(id) {
    const flags = new Set(this.notes.flags);
    if (!flags.delete(id)) flags.add(id);
    this.notes.flags = [...flags];
    this.#keepNotes();
    this.#showItem(id);
  }

  #keepNotes() {
    this.store.putNotes(this.notes).catch(() => {});
  }

  #answeredIds() {
    return [...this.items].filter(([id, item]) => isAnswered(item, this.responses.get(id))).map(([id]) => id);
  }

  // How many questions are open, on the whole paper or in a part of it.
  #unanswered(within = this.root) {
    return [...this.items].filter(([id, item]) => within.contains(item) && !isAnswered(item, this.responses.get(id))).length;
  }

  #showItem(id) {
    const item = this.items.get(id);
    this.view.showItem(id, {
      answered: isAnswered(item, this.responses.get(id)), flagged: this.notes.flags.includes(id),
    });
  }

  #showCount() {
    this.view.showCount(this.#answeredIds().length, this.items.size);
  }

  // What is typed this moment is not on the server either.
  #waiting() {
    return this.journal.pending.length + this.typing.size;
  }

  #showSaved() {
    const waiting = this.#waiting();
    if (this.sync?.offlineSince) {
      const time = this.sync.offlineSince.toLocaleTimeString("vi", { hour: "2-digit", minute: "2-digit" });
      this.view.showSaved("offline", { time, n: waiting });
    } else if (waiting) {
      this.view.showSaved(this.store.kind === "memory" || this.journal.failed ? "fragile" : "saving");
    } else {
      this.view.showSaved("saved");
    }
  }

  async #submit() {
    this.#finishTyping();
    const unanswered = this.#unanswered();
    if (await this.view.askToSubmit({ unanswered, flagged: this.notes.flags.length })) this.#handIn("handing_in");
  }

  // The page may not have heard of minutes that were given a moment ago: it asks before it hands in.
  async #timeIsUp() {
    this.#finishTyping();
    if (!this.clock.sure) return void this.view.notice("time_up_unsure", { file: this.#hasFile() });
    this.view.hold(true);
    await this.sync.askTime();
    this.view.hold(false);
    if (this.clock.ended) this.#handIn("time_up");
  }

  #handIn(why) {
    if (this.over) return;
    const unanswered = this.#unanswered();
    this.over = true;
    this.clock.stop();
    this.sections?.stop();
    this.journal.record({ submit: true, ms: this.sync.sinceReceipt, unanswered });
    this.view.lock(why);
    this.sync.now();
  }

  #told(name, detail) {
    if (name === "clock") this.#setClock({ server: detail.server_time, remaining: detail.remaining_ms, sentAt: detail.sentAt });
    if (name === "clock") this.#hearSections(detail, detail.sentAt);
    if (name === "aligned") this.#goOnFrom(detail);
    if (name === "over") this.#closedByServer();
    if (name === "taken-over") this.#takenOver("other_device");
    if (name === "signed-out") this.#signedOut();
    if (name === "rejected") this.#rejected(detail);
    this.#showSaved();
    if (this.over && !this.journal.pending.length) this.#leave();
    else if (this.over && this.sync.offlineSince && !this.left) this.view.notice("time_up_offline", { file: this.#hasFile() });
  }

  #hasFile() {
    return this.journal.pending.length > 0 && canMakeFile(this.root.dataset.recoveryKey);
  }

  async #downloadAnswers() {
    const { attempt, recoveryKey: key } = this.root.dataset;
    const text = await makeRecoveryFile({ attempt, key, events: this.journal.pending });
    download(text, `${this.root.dataset.fileName}.json`);
    this.view.announce(this.view.text("file_made"));
  }

  #closedByServer() {
    this.over = true;
    this.clock.stop();
    this.sections?.stop();
    this.view.lock("time_up");
    if (this.sync.stopped) this.#leave();
  }

  #leave() {
    if (this.left) return;
    this.left = true;
    this.sync.stop();
    const left = this.journal.pending.length ? this.journal.writing : this.journal.writing.then(() => this.store.clear());
    left.catch(() => {}).then(() => forgetPage()).finally(() => location.replace(this.root.dataset.submitted));
  }

  #takenOver(why) {
    this.over = true;
    this.left = true;
    this.sync?.stop();
    this.clock?.stop();
    this.sections?.stop();
    this.view.lock(why, { link: { href: location.href, text: "go_on_here" } });
  }

  #signedOut() {
    this.view.notice("signed_out", { file: this.#hasFile(), link: { href: location.href, text: "sign_in" } });
  }

  #rejected(event) {
    const item = this.items.get(JSON.parse(event.payload).item);
    const number = item?.querySelector(".item__number")?.textContent ?? "";
    this.view.notice("rejected", { values: { question: number } });
  }

  // The clock of a sleeping device stands still: ask the server again when the two clocks have come apart.
  #watchForSleep() {
    let apart = Date.now() - performance.now();
    setInterval(() => {
      const now = Date.now() - performance.now();
      if (Math.abs(now - apart) > SLEPT) this.sync.ask().catch(() => {});
      apart = now;
    }, 2_000);
  }

  // Only where leaving would lose something: what is kept on this device survives it.
  #warnBeforeLeaving(event) {
    const fragile = this.store.kind === "memory" || this.journal.failed;
    if (fragile && this.#waiting() && !this.left) event.preventDefault();
  }
}

function newer(one, other) {
  return one && Date.parse(one.server) >= Date.parse(other.server) ? one : other;
}

bind("exam-player", (root) => new Player(root).open());
