// Places that each hold something: a gap, a pair, a group, a label. {"g1": "text or option", ...}

const read = (controls) => {
  const filled = controls.filter((control) => control.value.trim()).map((control) => [control.dataset.option, control.value.trim()]);
  return filled.length ? Object.fromEntries(filled.sort()) : null;
};

const write = (controls, response) => {
  for (const control of controls) control.value = response?.[control.dataset.option] ?? "";
};

const every = { read, write, isWhole: (controls, response) => Object.keys(response).length === controls.length };
const some = { read, write };

export default {
  cloze: every, table_fill: every, matching: every, label_image: every, categorise: some,
};
