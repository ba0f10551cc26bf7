"""A person's browser without a browser: cookies, links, forms as the page gives them. For the walk of seven steps."""

import time
from collections.abc import Callable
from http.cookiejar import Cookie
from typing import Any, TypeVar
from urllib.parse import urljoin

import requests
from lxml import html
from requests.cookies import RequestsCookieJar

Seen = TypeVar("Seen")
TIMEOUT = 60


class WalkFailed(AssertionError):
    """A step saw something else than a person would expect; the message says what."""


def expect(truth: object, message: str) -> None:
    """Raise WalkFailed(message) unless `truth`."""
    if not truth:
        raise WalkFailed(message)


class Form:
    """A form of a page, with the values that the page put in."""

    def __init__(self, page: "Page", element: Any) -> None:
        self.page = page
        self.element = element
        self.action = urljoin(page.url, element.get("action") or page.url)
        self.method = (element.get("method") or "get").lower()
        self.fields = self._fields()

    def _fields(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in self.element.form_values():
            values[name] = [*_listed(values[name]), value] if name in values else value
        return values

    def button(self, name: str, value: str = "") -> dict[str, str]:
        """What pressing the button of this name sends; raises WalkFailed if there is none."""
        found = [b for b in self.element.xpath(".//button|.//input[@type='submit']")
                 if b.get("name") == name and value in ("", b.get("value"))]
        expect(found, f"no button {name}={value} in the form {self.action}")
        return {name: found[0].get("value", "")}

    def submit(self, files: dict[str, Any] | None = None, **changes: Any) -> "Page":
        """Send the form with changes; None leaves a field out. Names with dashes: pass them by **{...}."""
        values = {k: v for k, v in {**self.fields, **changes}.items() if v is not None}
        if self.method == "get":
            return self.page.browser.get(self.action, params=values)
        return self.page.browser.post(self.action, values, files=files, referer=self.page.url)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Page:
    """An answer of the site."""

    def __init__(self, browser: "Browser", response: requests.Response) -> None:
        self.browser = browser
        self.response = response
        self.url = response.url
        self.status = response.status_code
        self._tree: Any = None

    @property
    def text(self) -> str:
        """The body as text."""
        return self.response.text

    @property
    def tree(self) -> Any:
        """The body as an lxml tree."""
        if self._tree is None:
            self._tree = html.fromstring(self.response.text or "<html/>", base_url=self.url)
        return self._tree

    @property
    def words(self) -> str:
        """What a person reads on the page, spaces folded."""
        return " ".join(self.tree.text_content().split())

    def json(self) -> Any:
        """The body as JSON."""
        return self.response.json()

    def ok(self) -> "Page":
        """This page, or WalkFailed if it is an error."""
        if self.status >= 400:
            raise WalkFailed(f"{self.response.request.method} {self.url} answered {self.status}: {_gist(self)}")
        return self

    def form(self, which: str | int = 0) -> Form:
        """A form: by number among those of the main part, by a piece of its action, or by a field's name."""
        forms = self.tree.xpath("//main//form") or self.tree.forms
        if isinstance(which, int):
            expect(len(forms) > which, f"{self.url} has no form {which}")
            return Form(self, forms[which])
        for element in forms:
            if which in (element.get("action") or "") or element.xpath(f".//*[@name='{which}']"):
                return Form(self, element)
        raise WalkFailed(f"{self.url} has no form {which}: {_gist(self)}")

    def link(self, part: str) -> str:
        """The address of the first link whose address or text has `part`."""
        for anchor in self.tree.xpath("//a[@href]"):
            if part in anchor.get("href") or part in " ".join(anchor.text_content().split()):
                return urljoin(self.url, anchor.get("href"))
        raise WalkFailed(f"{self.url} has no link {part}")

    def follow(self, part: str) -> "Page":
        """Go where such a link leads."""
        return self.browser.get(self.link(part)).ok()


def _gist(page: Page) -> str:
    if "html" not in page.response.headers.get("Content-Type", ""):
        return page.text[:300]
    return " ".join(" ".join(e.text_content().split()) for e in page.tree.xpath("//main"))[:400]


class Cookies(RequestsCookieJar):
    """As browsers do, takes loopback for a place that Secure cookies may be sent to (Keycloak sets such)."""

    def set_cookie(self, cookie: Cookie, *args: Any, **kwargs: Any) -> Any:
        """Keep the cookie so that it is sent over http too."""
        cookie.secure = False
        return super().set_cookie(cookie, *args, **kwargs)


class Browser:
    """One person's cookies."""

    def __init__(self, base: str, username: str = "") -> None:
        self.base = base
        self.username = username
        self.session = requests.Session()
        self.session.cookies = Cookies()
        self.session.headers["Accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"

    def get(self, path: str, **options: Any) -> Page:
        """Open an address, redirects followed."""
        return Page(self, self.session.get(urljoin(self.base, path), timeout=TIMEOUT, **options))

    def post(self, path: str, values: Any, files: Any = None, referer: str = "") -> Page:
        """Send a form."""
        address = urljoin(self.base, path)
        return Page(self, self.session.post(address, data=values, files=files, timeout=TIMEOUT * 5,
                                            headers={"Referer": referer or address}))

    def api(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> requests.Response:
        """A call of the API with this person's cookies."""
        sent = {"X-CSRFToken": self.csrf_token(), "Accept": "application/json", "Referer": self.base, **(headers or {})}
        return self.session.request(method, urljoin(self.base, path), headers=sent, json=body, timeout=TIMEOUT)

    def csrf_token(self) -> str:
        """The token that the pages carry in <meta name="csrf-token">."""
        found = self.get("/").tree.xpath("//meta[@name='csrf-token']/@content")
        return found[0] if found else ""

    def sign_in(self, password: str) -> "Browser":
        """Through the provider's own login form, as a person does."""
        page = self.get("/sign-in/start").ok()
        page = page.form("username").submit(username=self.username, password=password).ok()
        expect(page.url.startswith(self.base), f"sign-in ended at {page.url}: {_gist(page)}")
        return self


class Site:
    """The running platform, and the people who use it."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.people: dict[str, Browser] = {}

    def anonymous(self) -> Browser:
        """Somebody who is not signed in."""
        return Browser(self.base)

    def as_(self, username: str) -> Browser:
        """A demo person, signed in: teacher, student, librarian or admin."""
        if username not in self.people:
            self.people[username] = Browser(self.base, username).sign_in(f"demo-{username}")
        return self.people[username]

    def wait(self, look: Callable[[], Seen], seconds: float, what: str, pause: float = 0.5) -> Seen:
        """Look again until it is there; WalkFailed if it does not come within `seconds`."""
        until = time.monotonic() + seconds
        while True:
            seen = look()
            if seen:
                return seen
            expect(time.monotonic() < until, f"waited {seconds:.0f} s in vain for {what}")
            time.sleep(pause)
