"""The audit as an administrator reads it: on a phone and on a desk, in both languages, by the keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

PHONE = 360


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_audit_on_a_phone_and_on_a_desk(
    page_as: Callable[..., Page], check_axe: Callable[[Page], None], shot: Callable[[Page, str], None], language: str
) -> None:
    page = page_as("admin", language=language)
    for name, width in (("phone", PHONE), ("desk", 1440)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto("/audit?action=exam:publish")
        page.locator(".audit-more summary").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".audit-more[open]")).to_have_count(1)
        check_axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"audit-{name}-{language}")
    page.goto("/audit?since=2001-02-31")
    check_axe(page)


def test_an_export_says_what_it_holds_and_is_a_file(page_as: Callable[..., Page],
                                                    check_axe: Callable[[Page], None]) -> None:
    page = page_as("admin", language="en")
    page.goto("/audit?action=sign_in:start")
    page.get_by_role("link", name="Export…").click()
    expect(page.get_by_text("sign_in:start")).to_be_visible()
    check_axe(page)
    page.get_by_label("JSON Lines").check()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download").click()
    assert waiting.value.suggested_filename == "audit.jsonl"
