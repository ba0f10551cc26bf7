// Keys of the desk: Alt and Shift with a letter, so that no key that types, and none of the browser's, is taken.

export function serveKeys(actions) {
  addEventListener("keydown", (event) => {
    if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey) return;
    const act = actions[event.code];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
