// A file with the answers that the server has not got, for whoever stays without a line at the end: sealed with the key
// of this attempt (AES-GCM), so that nobody but the platform reads it and nobody else can have made or changed it.

export const KIND = "lms-recovery";

export function canMakeFile(key) {
  return Boolean(key && globalThis.crypto?.subtle);
}

export async function makeRecoveryFile({ attempt, key, events }) {
  const kept = events.map(({ seq, prev, payload }) => ({ seq, prev, payload }));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const sealing = await crypto.subtle.importKey("raw", bytesOf(key), "AES-GCM", false, ["encrypt"]);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(attempt) }, sealing,
    new TextEncoder().encode(JSON.stringify({ events: kept })),
  );
  return JSON.stringify({ kind: KIND, version: 1, attempt, nonce: textOf(nonce), sealed: textOf(new Uint8Array(sealed)) });
}

export function download(text, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function textOf(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
