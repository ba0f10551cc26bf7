// Talks to the platform's own API: JSON in and out, the session's cookie, the CSRF token from the page.
export function csrfToken() {
  return document.querySelector("meta[name=csrf-token]").content;
}

export class ProblemError extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || String(status));
    this.status = status;
    this.problem = problem;
  }
}

export async function fetchJson(url, { method = "GET", json, headers = {}, ...rest } = {}) {
  const all = { Accept: "application/json", ...headers };
  if (method !== "GET") all["X-CSRFToken"] = csrfToken();
  if (json !== undefined) all["Content-Type"] = "application/json";
  const response = await fetch(url, {
    method, headers: all, body: json === undefined ? undefined : JSON.stringify(json), ...rest,
  });
  const body = response.status === 204 ? null : await response.json().catch(() => ({}));
  if (!response.ok) throw new ProblemError(response.status, body ?? {});
  return body;
}
