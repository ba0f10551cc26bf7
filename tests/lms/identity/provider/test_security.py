"""My security: for its owner alone, and what is dangerous only for somebody who has just proved who he is."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock, mail
from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.identity.provider import passkeys, recovery_codes, services, totp
from lms.identity.provider.credential_models import Passkey, SignInTry
from lms.identity.provider.models import ProviderAccount, ProviderSession
from lms.identity.provider.passwords import password_matches
from tests.lms.identity.provider.party import log_in, wanted
from tests.lms.identity.provider.softkey import SoftKey
from tests.lms.identity.provider.test_passkeys import give_key
from tests.lms.identity.provider.test_second_factor import account, code_of, give_app, give_codes

OLD, NEW = "a long password", "mưa rào tháng bảy"
STALE = timedelta(minutes=6)


@pytest.fixture
def mine(client: FlaskClient, given: Settings) -> FlaskClient:
    """Hoa's browser, signed in at the provider just now."""
    log_in(client, wanted(given))
    return client


def change(client: FlaskClient, present: str = OLD, password: str = NEW, again: str | None = None) -> Any:
    return client.post("/oidc/account/password",
                       data={"present": present, "password": password, "again": again or password})


def addresses(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of every page under /oidc/account."""
    found = []
    for rule in app.url_map.iter_rules():
        if str(rule).startswith("/oidc/account"):
            path = re.sub(r"<[^>]+>", str(uuid4()), str(rule))
            found += [(method, path) for method in rule.methods & {"GET", "POST"}]
    return sorted(found)


def test_every_page_is_for_somebody_signed_in_at_the_provider(app: Flask, client: FlaskClient, given: Settings) -> None:
    assert len(addresses(app)) >= 18
    for method, path in addresses(app):
        answer = client.open(path, method=method)
        assert answer.headers.get("Location", "").startswith("/sign-in/start?next="), (method, path)


def test_what_changes_how_one_signs_in_asks_again_after_five_minutes(app: Flask, mine: FlaskClient) -> None:
    dangerous = [("GET", "/oidc/account/authenticator"), ("POST", "/oidc/account/authenticator"),
                 ("POST", "/oidc/account/authenticator/remove"), ("POST", "/oidc/account/passkeys"),
                 ("POST", f"/oidc/account/passkeys/{uuid4()}/remove"), ("POST", "/oidc/account/recovery-codes")]
    with clock.shifted(STALE):
        for method, path in dangerous:
            answer = mine.open(path, method=method)
            assert answer.headers.get("Location", "").startswith("/oidc/account/confirm?next="), path
        assert mine.post("/oidc/account/passkeys/begin").status_code == 422
        assert mine.post("/oidc/account/confirm?next=/oidc/account/authenticator",
                         data={"password": "wrong password"}).status_code == 422
        done = mine.post("/oidc/account/confirm?next=/oidc/account/authenticator", data={"password": OLD})
        assert done.headers["Location"] == "/oidc/account/authenticator"
        assert mine.get("/oidc/account/authenticator").status_code == 200


def test_confirming_never_leads_elsewhere(mine: FlaskClient) -> None:
    for evil in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example"):
        done = mine.post("/oidc/account/confirm", query_string={"next": evil}, data={"password": OLD})
        assert done.headers["Location"] == "/"


def test_with_an_app_the_password_alone_confirms_nothing(app: Flask, mine: FlaskClient) -> None:
    secret = give_app(app)
    with clock.shifted(STALE):
        assert mine.post("/oidc/account/confirm", data={"password": OLD}).status_code == 422
        assert mine.post("/oidc/account/confirm", data={"password": OLD, "code": code_of(secret)}).status_code == 303


def test_a_passkey_confirms(app: Flask, mine: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    with clock.shifted(STALE):
        begun = mine.post("/oidc/account/confirm/passkey/begin").json
        other = SoftKey(given.base_url)
        wrong = {"ceremony": begun["ceremony"], "credential": other.get(begun["options"])}
        assert mine.post("/oidc/account/confirm/passkey", data=wrong).status_code == 422
        begun = mine.post("/oidc/account/confirm/passkey/begin").json
        right = {"ceremony": begun["ceremony"], "credential": key.get(begun["options"])}
        assert mine.post("/oidc/account/confirm/passkey", data=right).headers["Location"] == "/oidc/account"
        assert mine.get("/oidc/account/authenticator").status_code == 200


def test_a_new_password_ends_every_other_device(app: Flask, mine: FlaskClient, given: Settings) -> None:
    other = app.test_client()
    log_in(other, wanted(given, nonce="n2"))
    assert change(mine).status_code == 303
    assert mine.get("/oidc/account").status_code == 200
    assert other.get("/oidc/account").status_code == 303
    with app.app_context():
        assert password_matches(account().password_hash, NEW)
        assert db.session.query(mail.MailMessage).one().recipient == "hoa@example.edu.vn"


@pytest.mark.parametrize(("change_", "field"), [
    ({"present": "wrong password"}, "present"), ({"password": "hoa1234567"}, "password"), ({"again": "x"}, "again")])
def test_a_password_that_cannot_be_is_explained_beside_its_field(
    app: Flask, mine: FlaskClient, change_: dict[str, str], field: str
) -> None:
    answer = change(mine, **change_)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    with app.app_context():
        assert password_matches(account().password_hash, OLD)


def test_guessing_the_present_password_is_paused(mine: FlaskClient) -> None:
    assert [change(mine, present="guess").status_code for _try in range(6)] == [422] * 5 + [429]


def set_up_app(app: Flask, client: FlaskClient) -> Any:
    page = client.get("/oidc/account/authenticator")
    begun = re.search(r'name="begun"[^>]*value="([^"]+)"', page.text)[1]
    with app.app_context():
        code = code_of(totp.secret_of(begun))
    return client.post("/oidc/account/authenticator", data={"begun": begun, "code": code})


def test_an_app_is_set_up_and_the_codes_shown_once(app: Flask, mine: FlaskClient) -> None:
    shown = set_up_app(app, mine)
    assert len(re.findall(r"<code>[a-z0-9-]{14}</code>", shown.text)) == 10
    page = mine.get("/oidc/account").text
    assert "<code>" not in page
    assert "10" in page
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["pwd", "otp", "mfa"]
        assert [each.action for each in db.session.query(AuditEvent).order_by(AuditEvent.id)][-1:] == [
            "provider:add_second_factor"]
    assert mine.post("/oidc/account/authenticator/remove").status_code == 303
    with app.app_context():
        assert totp.find(account().id) is None
        assert recovery_codes.count_left(account().id) == 0


def test_a_wrong_first_code_or_a_made_up_secret_sets_nothing_up(app: Flask, mine: FlaskClient) -> None:
    page = mine.get("/oidc/account/authenticator")
    begun = re.search(r'name="begun"[^>]*value="([^"]+)"', page.text)[1]
    assert mine.post("/oidc/account/authenticator", data={"begun": begun, "code": "000000"}).status_code == 422
    assert mine.post("/oidc/account/authenticator", data={"begun": begun}).status_code == 422
    assert mine.post("/oidc/account/authenticator", data={"begun": "made up", "code": "000000"}).status_code == 303
    assert mine.post("/oidc/account/authenticator", data={}).status_code in (303, 422)
    with app.app_context():
        assert totp.find(account().id) is None


def test_passkeys_are_added_named_and_removed(app: Flask, mine: FlaskClient, given: Settings) -> None:
    key = SoftKey(given.base_url)
    begun = mine.post("/oidc/account/passkeys/begin").json
    made = {"ceremony": begun["ceremony"], "credential": key.make(begun["options"]), "name": "Điện thoại"}
    assert len(re.findall("<code>", mine.post("/oidc/account/passkeys", data=made).text)) == 10
    with app.app_context():
        passkey_id = db.session.query(Passkey).one().id
    mine.post(f"/oidc/account/passkeys/{passkey_id}/rename", data={"name": "Máy <b>bàn</b>"})
    page = mine.get("/oidc/account").text
    assert "Máy &lt;b&gt;bàn&lt;/b&gt;" in page
    assert mine.post(f"/oidc/account/passkeys/{passkey_id}/remove").status_code == 303
    assert mine.post(f"/oidc/account/passkeys/{passkey_id}/remove").status_code == 404
    with app.app_context():
        assert db.session.query(Passkey).count() == 0
        assert db.session.query(mail.MailMessage).count() == 2


def test_an_answer_that_is_none_adds_no_passkey(app: Flask, mine: FlaskClient) -> None:
    assert mine.post("/oidc/account/passkeys", data={"ceremony": "x", "credential": "y"}).status_code == 303
    assert mine.post("/oidc/account/passkeys", data={}).status_code == 303
    with app.app_context():
        assert db.session.query(Passkey).count() == 0


def test_the_last_factor_of_a_role_that_must_have_one_stays(
    app: Flask, mine: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_app(app)
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, second_factor_roles="teacher"))
    assert mine.post("/oidc/account/authenticator/remove").status_code == 409
    key = give_key(app, given)
    assert mine.post("/oidc/account/authenticator/remove").status_code == 303
    with app.app_context():
        passkey_id = passkeys.list_passkeys(account().id)[0].id
    assert mine.post(f"/oidc/account/passkeys/{passkey_id}/remove").status_code == 409
    assert key.id


def test_new_recovery_codes_need_a_second_factor(app: Flask, mine: FlaskClient) -> None:
    assert mine.post("/oidc/account/recovery-codes").status_code == 409
    give_app(app)
    old = give_codes(app)
    assert old[0] not in mine.post("/oidc/account/recovery-codes").text
    with app.app_context():
        assert not recovery_codes.use_code(account().id, old[0])


def test_one_device_or_all_others_are_signed_out(app: Flask, mine: FlaskClient, given: Settings) -> None:
    others = [app.test_client() for _number in range(3)]
    for number, other in enumerate(others):
        log_in(other, wanted(given, nonce=f"o{number}"))
    with app.app_context():
        sessions = services.list_sessions(account().id)
    assert len(sessions) == 4
    assert mine.post(f"/oidc/account/sessions/{sessions[0].id}/end").status_code == 303
    assert others[2].get("/oidc/account").status_code == 303
    assert others[1].get("/oidc/account").status_code == 200
    assert mine.post(f"/oidc/account/sessions/{uuid4()}/end").status_code == 404
    mine.post("/oidc/account/sessions/end-others")
    assert others[1].get("/oidc/account").status_code == 303
    assert mine.get("/oidc/account").status_code == 200


def test_somebody_elses_session_is_not_mine_to_end(app: Flask, mine: FlaskClient) -> None:
    with app.app_context():
        db.session.add(lan := ProviderAccount(username="lan", subject="s2", name="Lan", password_hash="x", roles=[]))
        db.session.flush()
        theirs = services.start_session(lan.id).id
        db.session.commit()
    assert mine.post(f"/oidc/account/sessions/{theirs}/end").status_code == 404
    with app.app_context():
        assert services.find_session(theirs) is not None


def test_the_history_shows_what_was_and_was_refused(app: Flask, mine: FlaskClient, given: Settings) -> None:
    agent = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    app.test_client().post("/oidc/authorize", query_string=wanted(given, nonce="n2"), headers=agent,
                           data={"username": "hoa", "password": "wrong password"})
    page = mine.get("/oidc/account/history").text
    assert "Firefox · Windows" in page
    assert "127.0.0.1" in page
    with app.app_context():
        rows = db.session.query(SignInTry).order_by(SignInTry.id).all()
        assert [(row.outcome, row.method) for row in rows] == [("done", "pwd"), ("wrong", "pwd")]
    with clock.shifted(timedelta(days=91)):
        log_in(mine, wanted(given, nonce="n3"))
        assert "Firefox" not in mine.get("/oidc/account/history").text


def test_pages_are_not_kept_by_caches(mine: FlaskClient) -> None:
    for path in ("/oidc/account", "/oidc/account/authenticator", "/oidc/account/history"):
        assert "no-store" in mine.get(path).headers["Cache-Control"]


def test_the_platforms_account_page_leads_here_where_the_provider_is_its_own(
    app: Flask, given: Settings, sign_in: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.factories.identity import make_person
    with app.app_context():
        person_id = make_person("teacher").id
        db.session.commit()
    person = sign_in(person_id)
    assert "/oidc/account" in person.get("/account").text
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, oidc_issuer="https://id.example.vn"))
    assert "/oidc/account" not in person.get("/account").text
    assert person.get("/oidc/account").status_code == 404


@pytest.mark.usefixtures("csrf")
def test_a_foreign_page_changes_nothing(app: Flask, client: FlaskClient, given: Settings) -> None:
    for method, path in addresses(app):
        if method == "POST":
            assert client.post(path).status_code == 422, path
