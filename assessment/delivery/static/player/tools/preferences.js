// What the candidate chose or noted, kept in this browser under one name; where it keeps nothing, until the page closes.

export class Preferences {
  constructor(name) {
    this.name = name;
    this.values = read(name);
  }

  get(key, otherwise = null) {
    return this.values[key] ?? otherwise;
  }

  set(key, value) {
    this.values[key] = value;
    try {
      localStorage.setItem(this.name, JSON.stringify(this.values));
    } catch {
      // storage is denied or full: the choice lasts as long as the page
    }
  }
}

// The notes of one attempt; those of others, who sat at this machine before, are taken away.
export function notesOf(attempt) {
  const name = `exam-desk ${attempt}`;
  try {
    const others = Object.keys(localStorage).filter((key) => key.startsWith("exam-desk ") && key !== name);
    for (const key of others) localStorage.removeItem(key);
  } catch {
    // storage is denied: nothing of others is there
  }
  return new Preferences(name);
}

function read(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name));
    return found && typeof found === "object" ? found : {};
  } catch {
    return {};
  }
}
