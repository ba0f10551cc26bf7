// Safe Exam Browser with a modern engine sends no headers: it tells its keys, hashed with this address, to the page.
// A form with `data-send-keys` goes off by itself: with the keys, or where no page is told any, with the headers.
import { bind } from "/static/shell/js/bind.js";

const PATIENCE = 3_000;

bind("seb-keys", (form) => {
  const security = window.SafeExamBrowser?.security;
  let sent = !("sendKeys" in form.dataset);
  const send = () => {
    if (!sent) form.requestSubmit();
    sent = true;
  };
  const fill = () => {
    const { configKey, browserExamKey } = window.SafeExamBrowser.security;
    form.elements.seb_config_key.value = configKey ?? "";
    form.elements.seb_exam_key.value = browserExamKey ?? "";
    if (configKey) send();
  };
  if (!security) return void send();
  if (security.updateKeys) security.updateKeys(fill);
  fill();
  setTimeout(send, PATIENCE);
});
