"""Step 1: sign in through the provider, be known by role, sign out of both sessions."""

from urllib.parse import urlsplit

from tests.walk.site import Browser, Site, expect

ROLES = {"teacher": "teacher", "student": "student", "librarian": "librarian", "admin": "administrator"}


def walk(site: Site) -> str:
    """Each demo person signs in; a second browser of the teacher signs out again."""
    names = [_known(site.as_(username), role) for username, role in ROLES.items()]
    answer = site.anonymous().api("GET", "/api/v1/me")
    expect(answer.status_code == 401, f"somebody who is not signed in is told {answer.status_code}")
    _sign_out(Browser(site.base, "teacher").sign_in("demo-teacher"))
    return f"{', '.join(names)} signed in through the provider; sign-out ended both sessions"


def _known(browser: Browser, role: str) -> str:
    answer = browser.api("GET", "/api/v1/me")
    expect(answer.status_code == 200, f"/api/v1/me told {browser.username} {answer.status_code}")
    me = answer.json()
    expect(role in me["roles"], f"{browser.username} has the roles {me['roles']}, not {role}")
    return str(me["name"])


def _sign_out(browser: Browser) -> None:
    account = browser.get("/account").ok()
    token = account.tree.xpath("//meta[@name='csrf-token']/@content")[0]
    page = browser.post("/sign-out", {"csrf_token": token}, referer=account.url).ok()
    expect(urlsplit(page.url).path == "/signed-out", f"sign-out ended at {page.url}")
    expect(
        browser.api("GET", "/api/v1/me").status_code == 401, "the platform's session outlived the sign-out"
    )
    page = browser.get("/sign-in/start").ok()
    expect(page.tree.xpath("//input[@name='password']"), "the provider's session outlived the sign-out")
