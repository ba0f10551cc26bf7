// Follow the subject and the grade: fetch their outcomes and keep what was ticked.
import { bind } from "/static/shell/js/bind.js";

bind("outcomes", (fieldset) => {
  const form = fieldset.closest("form");
  const list = fieldset.querySelector("[data-part=list]");
  fieldset.querySelector("[data-part=refresh]").hidden = true;

  async function refresh() {
    const query = new URLSearchParams({ subject: form.elements.subject.value, grade: form.elements.grade?.value ?? "" });
    for (const box of list.querySelectorAll("input:checked")) query.append("outcomes", box.value);
    const answer = await fetch(`${fieldset.dataset.url}?${query}`, { headers: { Accept: "text/html" } });
    if (answer.ok) list.innerHTML = await answer.text();
  }

  form.elements.subject.addEventListener("change", refresh);
  form.elements.grade?.addEventListener("change", refresh);
});
