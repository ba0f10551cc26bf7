// Options that are chosen: radios and boxes, by the option's identity.

const chosen = (inputs) => inputs.filter((input) => input.checked);
const optionsOf = (inputs) => chosen(inputs).map((input) => input.dataset.option).sort();

const several = {
  read: (inputs) => (chosen(inputs).length ? optionsOf(inputs) : null),
  write(inputs, response) {
    for (const input of inputs) input.checked = (response ?? []).includes(input.dataset.option);
  },
};

const one = {
  read: (inputs) => chosen(inputs)[0]?.value ?? null,
  write(inputs, response) {
    for (const input of inputs) input.checked = input.value === response;
  },
};

const verdict = {
  read: (inputs) => (chosen(inputs).length ? chosen(inputs)[0].value === "true" : null),
  write(inputs, response) {
    for (const input of inputs) input.checked = input.value === String(response);
  },
};

const statements = {
  read(inputs) {
    const judged = chosen(inputs).map((input) => [input.dataset.option, input.value === "true"]);
    return judged.length ? Object.fromEntries(judged.sort()) : null;
  },
  write(inputs, response) {
    for (const input of inputs) input.checked = String(response?.[input.dataset.option]) === input.value;
  },
  isWhole: (inputs, response) => Object.keys(response).length === inputs.length / 2,
};

export default {
  single_choice: one, multiple_response: several, single_true_false: verdict, true_false: statements,
};
