"""The platform as a client of its own provider, over HTTP as everybody else."""

from tests.lms.identity.real.conftest import DANGEROUS, PEOPLE, Provider, make_stale
from tests.lms.identity.real.person import PASSWORD, WORD_SECONDS, seconds_until, sign_out
from tests.walk.site import Browser


def is_signed_in(browser: Browser) -> bool:
    """Whether the platform knows who this is."""
    return browser.get("/account", allow_redirects=False).status == 200


def test_leaving_the_provider_leaves_the_platform(real: Provider) -> None:
    browser = real.browser("teacher").sign_in(PASSWORD)
    other = real.browser("student").sign_in(PASSWORD)
    sign_out(browser, real.issuer)
    assert seconds_until(lambda: not is_signed_in(browser)) < WORD_SECONDS
    assert is_signed_in(other)


def test_leaving_the_platform_leaves_the_provider(real: Provider) -> None:
    browser = real.browser("teacher").sign_in(PASSWORD)
    page = browser.post("/sign-out", {"csrf_token": browser.csrf_token()}).ok()
    assert page.url.startswith(f"{real.platform.base}/signed-out")
    assert browser.get("/sign-in/start").form("password"), "the password is asked for again"


def test_a_dangerous_act_asks_for_the_password_again(real: Provider) -> None:
    browser = real.browser("administrator").sign_in(PASSWORD)
    there = real.platform.base + DANGEROUS
    assert browser.get(DANGEROUS).ok().url == there, "who has just signed in is asked nothing"
    make_stale(real.app, PEOPLE["administrator"])
    page = browser.get(DANGEROUS).ok()
    assert page.url.startswith(real.issuer)
    assert page.form("password").submit(username="administrator", password="wrong").status == 422
    page = page.form("password").submit(username="administrator", password=PASSWORD).ok()
    assert page.url == there


def test_at_a_dangerous_act_nobody_else_may_step_in(real: Provider) -> None:
    browser = real.browser("administrator").sign_in(PASSWORD)
    make_stale(real.app, PEOPLE["administrator"])
    page = browser.get(DANGEROUS).ok()
    page = page.form("password").submit(username="teacher", password=PASSWORD)
    assert page.status in (400, 422)
    assert browser.get(DANGEROUS).url != real.platform.base + DANGEROUS
