// One page writes at a time: the newest that was opened. The others stop and say so.

export function claimTab(attempt, taken) {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(`lms-exam-${attempt}`);
  channel.addEventListener("message", () => taken());
  channel.postMessage("taken");
}
