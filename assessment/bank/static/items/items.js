// What helps to answer an item, wherever one is shown. The answer itself stands in native controls; each behaviour
// only fills them in, says so by a "change" event, and draws anew when somebody else has ("item:written").
import { bind } from "/static/shell/js/bind.js";
import { limitedAudio } from "./audio.js";
import { itemFiles } from "./files.js";
import { itemGroups } from "./groups.js";
import { itemMaths } from "./maths.js";
import { itemOrder } from "./order.js";
import { itemAreas, itemPoints } from "./picture.js";
import { itemPlaces } from "./places.js";
import { itemRecording } from "./recording.js";
import { itemCells, itemCode, itemWords } from "./typed.js";

bind("item-areas", itemAreas);
bind("item-cells", itemCells);
bind("item-code", itemCode);
bind("item-files", itemFiles);
bind("item-groups", itemGroups);
bind("item-maths", itemMaths);
bind("item-order", itemOrder);
bind("item-places", itemPlaces);
bind("item-points", itemPoints);
bind("item-recording", itemRecording);
bind("item-words", itemWords);
bind("limited-audio", limitedAudio);
