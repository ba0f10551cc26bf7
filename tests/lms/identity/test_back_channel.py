"""Back-channel logout: the provider's word ends every sign-in of that person there at once, and nothing else."""

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from sqlalchemy import select

from lms.core.audit import AuditEvent
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity import services
from lms.identity.models import Person
from tests.factories.delivery import Candidate, make_exam
from tests.faults.scenes import EXAM_KIND
from tests.lms.identity.little_provider import EVENT, LittleProvider, forged_unsigned, forged_with_public_key
from tests.lms.identity.walkers import is_signed_in, last_refusal, sign_in_at

pytestmark = pytest.mark.usefixtures("two_providers")
ADDRESS = "/sign-in/main/back-channel-logout"


def tell(app: Flask, token: str, address: str = ADDRESS) -> Any:
    """The provider's own program sends it: no cookie, no page."""
    answer = app.test_client().post(address, data={"logout_token": token})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.content_type == "application/json"
    return answer


def signed_in(app: Flask, provider: LittleProvider, sid: str = "a", sub: str = "s1") -> FlaskClient:
    """A device of a person."""
    client = app.test_client()
    provider.lies["sid"] = sid
    provider.userinfo["sub"] = sub
    assert sign_in_at(client, provider).status_code == 302
    assert is_signed_in(client)
    return client


def test_every_device_is_signed_out_at_once(app: Flask, ministry: LittleProvider) -> None:
    devices = [signed_in(app, ministry, sid) for sid in ("a", "b", "c")]
    begun = time.monotonic()
    assert tell(app, ministry.logout_token()).status_code == 200
    assert not any(is_signed_in(device) for device in devices)
    assert time.monotonic() - begun < 1


def test_a_session_alone_where_the_token_names_one(app: Flask, ministry: LittleProvider) -> None:
    phone, laptop = signed_in(app, ministry, "phone"), signed_in(app, ministry, "laptop")
    for sub in (None, "s1"):
        assert tell(app, ministry.logout_token(sub=sub, sid="phone")).status_code == 200
        assert (is_signed_in(phone), is_signed_in(laptop)) == (False, True)


def test_sign_ins_at_another_provider_stay(app: Flask, ministry: LittleProvider, university: LittleProvider) -> None:
    here = signed_in(app, ministry)
    there = app.test_client()
    assert sign_in_at(there, university, "/sign-in/bach-khoa/start").status_code == 302
    assert tell(app, ministry.logout_token()).status_code == 200
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)


def test_logout_token_for_someone_else(app: Flask, ministry: LittleProvider) -> None:
    """Another subject ends nothing of mine; a session that is not his is refused."""
    other, mine = signed_in(app, ministry, "his", "s2"), signed_in(app, ministry, "mine", "s1")
    assert tell(app, ministry.logout_token(sub="nobody-here")).status_code == 200
    refused = tell(app, ministry.logout_token(sub="s2", sid="mine"))
    assert refused.status_code == 400
    assert refused.json["error"] == "invalid_request"
    assert last_refusal(app, "sign_in:logout_refused") == "somebody-else"
    assert is_signed_in(mine)
    assert is_signed_in(other)


def test_logout_token_of_another_provider(app: Flask, ministry: LittleProvider, university: LittleProvider) -> None:
    """The university cannot sign out the ministry's people, whatever it calls itself."""
    mine = signed_in(app, ministry)
    for token in (university.logout_token(), university.logout_token(iss=ministry.issuer, aud=ministry.client_id)):
        assert tell(app, token).status_code == 400
    tell(app, university.logout_token(iss=ministry.issuer), "/sign-in/bach-khoa/back-channel-logout")
    assert tell(app, university.logout_token(), "/sign-in/bach-khoa/back-channel-logout").status_code == 200
    assert is_signed_in(mine)


def test_jti_replay(app: Flask, ministry: LittleProvider) -> None:
    token = ministry.logout_token()
    signed_in(app, ministry)
    assert tell(app, token).status_code == 200
    again = signed_in(app, ministry)
    assert tell(app, token).status_code == 400
    assert last_refusal(app, "sign_in:logout_refused") == "replayed"
    assert is_signed_in(again)


NOW = int(time.time())


