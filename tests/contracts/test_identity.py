"""One suite for every OpenID provider: the bundled one, and Keycloak on the full size. All over HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from flask import Flask
from werkzeug.serving import make_server

from lms.app import create_app
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.models import IdentityLink, Person, SignIn
from lms.organisations import services as organisations
from tests.taking_turns import one_sign_in_at_a_time
from tests.walk.site import Browser, Page


@pytest.fixture
def served(app: Flask) -> Iterator[Flask]:
    """The platform on a port of its own, in threads, with the demonstration people."""
    listener = make_server("127.0.0.1", 0, Flask("nothing yet"), threaded=True)
    given = replace(app.extensions["lms.settings"], base_url=f"http://127.0.0.1:{listener.server_port}")
    platform = create_app(given)
    listener.app = platform
    with platform.app_context(), transaction():
        ministry = organisations.add_organisation(SYSTEM, code="BGDDT", name="Bộ Giáo dục và Đào tạo", kind="ministry")
        organisations.add_organisation(SYSTEM, code="01-THPT-0001", name="Trường THPT Chu Văn An", kind="school",
                                       parent_id=ministry.id)
        services.ensure_demo_accounts(SYSTEM)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield platform
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture(autouse=True)
def in_turn() -> Iterator[None]:
    """These tests sign in as the people of the journeys."""
    with one_sign_in_at_a_time():
        yield


@pytest.fixture
def browser(served: Flask) -> Browser:
    """A browser that nobody has used."""
    return new_browser(served)


def new_browser(served: Flask, username: str = "teacher") -> Browser:
    """A browser with no cookies."""
    return Browser(served.extensions["lms.settings"].base_url, username)


def login_page(browser: Browser, next_path: str = "/account") -> Page:
    """The provider's login form, reached as a person does."""
    page = browser.get(f"/sign-in?{urlencode({'next': next_path})}").ok()
    return page.follow("/sign-in/start")


def sign_in(browser: Browser, next_path: str = "/account") -> Page:
    """Signed in, on the page that was wanted."""
    form = login_page(browser, next_path).form("username")
    return form.submit(username=browser.username, password=f"demo-{browser.username}").ok()


def callback_address(browser: Browser, next_path: str = "/account") -> str:
    """Where the provider sends the browser back to, not yet followed."""
    page = login_page(browser, next_path)
    form = page.form("username")
    values = {**form.fields, "username": browser.username, "password": f"demo-{browser.username}"}
    answer = browser.session.post(
        form.action, data=values, headers={"Referer": page.url}, allow_redirects=False
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def with_query(address: str, **changes: str) -> str:
    """The address with some parameters changed."""
    parts = urlsplit(address)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


@pytest.mark.parametrize(
    ("username", "role"),
    [("teacher", "teacher"), ("student", "student"), ("librarian", "librarian"), ("admin", "administrator")],
)
def test_each_person_signs_in_with_his_role(served: Flask, username: str, role: str) -> None:
    browser = new_browser(served, username)
    page = sign_in(browser)
    assert urlsplit(page.url).path == "/account"
    me = browser.api("GET", "/api/v1/me").json()
    assert me["roles"] == [role]
    assert me["name"] in page.words


def test_the_organisation_comes_from_the_claim(browser: Browser) -> None:
    sign_in(browser)
    assert browser.api("GET", "/api/v1/me").json()["organisations"] == ["Trường THPT Chu Văn An"]


def test_the_same_subject_is_the_same_person_in_another_browser(served: Flask) -> None:
    first, second = new_browser(served), new_browser(served)
    sign_in(first)
    sign_in(second)
    assert first.api("GET", "/api/v1/me").json()["id"] == second.api("GET", "/api/v1/me").json()["id"]


def test_somebody_new_becomes_a_person_and_is_linked_by_subject(served: Flask, browser: Browser) -> None:
    with served.app_context(), transaction():
        db.session.query(IdentityLink).delete()
    sign_in(browser)
    with served.app_context():
        namesakes = db.session.query(Person).filter_by(email="teacher@example.edu.vn").count()
        assert namesakes == 2, "an e-mail address never links"
        assert db.session.query(IdentityLink).one().subject == "274b461e-8060-596a-9e2c-271805da96cf"


def test_signing_out_ends_both_sessions(served: Flask, browser: Browser) -> None:
    page = sign_out(browser, sign_in(browser))
    assert urlsplit(page.url).path == "/signed-out"
    assert browser.api("GET", "/api/v1/me").status_code == 401
    assert login_page(browser).form("username"), "the provider asks for the password again"
    with served.app_context():
        row = db.session.query(SignIn).one()
        assert row.ended_at is not None
        assert row.id_token is None


def sign_out(browser: Browser, page: Page) -> Page:
    """By the button in the frame."""
    token = page.tree.xpath("//meta[@name='csrf-token']/@content")[0]
    return browser.post("/sign-out", {"csrf_token": token}, referer=page.url).ok()


def test_without_signing_out_the_provider_does_not_ask_again(served: Flask, browser: Browser) -> None:
    sign_in(browser)
    browser.session.cookies.set("lms_session", None)
    assert urlsplit(browser.get("/sign-in/start?next=/account").ok().url).path == "/account"


def test_a_wrong_password_is_refused(browser: Browser) -> None:
    page = login_page(browser).form("username").submit(username="teacher", password="not the password")
    assert page.form("username")
    assert browser.api("GET", "/api/v1/me").status_code == 401


def test_a_replayed_code_is_refused(served: Flask, browser: Browser) -> None:
    address = callback_address(browser)
    kept = dict(browser.session.cookies.items())
    assert browser.get(address).ok()
    thief = new_browser(served)
    thief.session.cookies.update({"lms_session": kept["lms_session"]})
    page = thief.get(address)
    assert page.status == 400
    assert thief.api("GET", "/api/v1/me").status_code == 401


def test_an_answer_in_another_browser_is_refused(served: Flask, browser: Browser) -> None:
    page = new_browser(served).get(callback_address(browser))
    assert page.status == 400
    assert "Traceback" not in page.text


def test_a_wrong_state_is_refused(browser: Browser) -> None:
    assert browser.get(with_query(callback_address(browser), state="made-up")).status == 400
    assert browser.api("GET", "/api/v1/me").status_code == 401


def test_a_made_up_code_is_refused(browser: Browser) -> None:
    assert browser.get(with_query(callback_address(browser), code="made-up")).status == 400
    assert browser.api("GET", "/api/v1/me").status_code == 401


def test_a_request_without_pkce_never_reaches_the_password(browser: Browser) -> None:
    start = browser.session.get(f"{browser.base}/sign-in/start", allow_redirects=False).headers["Location"]
    parts = urlsplit(start)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    for name in ("code_challenge", "code_challenge_method"):
        query.pop(name)
    page = browser.get(urlunsplit(parts._replace(query=urlencode(query))))
    assert not page.tree.xpath("//input[@name='password']")
    assert page.status == 400


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "javascript:alert(1)",
    ],
)
def test_an_open_redirect_is_not_to_be_had(browser: Browser, elsewhere: str) -> None:
    address = callback_address(browser, elsewhere)
    assert browser.session.get(address, allow_redirects=False).headers["Location"] == "/"
