"""The page before the test in Safe Exam Browser: it sends the keys that it is told, or goes off without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

FORM = """<!doctype html><title>x</title>{script}
<form method="post" action="/probe" data-behaviour="seb-keys" data-send-keys>
<input type="hidden" name="seb_config_key"><input type="hidden" name="seb_exam_key"><button>Mở</button></form>
<script type="module" src="/exams/static/seb.js"></script>"""
AT_ONCE = "window.SafeExamBrowser = { security: { configKey: 'aa', browserExamKey: 'bb' } };"
LATER = """const security = { updateKeys: (told) => setTimeout(() => { security.configKey = 'aa';
  security.browserExamKey = 'bb'; told(); }, 200) };
window.SafeExamBrowser = { security };"""


@pytest.mark.parametrize(("engine", "sent"), [
    (AT_ONCE, "seb_config_key=aa&seb_exam_key=bb"), (LATER, "seb_config_key=aa&seb_exam_key=bb"),
    ("", "seb_config_key=&seb_exam_key="), ("window.SafeExamBrowser = { security: {} };",
                                            "seb_config_key=&seb_exam_key=")])
def test_the_form_goes_off_once_with_what_the_engine_tells(page_as: Callable[..., Page], engine: str,
                                                           sent: str) -> None:
    page, posted = page_as("student"), []

    def answer(route: Route) -> None:
        if route.request.method == "POST":
            posted.append(route.request.post_data)
            return route.fulfill(body="<p id=done>", content_type="text/html")
        return route.fulfill(body=FORM.format(script=f"<script>{engine}</script>"), content_type="text/html")

    page.route("**/probe", answer)
    page.goto("/probe")
    page.locator("#done").wait_for(state="attached")
    assert posted == [sent]
