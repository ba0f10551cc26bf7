"""A running platform with demo data, and Chromium in front of it."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from deploy.run import Platform, free_port
from tests.taking_turns import one_sign_in_at_a_time

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = ROOT / "var" / "screenshots"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required",
         "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
WIDTHS = {"phone": 360, "desktop": 1440}
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SIZE = os.environ.get("LMS_SIZE", "embedded")
PATIENCE = 30_000  # milliseconds: a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """The three processes, on a free port and data of their own."""
    folder = tmp_path_factory.mktemp("platform")
    name = f"lms_journey_{os.environ.get('PYTEST_XDIST_WORKER', 'gw0')}"
    platform = Platform(SIZE, free_port(), folder / "data", own_names=name, log_file=folder / "platform.log")
    try:
        if SIZE == "full":
            platform.command("forget-everything", "--yes")
        platform.prepare(demo=True)
        platform.start()
        yield platform
    finally:
        platform.stop()


@pytest.fixture(scope="session")
def live(platform: Platform) -> str:
    """The address of the running platform."""
    return platform.base


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("LMS_CHROMIUM", "/usr/bin/chromium"),
                                             args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def contexts(browser: Browser) -> Iterator[list[BrowserContext]]:
    """The contexts of a test, closed after it."""
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def new_page(browser: Browser, contexts: list[BrowserContext], live: str) -> Callable[..., Page]:
    """A page of nobody: `new_page(width=360, language="vi", dark=False)`."""
    def make(width: int = 1440, language: str = "vi", dark: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, base_url=live, reduced_motion="reduce",
                                      color_scheme="dark" if dark else "light")
        context.add_cookies([{"name": "language", "value": language, "url": live}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page
    return make


@pytest.fixture
def page_as(new_page: Callable[..., Page]) -> Callable[..., Page]:
    """A page of a demo person, signed in through the provider: `page_as("teacher")`."""
    def make(username: str, **options: object) -> Page:
        page = new_page(**options)
        with one_sign_in_at_a_time():
            page.goto("/sign-in/start")
            page.locator("[name=username]").fill(username)
            page.locator("[name=password]").fill(f"demo-{username}")
            page.locator("[name=password]").press("Enter")
            page.wait_for_url(re.compile(r"^http://(localhost|127\.0\.0\.1):\d+/(?!oidc|sign-in|realms)"))
        return page
    return make


@contextmanager
def _unrolled(page: Page) -> Iterator[None]:
    """A window as tall as its page: what is scrolled half under a bar is too small a target only for that moment."""
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(height, 12_000))})
    try:
        yield
    finally:
        page.set_viewport_size(size)


def _violations(page: Page) -> list[dict]:
    return page.evaluate("rules => axe.run(document, rules)", AXE_RULES)["violations"]


@pytest.fixture
def check_axe() -> Callable[[Page], None]:
    """axe finds nothing on the page, and the page does not scroll sideways."""
    def check(page: Page) -> None:
        page.wait_for_load_state()  # after a click the next page has begun, and may be without a body yet
        # evaluated, not added as a <script>: the page's policy forbids scripts that are not its own
        page.evaluate(AXE.read_text("utf-8"))
        with _unrolled(page):
            found = _violations(page)
            if found:  # colours that were just being changed, say to dark: what is wrong is wrong a moment later too
                page.wait_for_timeout(500)
                found = _violations(page)
        told = [f"{v['id']}: {v['help']}: {[n['html'][:160] for n in v['nodes'][:3]]}" for v in found]
        assert not told, f"{page.url}: " + "\n".join(told)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{page.url} scrolls {wide} px sideways"
    return check


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keep a picture of the whole page under var/screenshots."""
    def take(page: Page, name: str) -> None:
        page.wait_for_load_state()
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)
    return take
