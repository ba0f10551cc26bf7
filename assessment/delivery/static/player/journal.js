// The candidate's own copy of his log: it numbers and chains what he does, keeps it, and knows what the server has.
import { eventHash } from "./chain.js";

export class Journal {
  constructor(store) {
    this.store = store;
    this.events = [];
    this.base = { seq: 0, hash: "" };
    this.failed = null;
    this.writing = Promise.resolve();
  }

  // `head`: where the server's log stands, {seq, hash}.
  async open(head) {
    const { events, notes } = await this.store.load().catch(() => ({ events: [], notes: {} }));
    this.events = events.sort((one, other) => one.seq - other.seq);
    this.base = { seq: head.seq, hash: head.hash };
    if (this.events.length) {
      this.base = { seq: this.events[0].seq - 1, hash: this.events[0].prev };
      this.align(head);
    }
    return notes;
  }

  get last() {
    return this.events.at(-1) ?? this.base;
  }

  get pending() {
    return this.events.filter((event) => !event.acked);
  }

  record(payload) {
    const event = this.#chained(JSON.stringify(payload));
    this.#keep(() => this.store.putEvents([event]));
    return event;
  }

  acknowledge(acks) {
    const hashes = new Map(acks.map((ack) => [ack.seq, ack]));
    const changed = this.events.filter((event) => !event.acked && hashes.get(event.seq)?.hash === event.hash);
    for (const event of changed) {
      event.acked = true;
      event.late = hashes.get(event.seq).late;
    }
    if (changed.length) this.#keep(() => this.store.putEvents(changed));
  }

  // Whether this is the end of the copy, or lies in it.
  knows(head) {
    const known = head.seq === this.base.seq && head.hash === this.base.hash;
    return known || this.events.some((event) => event.seq === head.seq && event.hash === head.hash);
  }

  // Brings the copy in step with where the server stands: what it has is acknowledged; what it never saw is
  // chained on behind, in the order in which it was written. Where another device wrote on meanwhile, an answer that
  // it gave anew is newer than what waited here: `head.answers` has the number of each.
  align(head) {
    if (this.knows(head)) {
      for (const event of this.events) event.acked = event.seq <= head.seq;
    } else {
      const payloads = this.#stillNew(head.answers ?? {}).map((event) => event.payload);
      this.base = { seq: head.seq, hash: head.hash };
      this.events = [];
      for (const payload of payloads) this.#chained(payload);
    }
    this.#keep(() => this.store.replaceEvents(this.events));
  }

  #stillNew(answers) {
    const waiting = this.pending;
    const from = waiting[0]?.seq ?? 0;
    return waiting.filter(({ payload }) => !(answers[JSON.parse(payload).item]?.seq >= from));
  }

  // Takes out an event that the server will never accept, and chains the rest on without it.
  reject(seq) {
    const acked = this.events.filter((event) => event.acked);
    const payloads = this.pending.filter((event) => event.seq !== seq).map((event) => event.payload);
    this.events = acked;
    for (const payload of payloads) this.#chained(payload);
    this.#keep(() => this.store.replaceEvents(this.events));
  }

  #chained(payload) {
    const { seq, hash: prev } = this.last;
    const event = { seq: seq + 1, prev, payload, hash: eventHash(prev, seq + 1, payload), acked: false };
    this.events.push(event);
    return event;
  }

  #keep(write) {
    this.writing = this.writing.then(write).then(
      () => { this.failed = null; },
      (error) => { this.failed = error; },
    );
  }
}

// The newest response of each item among these events: what the page shows of them.
export function responsesOf(events) {
  const responses = new Map();
  for (const event of events) {
    const payload = JSON.parse(event.payload);
    if (payload.item) responses.set(payload.item, payload.response);
  }
  return responses;
}

// How often each recording was played in these events.
export function playsOf(events) {
  const plays = new Map();
  for (const event of events) {
    const { play } = JSON.parse(event.payload);
    if (play) plays.set(play, (plays.get(play) ?? 0) + 1);
  }
  return plays;
}
