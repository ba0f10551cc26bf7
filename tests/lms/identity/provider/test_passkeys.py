"""Passkeys: alone and after the password; and what a thief, a copy or another site would answer."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import cbor2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.identity.provider import passkeys
from lms.identity.provider.credential_models import Passkey, PasskeyChallenge
from lms.identity.provider.models import ProviderAccount, ProviderSession
from tests.lms.identity.provider.party import log_in, wanted
from tests.lms.identity.provider.softkey import BE, BS, UP, UV, SoftKey, b64


def account(username: str = "hoa") -> ProviderAccount:
    return db.session.query(ProviderAccount).filter_by(username=username).one()


def give_key(app: Flask, given: Settings, flags: int = UP | UV, **changes: Any) -> SoftKey:
    """A passkey of Hoa's."""
    key = SoftKey(given.base_url, flags)
    with app.test_request_context():
        ceremony = passkeys.begin_registration(account())
        passkeys.finish_registration(account(), ceremony.id, key.make(ceremony.options, **changes), "  my   phone ")
        db.session.commit()
    return key


def begin(client: FlaskClient, given: Settings, path: str = "/oidc/passkey") -> dict[str, Any]:
    return client.post(f"{path}/begin", query_string=wanted(given)).json


def answer(client: FlaskClient, given: Settings, begun: dict[str, Any], credential: str,
           path: str = "/oidc/passkey") -> Any:
    return client.post(path, query_string=wanted(given),
                       data={"ceremony": begun["ceremony"], "credential": credential})


