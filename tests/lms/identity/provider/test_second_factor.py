"""Codes of an app and recovery codes: after the password, once each, and never instead of it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Forbidden, Invalid
from lms.core.permissions import SYSTEM
from lms.identity.provider import recovery_codes, second_factor, totp
from lms.identity.provider.credential_models import Authenticator, RecoveryCode, SignInTry
from lms.identity.provider.models import ProviderAccount, ProviderSession
from tests.factories.identity import make_actor, make_person
from tests.lms.identity.provider.party import log_in, wanted


def account() -> ProviderAccount:
    return db.session.query(ProviderAccount).filter_by(username="hoa").one()


def give_app(app: Flask) -> str:
    """An app for Hoa, whose step is long past; its secret."""
    with app.app_context():
        begun = totp.begin()
        secret = totp.secret_of(begun)
        with clock.shifted(timedelta(minutes=-5)):
            totp.confirm(account().id, begun, code_of(secret))
        db.session.commit()
    return secret


def give_codes(app: Flask) -> list[str]:
    with app.app_context():
        codes = recovery_codes.make_codes(account().id)
        db.session.commit()
    return codes


def code_of(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(clock.now().timestamp()) + 30 * steps)


def second(client: FlaskClient, given: Settings, code: str) -> Any:
    return client.post("/oidc/second-factor", query_string=wanted(given), data={"code": code})


def require(app: Flask, monkeypatch: pytest.MonkeyPatch, roles: str) -> None:
    monkeypatch.setitem(app.extensions, "lms.settings",
                        replace(app.extensions["lms.settings"], second_factor_roles=roles))


def test_the_password_alone_does_not_open_an_account_with_an_app(
    app: Flask, client: FlaskClient, given: Settings
) -> None:
    secret = give_app(app)
    answer = log_in(client, wanted(given))
    assert answer.headers["Location"].startswith("/oidc/second-factor?")
    assert client.get("/oidc/authorize", query_string=wanted(given)).status_code == 200, "not signed in"
    page = client.get(answer.headers["Location"])
    assert 'autocomplete="one-time-code"' in page.text
    done = second(client, given, code_of(secret))
    assert "code=" in done.headers["Location"]
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["pwd", "otp", "mfa"]


def test_a_code_without_the_password_is_asked_for_the_password(
    app: Flask, client: FlaskClient, given: Settings
) -> None:
    secret = give_app(app)
    opened = client.get("/oidc/second-factor", query_string=wanted(given))
    for answer in (opened, second(client, given, code_of(secret))):
        assert answer.headers["Location"].startswith("/oidc/authorize?")


def test_a_used_code_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = give_app(app)
    with clock.frozen():
        code = code_of(secret)
        log_in(client, wanted(given))
        assert second(client, given, code).status_code == 302
        other = app.test_client()
        log_in(other, wanted(given, nonce="n2"))
        assert second(other, given, code).status_code == 422


@pytest.mark.parametrize(("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_of_tolerance(app: Flask, given: Settings, steps: int, good: bool) -> None:
    secret = give_app(app)
    with app.app_context(), clock.frozen():
        assert totp.check(account().id, code_of(secret, steps)) is good


def test_after_a_later_code_an_earlier_one_is_refused(app: Flask, given: Settings) -> None:
    secret = give_app(app)
    with app.app_context(), clock.frozen():
        assert totp.check(account().id, code_of(secret, 1))
        assert not totp.check(account().id, code_of(secret, 0))


@pytest.mark.parametrize("code", ["", "12345", "１２３４５６", "abcdef", "0" * 40, "\x00"])
def test_what_is_no_code_is_refused(app: Flask, client: FlaskClient, given: Settings, code: str) -> None:
    give_app(app)
    log_in(client, wanted(given))
    assert second(client, given, code).status_code == 422


def test_guessing_codes_is_paused(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = give_app(app)
    log_in(client, wanted(given))
    answers = [second(client, given, "000000").status_code for _try in range(6)]
    assert answers == [422] * 5 + [429]
    assert second(client, given, code_of(secret)).status_code == 429
    with app.app_context():
        assert db.session.query(SignInTry).filter_by(outcome="wrong", method="otp").count() == 5


def test_the_secret_is_sealed_in_the_database(app: Flask, given: Settings) -> None:
    secret = give_app(app)
    with app.app_context():
        kept = db.session.query(Authenticator).one().sealed
    assert secret not in kept


def test_the_picture_has_the_secret_and_needs_no_other_address(context: Flask) -> None:
    begun = totp.begin()
    address = totp.address_of(begun, "hoa", "Học và thi")
    assert f"secret={totp.secret_of(begun)}" in address
    picture = totp.picture_of(address)
    assert picture.startswith("<svg")
    assert "style=" not in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_an_app_is_only_taken_with_its_code(app: Flask, given: Settings) -> None:
    with app.app_context():
        begun = totp.begin()
        with pytest.raises(Invalid):
            totp.confirm(account().id, begun, "000000")
        assert not second_factor.is_set_up(account().id)
        with clock.shifted(timedelta(hours=1)), pytest.raises(Forbidden):
            totp.secret_of(begun)


def test_each_recovery_code_signs_in_once(app: Flask, client: FlaskClient, given: Settings) -> None:
    give_app(app)
    codes = give_codes(app)
    assert len(set(codes)) == 10
    log_in(client, wanted(given))
    assert "code=" in second(client, given, codes[0].upper().replace("-", " ")).headers["Location"]
    other = app.test_client()
    log_in(other, wanted(given, nonce="n2"))
    assert second(other, given, codes[0]).status_code == 422
    assert second(other, given, codes[1]).status_code == 302
    with app.app_context():
        assert recovery_codes.count_left(account().id) == 8
        assert not any(code in row.code_hash for row in db.session.query(RecoveryCode) for code in codes)


def test_new_recovery_codes_end_the_old_ones(app: Flask, given: Settings) -> None:
    old, new = give_codes(app), give_codes(app)
    with app.app_context():
        assert not recovery_codes.use_code(account().id, old[0])
        assert recovery_codes.use_code(account().id, new[0])


def test_a_changed_password_ends_the_half_done_sign_in(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = give_app(app)
    log_in(client, wanted(given))
    with app.app_context():
        account().password_hash = "changed"
        db.session.commit()
    assert second(client, given, code_of(secret)).headers["Location"].startswith("/oidc/authorize?")


def test_a_half_done_sign_in_does_not_wait_for_ever(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = give_app(app)
    log_in(client, wanted(given))
    with clock.shifted(timedelta(minutes=20)):
        assert second(client, given, code_of(secret)).headers["Location"].startswith("/oidc/authorize?")


def test_a_role_that_must_have_one_is_led_through_setting_it_up(
    app: Flask, client: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    require(app, monkeypatch, "administrator, teacher")
    answer = log_in(client, wanted(given))
    assert answer.headers["Location"].startswith("/oidc/enrol?")
    page = client.get(answer.headers["Location"])
    begun = re.search(r'name="begun"[^>]*value="([^"]+)"', page.text)[1]
    with app.app_context():
        secret = totp.secret_of(begun)
    assert secret[:4] in page.text
    wrong = client.post("/oidc/enrol", query_string=wanted(given), data={"begun": begun, "code": "000000"})
    assert wrong.status_code == 422
    assert client.post("/oidc/enrol/done", query_string=wanted(given)).headers["Location"].startswith("/oidc/authorize")
    shown = client.post("/oidc/enrol", query_string=wanted(given), data={"begun": begun, "code": code_of(secret)})
    assert len(re.findall(r"<code>[a-z0-9-]{14}</code>", shown.text)) == 10
    done = client.post("/oidc/enrol/done", query_string=wanted(given))
    assert "code=" in done.headers["Location"]
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["pwd", "otp", "mfa"]


def test_who_need_not_have_one_is_let_in(
    app: Flask, client: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    require(app, monkeypatch, "administrator")
    assert "code=" in log_in(client, wanted(given)).headers["Location"]


def test_production_asks_administrators(given: Settings) -> None:
    strict = replace(given, environment="production")
    assert strict.roles_with_second_factor == {"administrator"}
    assert given.roles_with_second_factor == frozenset()
    assert replace(strict, second_factor_roles="none").roles_with_second_factor == frozenset()


def test_a_client_that_wants_two_factors_gets_them(app: Flask, client: FlaskClient, given: Settings) -> None:
    log_in(client, wanted(given))
    secret = give_app(app)
    assert client.get("/oidc/authorize", query_string=wanted(given, nonce="n2")).status_code == 302
    stronger = wanted(given, nonce="n3", acr_values="2")
    assert 'name="password"' in client.get("/oidc/authorize", query_string=stronger).text
    log_in(client, stronger)
    assert client.post("/oidc/second-factor", query_string=stronger, data={"code": code_of(secret)}).status_code == 302
    assert client.get("/oidc/authorize", query_string=stronger | {"nonce": "n4"}).status_code == 302


def test_only_administrators_take_factors_away(app: Flask, given: Settings) -> None:
    give_app(app)
    give_codes(app)
    with app.app_context():
        with pytest.raises(Forbidden):
            second_factor.reset(make_actor(make_person("teacher")), account().id)
        second_factor.reset(SYSTEM, account().id)
        assert not second_factor.is_set_up(account().id)
        assert recovery_codes.count_left(account().id) == 0