@pytest.mark.parametrize(("lies", "reason"), [
    ({"aud": "another-client"}, "audience"), ({"aud": None}, "audience"), ({"iss": "https://evil.example"}, "issuer"),
    ({"exp": NOW - 3600}, "expired"), ({"exp": "soon"}, "expired"), ({"exp": NOW + 10**9}, "expired"),
    ({"iat": NOW + 3600}, "issued-at"), ({"iat": None}, "issued-at"), ({"iat": NOW - 3600, "exp": None}, "expired"),
    ({"events": None}, "events"), ({"events": {}}, "events"), ({"events": {EVENT: "yes"}}, "events"),
    ({"events": [EVENT]}, "events"), ({"nonce": "n"}, "nonce"), ({"jti": None}, "jti"), ({"jti": 7}, "jti"),
    ({"sub": None}, "whom"), ({"sub": 7, "sid": "a"}, "words"), ({"sub": ["s1"]}, "whom"), ({"sid": {}}, "words")])
def test_a_logout_token_that_is_not_right(app: Flask, ministry: LittleProvider, lies: dict[str, Any],
                                          reason: str) -> None:
    mine = signed_in(app, ministry)
    assert tell(app, ministry.logout_token(**lies)).status_code == 400
    assert last_refusal(app, "sign_in:logout_refused") == f"logout:{reason}"
    assert is_signed_in(mine)


def test_a_logout_token_with_a_bad_signature(app: Flask, ministry: LittleProvider) -> None:
    mine = signed_in(app, ministry)
    good = ministry.logout_token()
    claims = {"iss": ministry.issuer, "aud": ministry.client_id, "iat": NOW, "jti": "x", "sub": "s1",
              "events": {EVENT: {}}}
    ministry.signing_key = RSAKey.generate_key(2048)
    for bad in (ministry.logout_token(), forged_unsigned(claims), forged_with_public_key(claims, ministry.key), "",
                "a.b.c", "ă.b.c", good[:-4], "x" * 100_000, f"{good}.{good}"):
        assert tell(app, bad).status_code == 400
    assert is_signed_in(mine)


def test_an_id_token_is_no_logout_token(app: Flask, ministry: LittleProvider) -> None:
    mine = signed_in(app, ministry)
    assert tell(app, ministry.sign(ministry.claims({"nonce": "n"}))).status_code == 400
    ministry.header["typ"] = "at+jwt"
    assert tell(app, ministry.logout_token()).status_code == 400
    ministry.header["typ"] = "logout+jwt"
    assert is_signed_in(mine)
    assert tell(app, ministry.logout_token()).status_code == 200


def test_duplicate_logout_tokens(app: Flask, ministry: LittleProvider) -> None:
    mine = signed_in(app, ministry)
    pair = {"logout_token": [ministry.logout_token(), ministry.logout_token()]}
    for data in (pair, {}):
        assert app.test_client().post(ADDRESS, data=data).status_code == 400
    assert app.test_client().get(ADDRESS).status_code == 405
    assert is_signed_in(mine)


@pytest.mark.usefixtures("csrf")
def test_the_provider_needs_no_form_token(app: Flask, ministry: LittleProvider) -> None:
    mine = signed_in(app, ministry)
    assert tell(app, ministry.logout_token()).status_code == 200
    assert not is_signed_in(mine)


def test_a_provider_whose_keys_cannot_be_had_may_try_again(app: Flask, ministry: LittleProvider) -> None:
    mine, token = signed_in(app, ministry), ministry.logout_token()
    app.extensions["lms.identity.openid"]["main"].server_metadata.pop("_loaded_at")
    ministry.metadata["issuer"] = "https://evil.example"
    assert tell(app, token).status_code == 503
    assert is_signed_in(mine)
    ministry.metadata.clear()
    assert tell(app, token).status_code == 200


def test_what_was_ended_is_audited_without_names(app: Flask, ministry: LittleProvider) -> None:
    signed_in(app, ministry)
    tell(app, ministry.logout_token())
    with app.app_context():
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in:logout_by_provider")
                                   .order_by(AuditEvent.created_at)).all()[-1]
        assert event.details == {"issuer": ministry.issuer, "count": 1}


def test_a_running_exam_goes_on(app: Flask, ministry: LittleProvider) -> None:
    """Design rule 6: the attempt's token outlives the sign-in, until the deadline."""
    client = app.test_client()
    with app.app_context():
        given = make_exam(kinds=[EXAM_KIND])
        candidate = Candidate(client, given, given.students[0], device="device-1")
        student = db.session.get(Person, given.students[0].id)
        with transaction():
            services.link_identity(SYSTEM, student.id, issuer=ministry.issuer, subject="s1")
    device = signed_in(app, ministry)
    assert tell(app, ministry.logout_token()).status_code == 200
    assert not is_signed_in(device)
    assert candidate.answer(EXAM_KIND, "o3").status_code == 200