def test_a_passkey_alone_signs_in_at_level_two(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    assert begun["options"]["userVerification"] == "required"
    assert begun["options"]["rpId"] == "localhost"
    assert not begun["options"].get("allowCredentials"), "nobody has said who he is"
    done = answer(client, given, begun, key.get(begun["options"]))
    assert "code=" in done.headers["Location"]
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["hwk", "user", "mfa"]
        kept = db.session.query(Passkey).one()
        assert (kept.name, kept.sign_count, kept.transports) == ("my phone", 1, ["internal"])
        assert kept.last_used_at is not None


def test_a_synced_passkey_is_not_called_hardware(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given, UP | UV | BE | BS)
    begun = begin(client, given)
    answer(client, given, begun, key.get(begun["options"]))
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["swk", "user", "mfa"]


def test_a_passkey_is_the_second_factor_after_the_password(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    assert log_in(client, wanted(given)).headers["Location"].startswith("/oidc/second-factor?")
    begun = begin(client, given, "/oidc/second-factor/passkey")
    assert len(begun["options"]["allowCredentials"]) == 1
    done = answer(client, given, begun, key.get(begun["options"]), "/oidc/second-factor/passkey")
    assert "code=" in done.headers["Location"]
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["pwd", "hwk", "user", "mfa"]


def test_a_role_that_must_have_a_second_factor_may_make_a_passkey(
    app: Flask, client: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "lms.settings", replace(given, second_factor_roles="teacher"))
    assert log_in(client, wanted(given)).headers["Location"].startswith("/oidc/enrol?")
    begun = begin(client, given, "/oidc/enrol/passkey")
    wrong = answer(client, given, begun, "{}", "/oidc/enrol/passkey")
    assert wrong.status_code == 422
    begun = begin(client, given, "/oidc/enrol/passkey")
    shown = answer(client, given, begun, SoftKey(given.base_url).make(begun["options"]), "/oidc/enrol/passkey")
    assert shown.text.count("<code>") == 10
    assert "code=" in client.post("/oidc/enrol/done", query_string=wanted(given)).headers["Location"]
    with app.app_context():
        assert db.session.query(ProviderSession).one().amr == ["pwd", "hwk", "user", "mfa"]


@pytest.mark.parametrize("change", [
    {"origin": "https://evil.example"}, {"type": "webauthn.create"}, {"challenge": "AAAA"}])
def test_an_answer_made_for_another_site_or_question_is_refused(
    app: Flask, client: FlaskClient, given: Settings, change: dict[str, str]
) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"], **change)).status_code == 422


def test_an_answer_is_good_once(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    credential = key.get(begun["options"])
    assert answer(client, given, begun, credential).status_code == 302
    other = app.test_client()
    assert answer(other, given, begun, credential).status_code == 422
    fresh = begin(other, given)
    assert answer(other, given, fresh, credential).status_code == 422


def test_a_wrong_answer_uses_the_challenge_up(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"], origin="https://evil.example")).status_code == 422
    assert answer(client, given, begun, key.get(begun["options"])).status_code == 422


def test_a_copy_of_the_key_is_noticed_by_its_counter(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"], grow=5)).status_code == 302
    other = app.test_client()
    begun = begin(other, given)
    assert answer(other, given, begun, key.get(begun["options"], grow=-2)).status_code == 422


def test_a_key_that_does_not_know_its_owner_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    key.flags = UP
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"])).status_code == 422
    with pytest.raises(Invalid):
        give_key(app, given, UP)


def test_a_wrong_signature_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    told = json.loads(key.get(begun["options"]))
    told["response"]["signature"] = json.loads(key.get(begun["options"], x="y"))["response"]["signature"]
    assert answer(client, given, begun, json.dumps(told)).status_code == 422


def test_another_persons_handle_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    key.handle = bytes(16)
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"])).status_code == 422


@pytest.mark.parametrize("credential", ["", "x", "[" * 19_000,
                                        '{"id": "\\u0000", "rawId": "\\u0000", "response": {}}',
                                        '{"id": "\\ud800", "rawId": "\\ud800", "response": {}}',
                                        "[]", "{}", '{"id": 1, "response": {}}', '{"response": []}', "9" * 90,
                                        '{"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}'])
def test_what_is_no_answer_is_refused(app: Flask, client: FlaskClient, given: Settings, credential: str) -> None:
    give_key(app, given)
    assert answer(client, given, begin(client, given), credential).status_code == 422


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature", "userHandle"])
@pytest.mark.parametrize("value", ["AAAA", "!", "", None, 7, [], "A" * 15_000, b64(b"{}"), b64(b'{"type": 1}'),
                                   b64(b"\xff" * 80)])
def test_a_part_that_was_made_up_is_refused(
    app: Flask, client: FlaskClient, given: Settings, part: str, value: Any
) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    told = json.loads(key.get(begun["options"]))
    told["response"][part] = value
    status = answer(client, given, begun, json.dumps(told)).status_code
    assert status == 422 or (part == "userHandle" and not value and status == 302), "the handle may be left out"


@pytest.mark.parametrize("made_up", [b"", b"x", b"\xa0", b"\xff" * 50, cbor2.dumps({"fmt": "none"}),
                                     cbor2.dumps({"fmt": 1, "attStmt": [], "authData": b"x"}),
                                     cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": bytes(37)}),
                                     cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": bytes(32) + b"\x45" * 40})])
def test_a_registration_that_was_made_up_is_refused(app: Flask, given: Settings, made_up: bytes) -> None:
    with app.test_request_context():
        begun = passkeys.begin_registration(account())
        told = json.loads(SoftKey(given.base_url).make(begun.options))
        told["response"]["attestationObject"] = b64(made_up)
        with pytest.raises(Invalid):
            passkeys.finish_registration(account(), begun.id, json.dumps(told), "")


def test_a_passkey_of_somebody_else_is_no_second_factor(app: Flask, client: FlaskClient, given: Settings) -> None:
    give_key(app, given)
    with app.app_context():
        db.session.add(ProviderAccount(username="lan", subject="s2", name="Lan", password_hash="x", roles=[]))
        db.session.commit()
        lan = SoftKey(given.base_url)
        begun = passkeys.begin_registration(account("lan"))
        passkeys.finish_registration(account("lan"), begun.id, lan.make(begun.options), "")
        db.session.commit()
    log_in(client, wanted(given))
    second = begin(client, given, "/oidc/second-factor/passkey")
    assert answer(client, given, second, lan.get(second["options"]), "/oidc/second-factor/passkey").status_code == 422


def test_a_challenge_of_one_purpose_is_none_of_another(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    log_in(client, wanted(given))
    second = begin(client, given, "/oidc/second-factor/passkey")
    assert answer(client, given, second, key.get(second["options"])).status_code == 422


def test_a_challenge_does_not_wait_for_ever(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    begun = begin(client, given)
    with clock.shifted(timedelta(minutes=6)):
        assert answer(client, given, begun, key.get(begun["options"])).status_code == 422
        begin(client, given)
    with app.app_context():
        assert db.session.query(PasskeyChallenge).count() == 1, "old ones are dropped"


def test_a_passkey_of_a_closed_account_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    key = give_key(app, given)
    with app.app_context():
        account().closed_at = clock.now()
        db.session.commit()
    begun = begin(client, given)
    assert answer(client, given, begun, key.get(begun["options"])).status_code == 422


def test_the_same_passkey_is_not_registered_twice_and_foreign_ones_are_not_touched(
    app: Flask, given: Settings
) -> None:
    give_key(app, given)
    with app.app_context():
        again = passkeys.begin_registration(account())
        assert len(again.options["excludeCredentials"]) == 1
        assert again.options["authenticatorSelection"]["residentKey"] == "required"
        passkey_id, stranger = db.session.query(Passkey).one().id, uuid4()
        for act in (lambda: passkeys.remove_passkey(account().id, stranger),
                    lambda: passkeys.rename_passkey(stranger, passkey_id, "x")):
            with pytest.raises(NotFound):
                act()


@pytest.mark.parametrize(("base", "possible"), [
    ("http://localhost:8080", True), ("https://hoc.example.edu.vn", True), ("http://hoc.example.edu.vn", False),
    ("http://127.0.0.1:8080", False), ("https://[::1]", False)])
def test_passkeys_need_a_name_and_a_safe_line(
    context: Flask, monkeypatch: pytest.MonkeyPatch, base: str, possible: bool
) -> None:
    monkeypatch.setitem(context.extensions, "lms.settings", replace(context.extensions["lms.settings"], base_url=base))
    assert passkeys.is_available() is possible


def test_the_log_in_page_offers_them_only_where_they_can_be(
    app: Flask, client: FlaskClient, given: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-behaviour=\"passkey\"" in client.get("/oidc/authorize", query_string=wanted(given)).text
    by_number = replace(given, base_url="http://127.0.0.1", oidc_issuer="http://127.0.0.1/oidc")
    monkeypatch.setitem(app.extensions, "lms.settings", by_number)
    page = client.get("/oidc/authorize", query_string=wanted(by_number))
    assert 'name="password"' in page.text
    assert "data-behaviour=\"passkey\"" not in page.text
