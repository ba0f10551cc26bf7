// Puts a question right in place: the form is sent, the question comes back checked, and the page stays where it is.
import { bind } from "/static/shell/js/bind.js";

export function fixQuestions(list) {
  const said = document.getElementById("import-said");

  list.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.classList.contains("import-fix")) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    try {
      const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers: { "X-Part": "question" } });
      if (!answer.ok) throw new Error(String(answer.status));
      take(form.closest(".import-card"), await answer.text());
    } catch {
      for (const button of form.querySelectorAll("button")) button.disabled = false;
      said.textContent = list.dataset.failed;
      said.classList.remove("visually-hidden");
    }
  });

  list.addEventListener("change", (event) => {
    if (event.target.name !== "type") return;
    event.target.form.requestSubmit(event.target.form.querySelector("button[value=save]"));
  });

  function take(card, html) {
    const answer = new DOMParser().parseFromString(html, "text/html");
    const next = document.importNode(answer.querySelector(".import-card"), true);
    card.replaceWith(next);
    for (const id of ["import-summary", "import-tabs"]) {
      document.getElementById(id)?.replaceChildren(...document.importNode(answer.getElementById(id), true).childNodes);
    }
    next.focus();
    said.textContent = `${next.querySelector(".import-title").textContent}: ${next.querySelector(".badge").textContent}`;
  }
}

bind("fix-questions", fixQuestions);
