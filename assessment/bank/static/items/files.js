// Files as an answer. Where they go is not known here: whoever shows the item listens to "item:send" (one file) and
// "item:describe" (ids of files that were sent before). In a preview nobody does, and it says so.
import { changed, fill, isLocked, whenWritten } from "./common.js";

// Asks whoever listens; null where nobody does.
export function ask(root, name, detail) {
  return new Promise((resolve, reject) => {
    const event = new CustomEvent(name, { bubbles: true, cancelable: true, detail: { ...detail, resolve, reject } });
    if (root.dispatchEvent(event)) resolve(null);
  });
}

export function tell(root, text, isTrouble = false) {
  const place = root.querySelector("[data-part=said]");
  place.textContent = text;
  place.classList.toggle("is-trouble", isTrouble);
}

// Sends one file, telling how far it is; what became of it, or null.
export async function send(root, file) {
  const progress = (percent) => tell(root, fill(root.dataset.sending, { name: file.name, percent }));
  const waiting = () => tell(root, root.dataset.waiting, true);
  try {
    const sent = await ask(root, "item:send", { file, progress, waiting });
    if (!sent) tell(root, root.dataset.preview);
    return sent;
  } catch (error) {
    tell(root, fill(root.dataset.failed, { why: error.message }), true);
    return null;
  }
}

export function itemFiles(root) {
  const control = root.querySelector("[data-item]");
  const chooser = root.querySelector("input[type=file]");
  const list = root.querySelector("[data-part=sent]");
  const most = Number(root.dataset.most);
  const known = new Map();
  const ids = () => JSON.parse(control.value || "[]");

  function keep(all) {
    control.value = JSON.stringify(all);
    redraw();
    changed(control);
  }

  function fault(file) {
    const kinds = chooser.accept.split(",").filter(Boolean);
    if (ids().length >= most) return root.dataset.tooMany;
    if (file.size > Number(root.dataset.largestMb) * 1024 ** 2) return fill(root.dataset.tooLarge, file);
    const fits = !kinds.length || kinds.some((ending) => file.name.toLowerCase().endsWith(ending));
    return fits ? "" : fill(root.dataset.wrongKind, file);
  }

  async function choose() {
    for (const file of [...chooser.files]) {
      const wrong = fault(file);
      if (wrong) {
        tell(root, wrong, true);
        continue;
      }
      const sent = await send(root, file);
      if (!sent) continue;
      known.set(sent.id, sent);
      keep([...ids(), sent.id]);
      tell(root, fill(root.dataset.kept, sent));
    }
    chooser.value = "";
  }

  function line(id, index) {
    const element = document.createElement("li");
    const file = known.get(id);
    const name = file?.name ?? `${index + 1}`;
    const remove = document.createElement("button");
    const open = document.createElement("a");
    Object.assign(open, { textContent: name, href: file?.url ?? "", target: "_blank", rel: "noopener" });
    Object.assign(remove, { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: root.dataset.remove });
    remove.setAttribute("aria-label", `${root.dataset.remove}: ${name}`);
    remove.hidden = isLocked(chooser);
    remove.addEventListener("click", () => {
      keep(ids().filter((each) => each !== id));
      tell(root, fill(root.dataset.removed, { name }));
      chooser.focus();
    });
    element.append(file?.url ? open : name, remove);
    return element;
  }

  function redraw() {
    list.replaceChildren(...ids().map(line));
  }

  async function written() {
    redraw();
    const unknown = ids().filter((id) => !known.has(id));
    const found = unknown.length ? await ask(root, "item:describe", { ids: unknown }).catch(() => null) : null;
    for (const file of found ?? []) known.set(file.id, file);
    redraw();
  }

  chooser.addEventListener("change", (event) => {
    event.stopPropagation();
    choose();
  });
  whenWritten(root, written);
  written();
}
