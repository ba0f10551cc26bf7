"""Access and refresh tokens: renewed once, introspected by their own, taken back, and dead when the session is."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import event, select

from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider import services, upkeep
from lms.identity.provider.models import ProviderAccount, ProviderGrant, ProviderSession
from tests.lms.identity.provider.party import exchange, get_code, log_in, register, userinfo, wanted


def tokens(client: FlaskClient, given: Settings, **changes: str) -> dict[str, Any]:
    query = wanted(given, scope="openid profile offline_access api", **changes)
    return exchange(client, given, get_code(client, query)).json


def refresh(client: FlaskClient, given: Settings, token: str, auth: Any = None, **changes: str) -> Any:
    form = {"grant_type": "refresh_token", "refresh_token": token} | changes
    return client.post("/oidc/token", data=form, auth=auth or (given.oidc_client_id, given.oidc_client_secret))


def ask(client: FlaskClient, given: Settings, path: str, token: str, auth: Any = None) -> Any:
    return client.post(f"/oidc/{path}", data={"token": token},
                       auth=auth or (given.oidc_client_id, given.oidc_client_secret))


def test_a_refresh_token_needs_offline_access(client: FlaskClient, given: Settings) -> None:
    assert "refresh_token" not in exchange(client, given, get_code(client, wanted(given))).json
    assert "refresh_token" in tokens(client, given)


def test_renewal_gives_new_tokens_and_another_id_token(client: FlaskClient, given: Settings) -> None:
    first = tokens(client, given)
    answer = refresh(client, given, first["refresh_token"])
    assert answer.status_code == 200
    assert answer.json["refresh_token"] != first["refresh_token"]
    claims = [jwt.decode(each["id_token"], KeySet.import_key_set(client.get("/oidc/keys").json)).claims
              for each in (first, answer.json)]
    assert [each["sub"] for each in claims] == ["s1", "s1"]
    assert claims[0]["auth_time"] == claims[1]["auth_time"]
    assert "nonce" not in claims[1]
    assert userinfo(client, answer.json["access_token"]).json["name"] == "Nguyễn Thị Hoa"


def test_a_renewal_does_not_pass_a_later_proof_off_as_its_own(client: FlaskClient, given: Settings) -> None:
    first = tokens(client, given)
    with clock.shifted(timedelta(minutes=10)):
        log_in(client, wanted(given, prompt="login", nonce="n2"))
        renewed = refresh(client, given, first["refresh_token"]).json
        claims = jwt.decode(renewed["id_token"], KeySet.import_key_set(client.get("/oidc/keys").json)).claims
    assert not {"auth_time", "amr", "acr"} & set(claims)


def test_a_used_refresh_token_ends_the_whole_family_and_is_audited(app: Flask, client: FlaskClient,
                                                                   given: Settings) -> None:
    first = tokens(client, given)
    second = refresh(client, given, first["refresh_token"]).json
    assert refresh(client, given, first["refresh_token"]).json["error"] == "invalid_grant"
    assert refresh(client, given, second["refresh_token"]).json["error"] == "invalid_grant"
    assert userinfo(client, second["access_token"]).status_code == 401
    with app.app_context():
        assert db.session.scalar(select(AuditEvent).where(AuditEvent.action == "provider:refresh_reused")) is not None


def test_a_refresh_token_of_another_client_is_refused_and_stays_good(app: Flask, client: FlaskClient,
                                                                     given: Settings) -> None:
    secret, mine = register(app), tokens(client, given)
    assert refresh(client, given, mine["refresh_token"], ("library", secret)).json["error"] == "invalid_grant"
    assert refresh(client, given, mine["refresh_token"]).status_code == 200


@pytest.mark.parametrize("made_up", ["x", "", "lmsa_x", "eyJhbGciOiJub25lIn0.e30."])
def test_a_made_up_refresh_token_is_refused(client: FlaskClient, given: Settings, made_up: str) -> None:
    assert refresh(client, given, made_up).json["error"] == "invalid_grant"


def test_refresh_tokens_end_when_idle_and_in_the_end(client: FlaskClient, given: Settings) -> None:
    idle, used = tokens(client, given)["refresh_token"], tokens(client, given, nonce="n2")["refresh_token"]
    with clock.shifted(timedelta(days=10)):
        used = refresh(client, given, used).json["refresh_token"]
    with clock.shifted(timedelta(days=15)):
        assert refresh(client, given, idle).json["error"] == "invalid_grant"
        assert refresh(client, given, used).status_code == 200, "it outlives the session, which was only left open"
    with clock.shifted(timedelta(days=91)):
        assert refresh(client, given, used).json["error"] == "invalid_grant"


def test_a_renewal_may_ask_for_less_but_not_for_more(client: FlaskClient, given: Settings) -> None:
    token = tokens(client, given)["refresh_token"]
    assert refresh(client, given, token, scope="openid email").json["error"] == "invalid_scope"
    narrow = refresh(client, given, token, scope="openid").json
    assert narrow["scope"] == "openid"
    assert set(userinfo(client, narrow["access_token"]).json) == {"sub"}


def test_logging_out_revokes_refresh_tokens(client: FlaskClient, given: Settings) -> None:
    token = tokens(client, given)["refresh_token"]
    client.post("/oidc/end-session/confirmed")
    assert refresh(client, given, token).json["error"] == "invalid_grant"


def test_a_closed_account_renews_nothing(app: Flask, client: FlaskClient, given: Settings) -> None:
    told = tokens(client, given)
    with app.app_context():
        db.session.scalars(select(ProviderAccount)).one().closed_at = clock.now()
        db.session.commit()
    assert refresh(client, given, told["refresh_token"]).json["error"] == "invalid_grant"
    assert userinfo(client, told["access_token"]).status_code == 401


def test_introspection_tells_a_client_about_its_own_tokens(client: FlaskClient, given: Settings) -> None:
    told = tokens(client, given)
    answer = ask(client, given, "introspect", told["access_token"]).json
    assert (answer["active"], answer["sub"], answer["client_id"]) == (True, "s1", "lms")
    assert answer["iss"] == given.issuer
    assert ask(client, given, "introspect", told["refresh_token"]).json["active"] is True
    with clock.shifted(timedelta(minutes=6)):
        assert ask(client, given, "introspect", told["access_token"]).json == {"active": False}
    assert ask(client, given, "introspect", "made up").json == {"active": False}


def test_a_token_of_another_client_is_unknown_at_introspection(app: Flask, client: FlaskClient,
                                                               given: Settings) -> None:
    told, secret = tokens(client, given), register(app)
    for token in (told["access_token"], told["refresh_token"]):
        assert ask(client, given, "introspect", token, ("library", secret)).json == {"active": False}
    reader = register(app, "reader", kind="program", scopes=["introspect"])
    assert ask(client, given, "introspect", told["access_token"], ("reader", reader)).json["active"] is True


def test_nobody_introspects_without_proof(client: FlaskClient, given: Settings) -> None:
    token = tokens(client, given)["access_token"]
    assert client.post("/oidc/introspect", data={"token": token}).status_code == 401
    assert ask(client, given, "introspect", token, ("lms", "guessed")).status_code == 401


def test_revocation_ends_one_access_token_or_a_whole_family(client: FlaskClient, given: Settings) -> None:
    told = tokens(client, given)
    assert ask(client, given, "revoke", told["access_token"]).status_code == 200
    assert userinfo(client, told["access_token"]).status_code == 401
    renewed = refresh(client, given, told["refresh_token"]).json
    assert ask(client, given, "revoke", renewed["refresh_token"]).status_code == 200
    assert userinfo(client, renewed["access_token"]).status_code == 401
    assert refresh(client, given, renewed["refresh_token"]).json["error"] == "invalid_grant"
    assert ask(client, given, "revoke", "made up").status_code == 200, "RFC 7009: nothing to do is no error"


def test_a_token_of_another_client_cannot_be_revoked(app: Flask, client: FlaskClient, given: Settings) -> None:
    told, secret = tokens(client, given), register(app)
    for token in (told["access_token"], told["refresh_token"]):
        assert ask(client, given, "revoke", token, ("library", secret)).status_code == 400
    assert userinfo(client, told["access_token"]).status_code == 200


def test_a_replayed_code_ends_the_refresh_token_too(app: Flask, client: FlaskClient, given: Settings) -> None:
    code = get_code(client, wanted(given, scope="openid offline_access"))
    told = exchange(client, given, code).json
    assert exchange(client, given, code).json["error"] == "invalid_grant"
    assert refresh(client, given, told["refresh_token"]).json["error"] == "invalid_grant"
    with app.app_context():
        assert db.session.scalar(select(AuditEvent).where(AuditEvent.action == "provider:code_replayed")) is not None


def test_tokens_are_kept_as_hashes_only(app: Flask, client: FlaskClient, given: Settings) -> None:
    told = tokens(client, given)
    with app.app_context():
        rows = [str(row) for table in ("provider_token", "provider_grant", "provider_code")
                for row in db.session.execute(db.text(f"SELECT * FROM {table}"))]
    assert rows
    assert not [row for row in rows if told["access_token"] in row or told["refresh_token"] in row]


def test_a_program_gets_a_token_for_itself(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = register(app, "emis", kind="program", scopes=["api"], redirect_uris=[])
    answer = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("emis", secret))
    assert (answer.status_code, answer.json["scope"]) == (200, "api")
    assert not {"refresh_token", "id_token"} & set(answer.json)
    assert userinfo(client, answer.json["access_token"]).status_code == 401, "it is nobody"
    more = client.post("/oidc/token", data={"grant_type": "client_credentials", "scope": "openid"},
                       auth=("emis", secret))
    assert more.json["error"] == "invalid_scope"


def test_only_programs_act_for_themselves_and_they_sign_nobody_in(app: Flask, client: FlaskClient,
                                                                  given: Settings) -> None:
    own = client.post("/oidc/token", data={"grant_type": "client_credentials"},
                      auth=(given.oidc_client_id, given.oidc_client_secret))
    assert own.json["error"] == "unauthorized_client"
    register(app, "emis", kind="program", scopes=["api"], redirect_uris=[])
    answer = client.get("/oidc/authorize", query_string=wanted(given, client_id="emis"))
    assert answer.status_code == 400


def test_the_old_secret_is_good_for_a_week_after_a_new_one(app: Flask, client: FlaskClient, given: Settings) -> None:
    old = register(app, "emis", kind="program", scopes=["api"], redirect_uris=[])
    with app.app_context():
        row = services.find_client_row("emis")
        new = services.rotate_secret(SYSTEM, row.id).secret
        db.session.commit()

    def states() -> list[int]:
        return [client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("emis", each)).status_code
                for each in (old, new)]

    assert states() == [200, 200]
    with clock.shifted(timedelta(days=8)):
        assert states() == [401, 200]


def test_a_revoked_client_loses_its_tokens_at_once(app: Flask, client: FlaskClient, given: Settings) -> None:
    secret = register(app, "emis", kind="program", scopes=["api", "introspect"], redirect_uris=[])
    token = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("emis", secret)).json
    with app.app_context():
        assert services.find_access_token(token["access_token"]) is not None
        services.revoke_client(SYSTEM, services.find_client_row("emis").id)
        db.session.commit()
        assert services.find_access_token(token["access_token"]) is None
    again = client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("emis", secret))
    assert again.status_code == 401


@pytest.fixture
def signer(app: Flask, given: Settings) -> RSAKey:
    """A program that proves itself by a signature."""
    key = RSAKey.generate_key(2048, auto_kid=True)
    register(app, "signer", kind="program", scopes=["api"], redirect_uris=[],
             keys={"keys": [key.as_dict(private=False)]})
    return key


def assertion(key: Any, given: Settings, header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(clock.now().timestamp())
    claims = {"iss": "signer", "sub": "signer", "aud": given.issuer, "iat": now, "exp": now + 60, "jti": "j1"} | changes
    return jwt.encode(header or {"alg": "RS256"}, claims, key)


def prove(client: FlaskClient, text: str) -> Any:
    return client.post("/oidc/token", data={
        "grant_type": "client_credentials", "client_assertion": text,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"})


def test_a_signed_assertion_proves_a_client_once(client: FlaskClient, given: Settings, signer: RSAKey) -> None:
    text = assertion(signer, given)
    assert prove(client, text).status_code == 200
    assert prove(client, text).json["error"] == "invalid_client"


@pytest.mark.parametrize("change", [
    {"aud": "https://elsewhere.example"}, {"sub": "lms"}, {"iss": "lms"}, {"exp": 1}, {"exp": 99999999999},
    {"jti": None}])
def test_a_wrong_assertion_proves_nothing(client: FlaskClient, given: Settings, signer: RSAKey,
                                          change: dict[str, Any]) -> None:
    assert prove(client, assertion(signer, given, **change)).json["error"] == "invalid_client"


def test_an_assertion_with_algorithm_none_or_another_key_proves_nothing(client: FlaskClient, given: Settings,
                                                                       signer: RSAKey) -> None:
    head, body, _signature = assertion(signer, given).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    for text in (f"{none}.{body}.", f"{head}.{body}.AAAA", assertion(RSAKey.generate_key(2048), given), "x", "a.b.c"):
        assert prove(client, text).json["error"] == "invalid_client", text[:40]


def test_a_client_with_keys_has_no_secret(client: FlaskClient, given: Settings, signer: RSAKey) -> None:
    assert client.post("/oidc/token", data={"grant_type": "client_credentials"}, auth=("signer", "")).status_code == 401
    assert client.post("/oidc/token", data={"grant_type": "client_credentials", "client_id": "signer"}
                       ).json["error"] == "invalid_client"


@pytest.mark.parametrize("path", ["token", "introspect", "revoke"])
def test_duplicate_or_misplaced_parameters_are_refused(client: FlaskClient, given: Settings, path: str) -> None:
    auth = (given.oidc_client_id, given.oidc_client_secret)
    twice = client.post(f"/oidc/{path}", data={"grant_type": ["refresh_token", "x"], "token": ["a", "b"]}, auth=auth)
    assert (twice.status_code, twice.json["error"]) == (400, "invalid_request")
    outside = client.post(f"/oidc/{path}?token=a", data={"grant_type": "authorization_code"}, auth=auth)
    assert outside.json["error"] == "invalid_request"
    both = client.post(f"/oidc/{path}", data={"client_secret": "x", "token": "a"}, auth=auth)
    assert both.json["error"] == "invalid_request"


def test_a_sign_in_takes_few_statements(app: Flask, client: FlaskClient, given: Settings) -> None:
    told = tokens(client, given)
    counted: list[str] = []
    with app.app_context():
        engine = db.engine

    def count(_c: Any, _k: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            counted.append(statement)

    code = get_code(client, wanted(given, nonce="n2"))
    event.listen(engine, "before_cursor_execute", count)
    try:
        for limit, call in ((6, lambda: exchange(client, given, code)),
                            (1, lambda: userinfo(client, told["access_token"])),
                            (1, lambda: ask(client, given, "introspect", told["access_token"])),
                            (6, lambda: refresh(client, given, told["refresh_token"])),
                            (4, lambda: client.get("/oidc/authorize", query_string=wanted(given, nonce="n3")))):
            counted.clear()
            call()
            assert len(counted) <= limit, "\n".join(counted)
    finally:
        event.remove(engine, "before_cursor_execute", count)


def test_old_rows_go_but_a_living_family_keeps_its_session(app: Flask, client: FlaskClient, given: Settings) -> None:
    token = tokens(client, given)["refresh_token"]
    with clock.shifted(timedelta(days=12)):
        token = refresh(client, given, token).json["refresh_token"]
    with clock.shifted(timedelta(days=24)):
        token = refresh(client, given, token).json["refresh_token"]
    with app.app_context(), clock.shifted(timedelta(days=32)):
        upkeep.keep_provider()
        assert db.session.scalar(select(ProviderGrant)) is not None
    with app.app_context(), clock.shifted(timedelta(days=122)):
        upkeep.keep_provider()
        assert db.session.scalar(select(ProviderSession)) is None
