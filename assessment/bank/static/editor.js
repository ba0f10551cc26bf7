// The item editor: surfaces that show what candidates get, their tools and windows, and the page around them.
import { bind } from "/static/shell/js/bind.js";
import { onKey, richBar } from "./editor/bar.js";
import { formulaDialog, formulaLine } from "./editor/formula.js";
import { bankPlace, itemEditor, previewViews } from "./editor/page.js";
import { listenForPaste } from "./editor/paste.js";
import { imageField, pictureDialog } from "./editor/picture.js";
import { picturePlaces } from "./editor/places.js";
import { richText } from "./editor/surface.js";
import { tableDialog } from "./editor/tables.js";

const surfaces = new WeakMap();

formulaDialog(document.getElementById("formula-dialog"));
pictureDialog();
tableDialog(document.getElementById("table-dialog"));
listenForPaste((element) => surfaces.get(element));

bind("rich-bar", richBar);
bind("rich-text", (box) => {
  const surface = richText(box, onKey);
  surfaces.set(surface.element, surface);
});
bind("formula-line", formulaLine);
bind("image-field", imageField);
bind("picture-places", picturePlaces);
bind("item-editor", itemEditor);
bind("preview-views", previewViews);
bind("bank-place", bankPlace);
