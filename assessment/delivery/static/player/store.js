// What the candidate wrote, kept on this device at once: IndexedDB, else localStorage, else memory.
// Every store has the same verbs: load() -> {events, notes}, putEvents(events), replaceEvents(events), putNotes(notes),
// and clear(), once the server has all of it.

const DATABASE = "lms-exam";
const OPEN_MILLISECONDS = 3000;

export async function openStore(attempt) {
  for (const open of [openIndexed, openLocal]) {
    try {
      return await open(attempt);
    } catch {
      // a browser that forbids this kind of storage; the next one is worse, but works
    }
  }
  return memoryStore();
}

function asPromise(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("events", { keyPath: ["attempt", "seq"] });
      request.result.createObjectStore("notes", { keyPath: "attempt" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new Error("IndexedDB does not open")), OPEN_MILLISECONDS);
  });
}

async function openIndexed(attempt) {
  const database = await openDatabase();
  const ofAttempt = IDBKeyRange.bound([attempt, 0], [attempt, Infinity]);

  function write(names, change) {
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(names, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
      change(transaction);
    });
  }

  return {
    kind: "indexeddb",
    async load() {
      const transaction = database.transaction(["events", "notes"]);
      const [events, notes] = await Promise.all([
        asPromise(transaction.objectStore("events").getAll(ofAttempt)),
        asPromise(transaction.objectStore("notes").get(attempt)),
      ]);
      return { events: events.map(({ attempt: _attempt, ...event }) => event), notes: notes?.value ?? {} };
    },
    putEvents: (events) => write(["events"], (transaction) => {
      for (const event of events) transaction.objectStore("events").put({ attempt, ...event });
    }),
    replaceEvents: (events) => write(["events"], (transaction) => {
      const kept = transaction.objectStore("events");
      kept.delete(ofAttempt);
      for (const event of events) kept.put({ attempt, ...event });
    }),
    putNotes: (value) => write(["notes"], (transaction) => transaction.objectStore("notes").put({ attempt, value })),
    clear: () => write(["events", "notes"], (transaction) => {
      transaction.objectStore("events").delete(ofAttempt);
      transaction.objectStore("notes").delete(attempt);
    }),
  };
}

async function openLocal(attempt) {
  const keys = { events: `${DATABASE}:${attempt}:events`, notes: `${DATABASE}:${attempt}:notes` };
  localStorage.setItem(`${DATABASE}:probe`, "1");
  localStorage.removeItem(`${DATABASE}:probe`);
  const bySeq = new Map();

  function save() {
    localStorage.setItem(keys.events, JSON.stringify([...bySeq.values()]));
  }

  return {
    kind: "localstorage",
    async load() {
      for (const event of JSON.parse(localStorage.getItem(keys.events) ?? "[]")) bySeq.set(event.seq, event);
      return { events: [...bySeq.values()], notes: JSON.parse(localStorage.getItem(keys.notes) ?? "{}") };
    },
    async putEvents(events) {
      for (const event of events) bySeq.set(event.seq, { ...event });
      save();
    },
    async replaceEvents(events) {
      bySeq.clear();
      for (const event of events) bySeq.set(event.seq, { ...event });
      save();
    },
    async putNotes(value) {
      localStorage.setItem(keys.notes, JSON.stringify(value));
    },
    async clear() {
      for (const key of Object.values(keys)) localStorage.removeItem(key);
    },
  };
}

function memoryStore() {
  return {
    kind: "memory",
    load: async () => ({ events: [], notes: {} }),
    putEvents: async () => {},
    replaceEvents: async () => {},
    putNotes: async () => {},
    clear: async () => {},
  };
}
