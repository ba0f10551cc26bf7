// Between the inputs of an item and its response: "o2" | ["o1","o3"] | {"o1": true} | "1,5" | null.
// Options go by their identity; where they stand on the screen says nothing.

const READ = {
  single_choice: (inputs) => inputs.find((input) => input.checked)?.value ?? null,
  multiple_response(inputs) {
    const chosen = inputs.filter((input) => input.checked).map((input) => input.dataset.option);
    return chosen.length ? chosen.sort() : null;
  },
  true_false(inputs) {
    const judged = inputs.filter((input) => input.checked).map((input) => [input.dataset.option, input.value === "true"]);
    return judged.length ? Object.fromEntries(judged.sort()) : null;
  },
  text: ([input]) => input.value.trim() || null,
};

const WRITE = {
  single_choice(inputs, response) {
    for (const input of inputs) input.checked = input.value === response;
  },
  multiple_response(inputs, response) {
    for (const input of inputs) input.checked = (response ?? []).includes(input.dataset.option);
  },
  true_false(inputs, response) {
    for (const input of inputs) input.checked = String(response?.[input.dataset.option]) === input.value;
  },
  text([input], response) {
    input.value = response ?? "";
  },
};

function inputsOf(item) {
  return [...item.querySelectorAll("input[data-item]")];
}

export function isTyped(item) {
  return !(item.dataset.type in READ);
}

export function readResponse(item) {
  return (READ[item.dataset.type] ?? READ.text)(inputsOf(item));
}

export function writeResponse(item, response) {
  (WRITE[item.dataset.type] ?? WRITE.text)(inputsOf(item), response);
}

// An item with several statements is answered once each of them is.
export function isAnswered(item, response) {
  if (response === null || response === undefined) return false;
  if (item.dataset.type !== "true_false") return true;
  return Object.keys(response).length === inputsOf(item).length / 2;
}
