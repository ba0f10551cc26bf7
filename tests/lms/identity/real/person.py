"""What a person does at the provider's pages on the way to an application and back."""

import time
from collections.abc import Callable

from tests.walk.site import Browser, Page, expect

PASSWORD = "bốn con trâu qua cầu tre"
STEPS = 5
WORD_SECONDS = 1.0
"""How soon everybody must know that a session has ended."""
GIVE_UP_SECONDS = 10.0


def log_in(browser: Browser, address: str, *, until: str) -> Page:
    """Open `address`, give name and password where they are asked for, go on where a page only leads on.

    Returns the first page whose address begins with `until`; raises WalkFailed if the way ends elsewhere.
    """
    return go_on(browser.get(address), until=until)


def go_on(page: Page, *, until: str) -> Page:
    """The same from a page on the way."""
    for _ in range(STEPS):
        if page.url.startswith(until):
            break
        page = _next(page.ok())
    expect(page.url.startswith(until), f"the way to {until} ended at {page.url}")
    return page


def _next(page: Page) -> Page:
    if page.tree.xpath("//input[@name='password']"):
        return page.form("password").submit(username=page.browser.username, password=PASSWORD)
    if page.tree.xpath("//button[@name='decision']"):
        form = page.form("ticket")
        return form.submit(**form.button("decision", "allow"))
    onward = page.tree.xpath("//meta[@http-equiv='refresh']/@content")
    expect(onward, f"no way on from {page.url}: {page.words[:300]}")
    return page.browser.get(onward[0].partition("url=")[2])


def sign_out(browser: Browser, issuer: str) -> None:
    """Leave the provider itself, by its own page; it tells the applications by the back channel."""
    page = browser.get(f"{issuer}/end-session").ok().form("end-session/confirmed").submit().ok()
    expect(page.url.startswith(f"{issuer}/session-ended"), f"signing out ended at {page.url}")


def seconds_until(happened: Callable[[], bool]) -> float:
    """How long from now it had not happened yet: when the last look in vain began, for a look takes time itself.

    GIVE_UP_SECONDS if it does not happen at all.
    """
    begun, in_vain = time.monotonic(), 0.0
    while (looked := time.monotonic() - begun) < GIVE_UP_SECONDS:
        if happened():
            return in_vain
        in_vain = looked
        time.sleep(0.05)
    return GIVE_UP_SECONDS
