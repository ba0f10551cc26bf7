"""The REST API by access token: programs and people, without a cookie, each with no more than their own positions."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.models import Person
from lms.identity.provider import services
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_person
from tests.factories.organisations import make_school
from tests.lms.identity.provider.party import exchange, get_code, register, wanted


@pytest.fixture
def school(app: Flask, given: Settings) -> str:
    """The code of a school."""
    with app.app_context():
        code = make_school().code
        db.session.commit()
    return code


def program_token(app: Flask, client: FlaskClient, school: str, **more: Any) -> str:
    secret = register(app, "emis", kind="program", redirect_uris=[], name="EMIS",
                      **({"scopes": ["api"], "roles": ["teacher"], "organisation": school} | more))
    answer = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("emis", secret))
    return answer.json["access_token"]


def me(client: FlaskClient, token: str) -> Any:
    return client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})


def test_a_program_is_a_person_with_its_roles_in_its_place(app: Flask, client: FlaskClient, school: str) -> None:
    token = program_token(app, client, school)
    told = me(client, token).json
    assert (told["name"], told["roles"]) == ("EMIS", ["teacher"])
    assert len(told["organisations"]) == 1
    assert me(client, token).json["id"] == told["id"], "the same one each time"
    with app.app_context():
        assert db.session.query(Person).count() == 1


def test_what_a_program_does_is_its_own_and_is_audited(app: Flask, client: FlaskClient, school: str) -> None:
    token = program_token(app, client, school)
    with app.app_context():
        subject_id = str(make_subject().id)
        db.session.commit()
    item = {"type": "single_choice", "subject_id": subject_id, "level": "know", "content": {
        "prompt": "<p>1 + 1?</p>", "options": [{"id": "o1", "text": "2"}, {"id": "o2", "text": "3"}]},
        "key": {"correct": "o1"}}
    answer = client.post("/api/v1/items", json=item, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in (200, 201), answer.text
    with app.app_context():
        program = db.session.scalars(select(Person)).one()
        events = list(db.session.scalars(select(AuditEvent).where(AuditEvent.actor_id == program.id,
                                                                  AuditEvent.action.startswith("item:"))))
        assert events


def test_a_person_acts_with_a_token_of_the_scope_api(app: Flask, client: FlaskClient, given: Settings,
                                                     school: str) -> None:
    token = exchange(client, given, get_code(client, wanted(given, scope="openid api"))).json["access_token"]
    told = me(client, token).json
    assert (told["name"], told["roles"]) == ("Nguyễn Thị Hoa", ["teacher"])


def test_a_token_without_the_scope_is_not_enough(client: FlaskClient, given: Settings) -> None:
    token = exchange(client, given, get_code(client, wanted(given))).json["access_token"]
    answer = me(client, token)
    assert (answer.status_code, answer.json["type"]) == (403, "urn:problem:insufficient-scope")
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("token", ["made up", "", "lmsa_made-up", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJzMSJ9."])
def test_a_made_up_token_is_401_with_a_challenge(client: FlaskClient, given: Settings, token: str) -> None:
    answer = me(client, token)
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_expired_and_revoked_tokens_are_refused(app: Flask, client: FlaskClient, school: str) -> None:
    token = program_token(app, client, school)
    with clock.shifted(timedelta(minutes=16)):
        assert me(client, token).status_code == 401
    assert me(client, token).status_code == 200
    with app.app_context():
        services.revoke_client(SYSTEM, services.find_client_row("emis").id)
        db.session.commit()
    assert me(client, token).status_code == 401


def test_no_cookie_is_used_beside_a_token(app: Flask, given: Settings, sign_in: Any) -> None:
    with app.app_context():
        person_id = make_person(role="administrator").id
        db.session.commit()
    somebody = sign_in(person_id)
    assert somebody.get("/api/v1/me").status_code == 200
    assert me(somebody, "made up").status_code == 401, "a bad token is not mended by a good cookie"


@pytest.mark.usefixtures("csrf")
def test_a_call_with_a_token_needs_no_csrf_token_and_one_with_a_cookie_does(app: Flask, client: FlaskClient,
                                                                          school: str, sign_in: Any) -> None:
    token = program_token(app, client, school)
    path = "/api/v1/items"
    assert client.post(path, json={}, headers={"Authorization": f"Bearer {token}"}).json["type"] != "urn:problem:csrf"
    by_token = client.post(path, json={}, headers={"Authorization": f"Bearer {token}"}).json
    with app.app_context():
        person_id = make_person(role="teacher").id
        db.session.commit()
    by_cookie = sign_in(person_id).post(path, json={}).json
    assert by_token["problems"], "the values are judged, not the form"
    assert not by_cookie["problems"]


def test_pages_are_not_for_tokens(app: Flask, client: FlaskClient, school: str) -> None:
    token = program_token(app, client, school)
    assert client.get("/account", headers={"Authorization": f"Bearer {token}"}).status_code == 302


def test_without_a_token_the_challenge_names_the_way(client: FlaskClient, given: Settings) -> None:
    answer = client.get("/api/v1/me")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_the_description_names_the_ways_to_sign_in(client: FlaskClient, given: Settings) -> None:
    schemes = client.get("/api/v1/openapi.json").json["components"]["securitySchemes"]
    assert {"cookie", "bearer", "openid"} == set(schemes)
    assert schemes["openid"]["openIdConnectUrl"].endswith("/.well-known/openid-configuration")
