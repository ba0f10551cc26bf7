"""Doors that a reviewer found ajar: what was given ends when it is taken, and nothing weak stands in for a proof."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM, Actor
from lms.identity import services as identity
from lms.identity.models import SignIn
from lms.identity.provider import services, throttling
from lms.identity.provider.credential_models import Authenticator
from lms.identity.provider.models import ProviderSession
from lms.identity.provider.services import AccountDraft, ClientDraft
from lms.identity.provider.visitor import Visitor
from lms.identity.sessions import SignedIn
from lms.organisations import services as organisations
from tests.factories.identity import make_person
from tests.factories.organisations import make_organisation, make_school
from tests.lms.identity.provider.party import exchange, get_code, log_in, wanted
from tests.lms.identity.provider.test_passkeys import begin, give_key
from tests.lms.identity.provider.test_second_factor import account, code_of, give_app, give_codes

OLD, NEW = "a long password", "mưa rào tháng bảy"
STALE = timedelta(minutes=6)


@pytest.fixture
def mine(client: FlaskClient, given: Settings) -> FlaskClient:
    """Hoa's browser, signed in at the provider just now."""
    log_in(client, wanted(given))
    return client


def edit(app: Flask, **changes: Any) -> None:
    """An administrator changes what is claimed about Hoa."""
    with app.app_context():
        row = account()
        told = {"name": row.name, "email": row.email, "roles": row.roles, "organisation": row.organisation} | changes
        services.edit_account(SYSTEM, row.id, AccountDraft(row.username, **told))
        db.session.commit()


def tokens(app: Flask, client: FlaskClient, given: Settings) -> dict[str, Any]:
    return exchange(client, given, get_code(client, wanted(given, scope="openid api offline_access"))).json


def renew(client: FlaskClient, given: Settings, token: str) -> int:
    return client.post("/oidc/token", data={"grant_type": "refresh_token", "refresh_token": token},
                       auth=(given.oidc_client_id, given.oidc_client_secret)).status_code


def test_whose_roles_change_keeps_no_token_and_no_session_of_before(
        app: Flask, client: FlaskClient, given: Settings) -> None:
    held = tokens(app, client, given)
    bearer = {"Authorization": f"Bearer {held['access_token']}"}
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    edit(app, name="Nguyễn Thị Hoa Mai")
    assert client.get("/api/v1/me", headers=bearer).status_code == 200, "a name takes nothing away"
    edit(app, roles=["student"])
    assert client.get("/api/v1/me", headers=bearer).status_code == 401
    assert renew(client, given, held["refresh_token"]) == 400
    assert client.get("/oidc/account").status_code == 303


def test_who_is_signed_out_everywhere_is_not_signed_in_again_by_one_click(
        app: Flask, mine: FlaskClient, given: Settings) -> None:
    with app.app_context():
        person, sid = make_person("teacher").id, str(db.session.query(ProviderSession).one().id)
        proof = identity.Proof(given.issuer, sid=sid)
        first, second = (identity.start_sign_in(person, proof).id for _each in range(2))
        db.session.commit()
        identity.end_sign_in(Actor(person), first)
        db.session.commit()
    assert mine.get("/oidc/account").status_code == 200, "the other one is of the same session"
    with app.app_context():
        identity.end_all_sign_ins(SYSTEM, person)
        db.session.commit()
        assert db.session.get(SignIn, second).ended_at
    assert mine.get("/oidc/account").status_code == 303


def test_a_password_set_by_command_signs_every_device_out(app: Flask, mine: FlaskClient) -> None:
    with app.app_context():
        services.save_account(SYSTEM, username="hoa", password=NEW, name="Nguyễn Thị Hoa", roles=["teacher"],
                              organisation="S1")
        db.session.commit()
    assert mine.get("/oidc/account").status_code == 303


def test_a_refresh_token_of_an_ended_session_renews_nothing(app: Flask, client: FlaskClient, given: Settings) -> None:
    held = tokens(app, client, given)
    with app.app_context():  # the code was exchanged in the moment in which the session ended
        db.session.execute(update(ProviderSession).values(ended_at=clock.now()))
        db.session.commit()
    assert renew(client, given, held["refresh_token"]) == 400


def test_a_new_password_does_not_stand_in_for_the_second_factor(app: Flask, mine: FlaskClient) -> None:
    give_app(app)
    with clock.shifted(STALE):
        assert mine.post("/oidc/account/password",
                         data={"present": OLD, "password": NEW, "again": NEW}).status_code == 303
        answer = mine.post("/oidc/account/authenticator/remove")
        assert answer.headers["Location"].startswith("/oidc/account/confirm")
    with app.app_context():
        assert db.session.query(Authenticator).count() == 1


def test_with_a_passkey_the_password_alone_confirms_nothing(app: Flask, mine: FlaskClient, given: Settings) -> None:
    give_key(app, given)
    codes = give_codes(app)
    with clock.shifted(STALE):
        assert mine.post("/oidc/account/confirm", data={"password": OLD}).status_code == 422
        assert 'name="code"' in mine.get("/oidc/account/confirm").text
        assert mine.post("/oidc/account/confirm", data={"password": OLD, "code": codes[0]}).status_code == 303


def test_with_an_app_its_code_still_confirms(app: Flask, mine: FlaskClient) -> None:
    secret = give_app(app)
    with clock.shifted(STALE):
        assert mine.post("/oidc/account/confirm", data={"password": OLD, "code": code_of(secret)}).status_code == 303


def test_a_proof_from_the_future_proves_nothing() -> None:
    def signed_in(ahead: timedelta) -> SignedIn:
        return SignedIn(uuid4(), Actor(uuid4()), "vi", auth_time=clock.now() + ahead)

    assert signed_in(timedelta(seconds=30)).proves(timedelta(minutes=5)), "clocks differ a little"
    assert not signed_in(timedelta(days=365)).proves(timedelta(minutes=5))


