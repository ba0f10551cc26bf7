// Lines in an order: all of them, once the candidate has said that it is his.

const linesOf = (control) => control.closest("fieldset").querySelector(".item__lines");

export default {
  ordering: {
    read: ([control]) => (control.checked ? [...linesOf(control).children].map((line) => line.dataset.line) : null),
    write([control], response) {
      const list = linesOf(control);
      control.checked = Boolean(response);
      for (const id of response ?? []) list.append(list.querySelector(`[data-line="${id}"]`));
    },
  },
};
