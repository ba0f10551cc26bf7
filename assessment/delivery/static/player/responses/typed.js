// What is typed. A line is sent without the blanks around it, a longer text as it stands.

const line = {
  read: ([input]) => input.value.trim() || null,
  write([input], response) {
    input.value = response ?? "";
  },
};

const text = {
  read: ([field]) => (field.value.trim() ? field.value : null),
  write: line.write,
};

// A program begins with what was given; that alone is no answer.
const program = {
  read: ([field]) => (field.value.trim() && field.value !== field.dataset.starter ? field.value : null),
  write([field], response) {
    field.value = response ?? field.dataset.starter;
  },
};

export default {
  short_text: line, short_numeric: line, four_cell: line, maths: line, essay: text, code: program,
};
