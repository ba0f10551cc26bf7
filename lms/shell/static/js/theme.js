// Changes light and dark at once; the server remembers the choice for the next page.
function apply(theme) {
  if (theme === "auto") document.documentElement.removeAttribute("data-bs-theme");
  else document.documentElement.setAttribute("data-bs-theme", theme);
  document.dispatchEvent(new CustomEvent("themechange", { detail: theme }));
}

export function themeSwitch(form) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    apply(button.value);
    for (const other of form.querySelectorAll("button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    const body = new FormData(form);
    body.set("theme", button.value);
    await fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
}