def test_who_has_a_whole_network_of_addresses_counts_as_one(context: Flask) -> None:
    def keys(address: str) -> list[str]:
        visitor = Visitor(address=address)
        return [gate.key for gate in (*throttling.password_gates("hoa", visitor, known=False),
                                      *throttling.reset_gates(visitor))]

    assert keys("2001:db8:0:7::1") == keys("2001:db8:0:7:ffff::9")
    assert keys("2001:db8:0:7::1") != keys("2001:db8:0:8::1")
    assert keys("::ffff:203.0.113.5") == keys("203.0.113.5")
    assert keys("203.0.113.5") != keys("203.0.113.6")


@pytest.mark.parametrize("credential", ["[" * 19_000, '{"id": "a\\u0000b", "response": {}}',
                                        '{"id": "\\ud800", "response": {}}', '{"id": {}, "response": {"x": 1}}'])
def test_what_no_browser_answers_is_refused_like_any_wrong_passkey(
        client: FlaskClient, given: Settings, credential: str) -> None:
    begun = begin(client, given)
    answer = client.post("/oidc/passkey", query_string=wanted(given),
                         data={"ceremony": begun["ceremony"], "credential": credential})
    assert answer.status_code == 422


@pytest.mark.parametrize("client_id", ["a\0b", "x" * 5000, "bộ"])
def test_a_client_id_that_none_can_have_is_unknown(client: FlaskClient, given: Settings, client_id: str) -> None:
    answer = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=(client_id, "secret"))
    assert answer.status_code in (400, 401)
    assert answer.json["error"] == "invalid_client"


def events(app: Flask, action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)
                                   .order_by(AuditEvent.id.desc()).limit(1)))


def test_the_audit_says_which_roles_an_account_and_which_addresses_a_client_was_given(
        app: Flask, given: Settings) -> None:
    with app.app_context():
        services.create_account(SYSTEM, AccountDraft("mai", "Trần Thị Mai", roles=["administrator"], organisation="S1"))
        db.session.commit()
        assert events(app, "provider:save_account")[0].after["roles"] == ["administrator"]
        made = services.register_client(SYSTEM, "emis", ClientDraft("EMIS", redirect_uris=["https://emis.example/cb"]))
        db.session.commit()
        assert events(app, "provider:add_client")[0].after["redirect_uris"] == ["https://emis.example/cb"]
        services.edit_client(SYSTEM, made.client.id, ClientDraft("EMIS", redirect_uris=["https://other.example/cb"]))
        db.session.commit()
        told = events(app, "provider:edit_client")[0]
    assert told.before == {"redirect_uris": ["https://emis.example/cb"]}
    assert told.after == {"redirect_uris": ["https://other.example/cb"]}


def test_a_claim_makes_nobody_a_member_of_a_closed_place(context: Flask) -> None:
    school = make_school(parent=make_organisation("ministry"))
    person = make_person(None)
    organisations.close_organisation(SYSTEM, school.id)
    organisations.replace_claimed_memberships(person.id, school.id, ["administrator"])
    db.session.flush()
    assert not organisations.memberships_of(person.id)


def test_the_audit_says_which_provider_gave_and_took_a_role(context: Flask) -> None:
    school, person = make_school(), make_person(None)
    organisations.replace_claimed_memberships(person.id, school.id, ["administrator"], "claim:bach-khoa")
    organisations.replace_claimed_memberships(person.id, school.id, ["administrator"], "claim:bach-khoa")
    organisations.replace_claimed_memberships(person.id, None, [], "claim:bach-khoa")
    db.session.flush()
    told = list(db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == str(school.id))
                                   .order_by(AuditEvent.id)))
    assert [each.action for each in told] == ["organisation:add_member", "organisation:end_membership"]
    assert told[0].after == told[1].before == {"role": "administrator", "source": "claim:bach-khoa"}
    assert {each.details["person_id"] for each in told} == {str(person.id)}


def test_a_client_assertion_nested_too_deep_is_refused(client: FlaskClient, given: Settings) -> None:
    parts = [base64.urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in ('{"alg":"RS256"}', "[" * 60_000)]
    answer = client.post("/oidc/token", data={
        "grant_type": "client_credentials", "client_assertion": ".".join([*parts, "x"]),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"})
    assert answer.status_code == 400


def test_a_secret_stands_in_no_representation(given: Settings) -> None:
    assert given.secret_key not in repr(given)
    assert given.oidc_client_secret not in repr(given)


@pytest.mark.parametrize("where", ["", "school"])
def test_to_make_an_administrator_one_proves_oneself_anew(
        app: Flask, sign_in: Callable[..., FlaskClient], where: str) -> None:
    with app.app_context():
        ministry = make_organisation("ministry")
        school, boss = make_school(parent=ministry), make_person("administrator", ministry)
        other, code, person_id = make_person("teacher", school), school.code, 0
        db.session.commit()
        browser, person_id, school_id = sign_in(boss.id), other.id, school.id
    form = {"role": "administrator", "organisation": code if where else ""}
    told = {"role": "administrator", "organisation_id": str(school_id)}
    with clock.shifted(timedelta(minutes=7)):
        assert browser.post(f"/people/{person_id}/places", data=form).status_code == 401
        assert browser.post(f"/api/v1/people/{person_id}/places", json=told).status_code == 401
        usual = browser.post(f"/people/{person_id}/places", data={"role": "student", "organisation": code})
        assert usual.status_code == 302, "nothing dangerous"
    assert browser.post(f"/people/{person_id}/places", data=form).status_code == 302


