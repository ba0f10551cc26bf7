"""The administrators' pages: systems are registered, watched and shut out; accounts are made, helped and closed."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.models import SignIn
from lms.identity.provider import services
from lms.identity.provider.models import ProviderAccount, ProviderClient
from tests.factories.identity import make_person
from tests.lms.identity.provider.party import exchange, get_code, log_in, register, userinfo, wanted


@pytest.fixture
def admin(app: Flask, given: Settings, sign_in: Any) -> FlaskClient:
    """An administrator of the ministry."""
    with app.app_context():
        person_id = make_person(role="administrator").id
        db.session.commit()
    return sign_in(person_id)


def row(app: Flask, client_id: str) -> ProviderClient:
    with app.app_context():
        return db.session.scalars(select(ProviderClient).where(ProviderClient.client_id == client_id)).one()


WEB = {"client_id": "library", "name": "Thư viện số", "own": "y", "redirect_uris": "https://library.example/cb",
       "post_logout_redirect_uris": "https://library.example/out", "back_channel_uri": "https://library.example/told",
       "scopes": ["openid", "profile"]}


def test_a_system_is_registered_and_its_secret_shown_once(app: Flask, admin: FlaskClient) -> None:
    assert "library" not in admin.get("/admin/clients").text
    assert admin.get("/admin/clients/new").status_code == 200
    page = admin.post("/admin/clients/new?kind=web", data=WEB).text
    secret = re.search(r"lmss_[\w-]+", page)[0]
    found = row(app, "library")
    assert found.secret_hash == services.hash_token(secret)
    assert (found.redirect_uris, found.own) == (["https://library.example/cb"], True)
    assert found.scopes == ["openid", "profile"]
    shown = admin.get(f"/admin/clients/{found.id}").text
    assert secret not in shown
    assert "https://library.example/told" in shown
    assert "Thư viện số" in admin.get("/admin/clients").text


@pytest.mark.parametrize(("change", "where"), [
    ({"client_id": ""}, "client_id"), ({"client_id": "có dấu"}, "client_id"), ({"client_id": "lms"}, "client_id"),
    ({"name": ""}, "name"), ({"redirect_uris": "http://evil.example/"}, "redirect_uris"),
    ({"redirect_uris": ""}, "redirect_uris"), ({"redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
    ({"back_channel_uri": "http://10.0.0.1/"}, "back_channel_uri"), ({"scopes": "introspect"}, "scopes"),
    ({"keys": "{"}, "keys"), ({"keys": '{"keys": []}'}, "keys"), ({"keys": '[1]'}, "keys"),
    ({"keys": '{"keys": [{"kty": "oct", "k": "eA"}]}'}, "keys"), ({"keys": '{"keys": [{"kty": "RSA"}]}'}, "keys"),
    ({"post_logout_redirect_uris": "//evil.example"}, "post_logout_redirect_uris")])
def test_what_is_wrong_with_a_registration_stands_at_its_field(app: Flask, admin: FlaskClient, change: dict[str, str],
                                                               where: str) -> None:
    answer = admin.post("/admin/clients/new?kind=web", data=WEB | change)
    assert answer.status_code == 422
    assert f'id="{where}-error"' in answer.text
    with app.app_context():
        assert db.session.scalar(select(ProviderClient)) is None


def test_a_system_is_changed_given_a_new_secret_and_shut_out(app: Flask, admin: FlaskClient) -> None:
    admin.post("/admin/clients/new?kind=web", data=WEB)
    found = row(app, "library")
    assert "https://library.example/cb" in admin.get(f"/admin/clients/{found.id}/edit").text
    changed = {name: value for name, value in WEB.items() if name != "client_id"} | {"name": "Thư viện mới"}
    assert admin.post(f"/admin/clients/{found.id}/edit", data=changed).status_code == 302
    assert row(app, "library").name == "Thư viện mới"
    assert "lmss_" in admin.post(f"/admin/clients/{found.id}/secret").text
    assert row(app, "library").previous_secret_hash == found.secret_hash
    admin.post(f"/admin/clients/{found.id}/revoke")
    assert row(app, "library").revoked_at is not None
    assert admin.post(f"/admin/clients/{found.id}/edit", data=changed).status_code == 409
    assert admin.post(f"/admin/clients/{found.id}/secret").status_code == 409
    assert admin.get(f"/admin/clients/{found.id}").status_code == 200


def test_use_is_counted_by_day(app: Flask, client: FlaskClient, admin: FlaskClient, given: Settings) -> None:
    exchange(client, given, get_code(client, wanted(given, scope="openid offline_access")))
    with app.app_context(), clock.shifted(timedelta(days=1)):
        use = services.get_client_use(SYSTEM, "lms")
    assert [count for _day, count in use.days][-2:] == [1, 0]
    assert (use.open_grants, use.open_refresh) == (1, 1)
    assert use.last_used_at is not None
    assert admin.get("/admin/clients/platform").status_code == 200


def test_dangerous_acts_want_a_fresh_sign_in(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        db.session.scalars(select(SignIn)).one().auth_time = clock.now() - timedelta(hours=1)
        db.session.commit()
    assert "/sign-in" in admin.get("/admin/clients/new").headers["Location"]
    assert admin.post("/admin/clients/new?kind=web", data=WEB).status_code in (401, 403)
    with app.app_context():
        assert db.session.scalar(select(ProviderClient)) is None


@pytest.mark.parametrize("role", ["student", "teacher", "librarian"])
def test_the_pages_are_the_ministrys_administrators_only(app: Flask, given: Settings, sign_in: Any, role: str) -> None:
    register(app)
    found = row(app, "library")
    with app.app_context():
        person_id = make_person(role=role).id
        account_id = db.session.scalar(select(ProviderAccount.id))
        db.session.commit()
    somebody = sign_in(person_id)
    for path in ("clients", "clients/new", "clients/platform", f"clients/{found.id}", f"clients/{found.id}/edit",
                 "accounts", "accounts/new", f"accounts/{account_id}", f"accounts/{account_id}/edit"):
        assert somebody.get(f"/admin/{path}").status_code == 403, path
    for path in (f"clients/{found.id}/secret", f"clients/{found.id}/revoke", f"accounts/{account_id}/password",
                 f"accounts/{account_id}/close", f"accounts/{account_id}/reopen",
                 f"accounts/{account_id}/second-factor"):
        assert somebody.post(f"/admin/{path}").status_code == 403, path
    assert row(app, "library").revoked_at is None


def test_an_account_is_made_with_a_password_that_is_shown_once(app: Flask, admin: FlaskClient, given: Settings) -> None:
    page = admin.post("/admin/accounts/new", data={"username": "Lan", "name": "Lê Thị Lan", "roles": ["student"]}).text
    password = re.search(r"<code[^>]*>([a-z2-9-]{19})</code>", page)[1]
    somebody = app.test_client()
    answer = somebody.post("/oidc/authorize", query_string=wanted(given),
                           data={"username": "lan", "password": password})
    assert "code=" in answer.headers["Location"]
    assert "Lê Thị Lan" in admin.get("/admin/accounts?q=lan").text
    assert "Lê Thị Lan" not in admin.get("/admin/accounts?q=hoa").text


@pytest.mark.parametrize(("change", "where"), [
    ({"username": ""}, "username"), ({"username": "hai từ"}, "username"), ({"username": "HOA"}, "username"),
    ({"name": " "}, "name"), ({"roles": "king"}, "roles"), ({"organisation": "nowhere"}, "organisation")])
def test_what_is_wrong_with_an_account_stands_at_its_field(admin: FlaskClient, change: dict[str, str],
                                                           where: str) -> None:
    answer = admin.post("/admin/accounts/new", data={"username": "lan", "name": "Lan"} | change)
    assert answer.status_code == 422
    assert f'id="{where}-error"' in answer.text


def test_a_new_password_or_a_closed_account_ends_every_session(app: Flask, client: FlaskClient, admin: FlaskClient,
                                                              given: Settings) -> None:
    token = exchange(client, given, get_code(client, wanted(given))).json["access_token"]
    with app.app_context():
        account_id = db.session.scalar(select(ProviderAccount.id))
    assert admin.get(f"/admin/accounts/{account_id}").status_code == 200
    admin.post(f"/admin/accounts/{account_id}/password")
    assert userinfo(client, token).status_code == 401
    assert log_in(client, wanted(given)).status_code == 422
    admin.post(f"/admin/accounts/{account_id}/close")
    assert admin.post(f"/admin/accounts/{account_id}/password").status_code == 409
    admin.post(f"/admin/accounts/{account_id}/reopen")
    with app.app_context():
        assert db.session.get(ProviderAccount, account_id).closed_at is None


def test_an_account_is_changed(app: Flask, admin: FlaskClient) -> None:
    with app.app_context():
        account_id = db.session.scalar(select(ProviderAccount.id))
    assert "Nguyễn Thị Hoa" in admin.get(f"/admin/accounts/{account_id}/edit").text
    admin.post(f"/admin/accounts/{account_id}/edit", data={"name": "Nguyễn Hoa", "roles": ["teacher", "librarian"]})
    with app.app_context():
        found = db.session.get(ProviderAccount, account_id)
        assert (found.name, found.roles, found.username) == ("Nguyễn Hoa", ["librarian", "teacher"], "hoa")
