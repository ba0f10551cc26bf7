"""Debian's mod_auth_openidc, a certified client, against the bundled provider."""

from typing import Any

from tests.lms.identity.real.apache import Apache
from tests.lms.identity.real.conftest import PEOPLE, Provider
from tests.lms.identity.real.person import WORD_SECONDS, log_in, seconds_until, sign_out
from tests.walk.site import Browser, Page


def shown(page: Page, name: str) -> str:
    """What the page behind Apache shows of the person."""
    return str(page.tree.xpath(f"string(//*[@id='{name}'])"))


def open_office(browser: Browser, apache: Apache) -> Page:
    """Somebody signs in to get at the office's page."""
    return log_in(browser, f"{apache.base}/office/", until=f"{apache.base}/office/")


def session(browser: Browser, apache: Apache) -> dict[str, Any]:
    """What Apache holds of this browser's session: tokens and claims."""
    told: dict[str, Any] = browser.get(f"{apache.callback}?info=json").ok().json()
    return told


def refresh(browser: Browser, apache: Apache) -> Page:
    """Have Apache use its refresh token, as the page's application does; it leads back to the page."""
    query = {"refresh": f"{apache.base}/office/", "access_token": session(browser, apache)["access_token"]}
    page = browser.get(apache.callback, params=query).ok()
    assert "error" not in page.url, page.url
    return page


def is_signed_in(browser: Browser, apache: Apache) -> bool:
    """Whether the page comes at once, without the provider."""
    return browser.get(f"{apache.base}/office/", allow_redirects=False).status == 200


def test_signs_in_and_knows_the_person(real: Provider, apache: Apache) -> None:
    browser = real.browser("teacher")
    page = open_office(browser, apache)
    assert [shown(page, "user"), shown(page, "name"), shown(page, "roles")] == ["teacher", PEOPLE["teacher"], "teacher"]
    told = session(browser, apache)
    assert told["id_token"]["iss"] == real.issuer
    assert told["id_token"]["sub"] == told["userinfo"]["sub"] == "subject-of-teacher"


def test_refreshes_and_rotates(real: Provider, apache: Apache) -> None:
    browser = real.browser("teacher")
    open_office(browser, apache)
    before = session(browser, apache)
    assert shown(refresh(browser, apache), "user") == "teacher"
    after = session(browser, apache)
    assert after["access_token"] != before["access_token"]
    assert after["refresh_token"] != before["refresh_token"]
    assert shown(refresh(browser, apache), "user") == "teacher"
    assert session(browser, apache)["refresh_token"] != after["refresh_token"]


def test_is_logged_out_by_back_channel(real: Provider, apache: Apache) -> None:
    browser, other = real.browser("teacher"), real.browser("student")
    open_office(browser, apache)
    open_office(other, apache)
    sign_out(browser, real.issuer)
    assert seconds_until(lambda: not is_signed_in(browser, apache)) < WORD_SECONDS, apache.log()
    assert is_signed_in(other, apache), "somebody else was logged out"


def test_signs_out_at_the_provider_too(real: Provider, apache: Apache) -> None:
    browser = real.browser("teacher")
    open_office(browser, apache)
    page = browser.get(apache.callback, params={"logout": f"{apache.base}/open/"}).ok()
    assert page.url.startswith(f"{apache.base}/open/")
    assert not is_signed_in(browser, apache)
    again = browser.get(f"{apache.base}/office/")
    assert again.url.startswith(real.issuer), "the provider asks for the password again"
    assert again.tree.xpath("//input[@name='password']")
