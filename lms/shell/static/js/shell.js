// What every page can do. Module scripts are deferred: the document is whole when this runs.
import { bind } from "./bind.js";
import { focusOnce } from "./focus.js";
import { followJob } from "./job-progress.js";
import { typesetWhenNeeded } from "./math.js";
import { closingMenu, foldOnPhone } from "./menu.js";
import { forgetOthers } from "./person.js";
import { themeSwitch } from "./theme.js";

bind("menu", closingMenu);
bind("fold-on-phone", foldOnPhone);
bind("theme", themeSwitch);
bind("math", typesetWhenNeeded);
bind("focus", focusOnce);
bind("job-progress", followJob);
forgetOthers(document.querySelector("meta[name=person]")?.content ?? "").catch(() => {});
