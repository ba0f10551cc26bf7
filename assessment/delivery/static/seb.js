// Safe Exam Browser with a modern engine sends no headers: it tells its keys, hashed with this address, to the page.
import { bind } from "/static/shell/js/bind.js";

bind("seb-keys", (form) => {
  const fill = () => {
    const { configKey, browserExamKey } = window.SafeExamBrowser.security;
    form.elements.seb_config_key.value = configKey ?? "";
    form.elements.seb_exam_key.value = browserExamKey ?? "";
  };
  const security = window.SafeExamBrowser?.security;
  if (!security) return;
  if (security.updateKeys) security.updateKeys(fill);
  fill();
});
