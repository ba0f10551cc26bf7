// Answers on a picture: areas by identity, points by the picture's own pixels.
import choices from "./choices.js";

const points = {
  read([control]) {
    const set = JSON.parse(control.value || "[]");
    return set.length ? set : null;
  },
  write([control], response) {
    control.value = JSON.stringify(response ?? []);
  },
};

const familyOf = (controls) => (controls[0].type === "hidden" ? points : choices.multiple_response);

export default {
  hotspot: {
    read: (controls) => familyOf(controls).read(controls),
    write: (controls, response) => familyOf(controls).write(controls, response),
  },
};
