"""Step-up: the same person must have proved a moment ago who he is, and no provider that did not ask is believed."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.web import recent_sign_in
from lms.identity.models import SignIn
from tests.lms.identity.little_provider import LittleProvider
from tests.lms.identity.walkers import is_signed_in, last_refusal, query_of, sign_in_at

HOUR = timedelta(hours=1)
DANGEROUS = "/account/sign-ins"


@pytest.fixture
def guarded(app: Flask) -> Iterator[None]:
    """The history page and the API's `me` become dangerous acts."""
    usual = {name: app.view_functions[name] for name in ("identity.sign_in_history", "identity.set_language",
                                                         "identity_api.get_me")}
    for name, view in usual.items():
        app.view_functions[name] = recent_sign_in()(view)
    yield
    app.view_functions.update(usual)


pytestmark = pytest.mark.usefixtures("two_providers", "guarded")


@pytest.fixture
def stale(app: Flask, client: FlaskClient, ministry: LittleProvider) -> FlaskClient:
    """Somebody who signed in an hour ago."""
    return make_stale(app, client, ministry)


def make_stale(app: Flask, client: FlaskClient, provider: LittleProvider, start: str = "/sign-in/start") -> FlaskClient:
    provider.logged_in_at = int(time.time()) - 3600
    assert sign_in_at(client, provider, start).status_code == 302
    return client


def test_a_recent_sign_in_goes_through(client: FlaskClient, ministry: LittleProvider) -> None:
    sign_in_at(client, ministry)
    assert client.get(DANGEROUS).status_code == 200
    with clock.shifted(timedelta(minutes=7)):
        assert client.get(DANGEROUS).status_code == 302


def test_a_stale_one_goes_to_the_provider_and_comes_back_to_where_it_was(stale: FlaskClient,
                                                                         ministry: LittleProvider) -> None:
    again = stale.get(f"{DANGEROUS}?page=2").headers["Location"]
    asked = stale.get(again).headers["Location"]
    assert query_of(asked)["max_age"] == "60"
    back = stale.get(ministry.visit(asked))
    assert back.headers["Location"] == f"{DANGEROUS}?page=2"
    assert stale.get(DANGEROUS).status_code == 200


def test_it_stays_the_same_sign_in(app: Flask, stale: FlaskClient, ministry: LittleProvider) -> None:
    sign_in_at(stale, ministry, f"/sign-in/again?next={DANGEROUS}")
    with app.app_context():
        rows = db.session.query(SignIn).all()
        assert len(rows) == 1
        assert rows[0].auth_time is not None
        assert clock.now() - rows[0].auth_time < timedelta(minutes=1)


def test_a_provider_that_ignores_max_age_is_refused(app: Flask, stale: FlaskClient, ministry: LittleProvider) -> None:
    ministry.answers_max_age = False
    answer = sign_in_at(stale, ministry, f"/sign-in/again?next={DANGEROUS}")
    assert answer.status_code == 400
    assert last_refusal(app) == "step-up:auth-time"
    assert stale.get(DANGEROUS).status_code == 302, "still stale"
    assert is_signed_in_still(stale)


@pytest.mark.parametrize("auth_time", [None, "now", -1, 10**12, True])
def test_a_provider_that_does_not_say_when_is_refused(app: Flask, stale: FlaskClient, ministry: LittleProvider,
                                                      auth_time: Any) -> None:
    ministry.lies["auth_time"] = auth_time
    assert sign_in_at(stale, ministry, f"/sign-in/again?next={DANGEROUS}").status_code == 400
    assert stale.get(DANGEROUS).status_code == 302


def test_somebody_else_at_the_provider_is_refused(app: Flask, stale: FlaskClient, ministry: LittleProvider) -> None:
    ministry.userinfo["sub"] = "s2"
    assert sign_in_at(stale, ministry, f"/sign-in/again?next={DANGEROUS}").status_code == 400
    assert last_refusal(app) == "step-up:somebody-else"
    assert stale.get(DANGEROUS).status_code == 302


def test_another_person_in_this_browser_meanwhile_is_refused(app: Flask, stale: FlaskClient,
                                                             ministry: LittleProvider) -> None:
    back = ministry.visit(stale.get("/sign-in/again").headers["Location"])
    with stale.session_transaction() as session:
        del session["_user_id"]
    assert stale.get(back).status_code == 400
    assert last_refusal(app) == "another-session"


def test_the_strength_that_the_file_asks_for(app: Flask, two_providers: Callable[[str], None], client: FlaskClient,
                                             university: LittleProvider) -> None:
    two_providers("strong")
    make_stale(app, client, university, "/sign-in/bach-khoa/start")
    asked = client.get("/sign-in/again").headers["Location"]
    assert query_of(asked)["acr_values"] == "strong"
    assert client.get(university.visit(asked)).status_code == 400
    assert last_refusal(app) == "step-up:acr"
    university.lies["acr"] = "strong"
    assert sign_in_at(client, university, "/sign-in/again").status_code == 302
    assert client.get(DANGEROUS).status_code == 200


def test_a_form_says_that_it_was_not_carried_out(stale: FlaskClient) -> None:
    answer = stale.post("/account/language", data={"language": "en"}, headers={"Referer": "http://localhost/account?a=1"})
    assert answer.status_code == 401
    assert "/sign-in/again?next=/account?a%3D1" in answer.text.replace("%3F", "?").replace("%2F", "/")
    assert "Chưa có gì thay đổi" in answer.text


@pytest.mark.parametrize("referer", ["https://evil.example/x", "//evil.example", "", "http://localhost//evil.example"])
def test_a_form_of_elsewhere_leads_home(stale: FlaskClient, referer: str) -> None:
    answer = stale.post("/account/language", data={"language": "en"}, headers={"Referer": referer})
    assert "evil" not in answer.text


def test_a_program_gets_the_challenge(stale: FlaskClient) -> None:
    answer = stale.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert 'error="insufficient_user_authentication"' in answer.headers["WWW-Authenticate"]
    assert "max_age=\"300\"" in answer.headers["WWW-Authenticate"]


def test_nobody_is_asked_to_sign_in_first(client: FlaskClient) -> None:
    assert client.get(DANGEROUS).headers["Location"].startswith("/sign-in?")
    assert client.get("/sign-in/again").headers["Location"].startswith("/sign-in?")


def is_signed_in_still(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_refused_step_up_stands_in_the_history(app: Flask, stale: FlaskClient, ministry: LittleProvider) -> None:
    ministry.answers_max_age = False
    sign_in_at(stale, ministry, "/sign-in/again")
    with app.app_context(), transaction():
        for row in db.session.query(SignIn).filter(SignIn.refused.is_(None)):
            row.auth_time = clock.now()
    if hasattr(app.extensions["lms.identity.sessions"], "store"):
        app.extensions["lms.identity.sessions"].store.flushdb()
    assert "Bị từ chối" in stale.get(DANGEROUS).text
    assert not is_signed_in(app.test_client())
