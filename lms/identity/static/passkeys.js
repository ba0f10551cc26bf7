// Asks the browser for a passkey and sends its answer with the form. Without passkeys the form stays hidden.
import { bind } from "/static/shell/js/bind.js";
import { fetchJson } from "/static/shell/js/http.js";

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(options) {
  const named = (each) => ({ ...each, id: bytes(each.id) });
  const made = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = named(options.user);
  if (options.excludeCredentials) made.excludeCredentials = options.excludeCredentials.map(named);
  if (options.allowCredentials) made.allowCredentials = options.allowCredentials.map(named);
  return made;
}

function answerOf(credential) {
  const { response } = credential;
  const told = { clientDataJSON: text(response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[part]) told[part] = text(response[part]);
  }
  if (response.getTransports) told.transports = response.getTransports();
  return JSON.stringify({
    id: credential.id, rawId: text(credential.rawId), type: credential.type, response: told,
    clientExtensionResults: credential.getClientExtensionResults(),
  });
}

async function ask(form) {
  const { ceremony, options } = await fetchJson(form.dataset.begin, { method: "POST" });
  const publicKey = withBytes(options);
  const credential = form.dataset.kind === "create"
    ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
  form.elements.ceremony.value = ceremony;
  form.elements.credential.value = answerOf(credential);
}

function reason(error, form) {
  if (error.name === "ProblemError" || error.problem) return error.message;
  return error.name === "InvalidStateError" ? form.dataset.known : form.dataset.refused;
}

bind("passkey", (form) => {
  if (!window.PublicKeyCredential) return;
  const told = form.querySelector(".passkey-error");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    told.hidden = true;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await ask(form);
      form.submit();
    } catch (error) {
      told.textContent = reason(error, form);
      told.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
});
