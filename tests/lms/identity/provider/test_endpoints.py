"""The bundled provider, attacked at its addresses by a client that knows the protocol."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet

from lms.core import clock
from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider import services, upkeep
from lms.identity.provider.models import ProviderCode, ProviderSession
from tests.lms.identity.provider.party import VERIFIER, exchange, get_code, log_in, userinfo, wanted


def test_discovery_names_addresses_that_exist(client: FlaskClient, given: Settings) -> None:
    told = client.get("/oidc/.well-known/openid-configuration").json
    assert told["issuer"] == given.issuer
    assert told["code_challenge_methods_supported"] == ["S256"]
    for name in ("authorization_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"):
        assert client.get(urlsplit(told[name]).path).status_code != 404


def test_a_code_becomes_a_thin_id_token_and_userinfo_has_the_rest(
    client: FlaskClient, given: Settings
) -> None:
    answer = exchange(client, given, get_code(client, wanted(given)))
    keys = KeySet.import_key_set(client.get("/oidc/keys").json)
    claims = jwt.decode(answer.json["id_token"], keys, algorithms=["RS256"]).claims
    assert (claims["iss"], claims["aud"], claims["sub"], claims["nonce"]) == (given.issuer, "lms", "s1", "n1")
    assert "Hoa" not in str(claims)
    told = userinfo(client, answer.json["access_token"]).json
    assert (told["sub"], told["name"], told["roles"], told["organisation"]) == (
        "s1",
        "Nguyễn Thị Hoa",
        ["teacher"],
        "S1",
    )
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "change",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge": None},
        {"code_challenge": "short"},
    ],
)
def test_missing_or_plain_pkce_is_refused_before_the_password(
    client: FlaskClient, given: Settings, change: dict[str, str | None]
) -> None:
    for answer in (
        client.get("/oidc/authorize", query_string=wanted(given, **change)),
        log_in(client, wanted(given, **change)),
    ):
        assert "code" not in parse_qs(urlsplit(answer.headers["Location"]).query)
        assert "error=invalid_request" in answer.headers["Location"]


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": None},
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "http://127.0.0.1:8080/sign-in/callback/../../"},
    ],
)
def test_an_unregistered_address_gets_nothing_not_even_an_error(
    client: FlaskClient, given: Settings, change: dict[str, str | None]
) -> None:
    answer = client.get("/oidc/authorize", query_string=wanted(given, **change))
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert log_in(client, wanted(given, **change)).status_code == 400


def test_other_flows_are_refused(client: FlaskClient, given: Settings) -> None:
    answer = client.get("/oidc/authorize", query_string=wanted(given, response_type="token"))
    assert "error=unsupported_response_type" in answer.headers["Location"]
    assert exchange(client, given, "x", grant_type="password").status_code == 400


def test_a_replayed_code_is_refused_and_kills_its_token(client: FlaskClient, given: Settings) -> None:
    code = get_code(client, wanted(given))
    token = exchange(client, given, code).json["access_token"]
    assert userinfo(client, token).status_code == 200
    assert exchange(client, given, code).json["error"] == "invalid_grant"
    assert userinfo(client, token).status_code == 401


@pytest.mark.parametrize(
    "change", [{"code_verifier": "w" * 64}, {"code_verifier": ""}, {"redirect_uri": "https://evil.example/"}]
)
def test_a_stolen_code_is_worth_nothing(client: FlaskClient, given: Settings, change: dict[str, str]) -> None:
    code = get_code(client, wanted(given))
    assert exchange(client, given, code, **change).status_code == 400
    assert exchange(client, given, code).status_code == 400, "and one wrong try uses it up"


def test_a_client_must_prove_itself(client: FlaskClient, given: Settings) -> None:
    code = get_code(client, wanted(given))
    assert exchange(client, given, code, secret="guessed").status_code == 401
    assert (
        client.post(
            "/oidc/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": "lms",
                "code_verifier": VERIFIER,
            },
        ).status_code
        == 401
    )


def test_a_code_expires(client: FlaskClient, given: Settings) -> None:
    code = get_code(client, wanted(given))
    with clock.shifted(timedelta(minutes=2)):
        assert exchange(client, given, code).json["error"] == "invalid_grant"


def test_a_code_of_one_client_is_refused_to_another(app: Flask, client: FlaskClient, given: Settings) -> None:
    with app.app_context():
        other = services.add_client(
            SYSTEM,
            client_id="library",
            name="Thư viện",
            redirect_uris=["https://library.example/cb"],
            post_logout_redirect_uris=[],
        )
        secret = other.secret
        db.session.commit()
    code = get_code(client, wanted(given))
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": f"{given.base_url}/sign-in/callback",
    }
    assert client.post("/oidc/token", data=form, auth=("library", secret)).json["error"] == "invalid_grant"


def test_another_application_is_reached_by_a_page(app: Flask, client: FlaskClient, given: Settings) -> None:
    with app.app_context():
        services.add_client(
            SYSTEM,
            client_id="library",
            name="Thư viện",
            redirect_uris=["https://library.example/cb"],
            post_logout_redirect_uris=[],
        )
        db.session.commit()
    query = wanted(given, client_id="library", redirect_uri="https://library.example/cb")
    assert "https://library.example/cb?code=" in log_in(client, query).text
    again = client.get("/oidc/authorize", query_string=query | {"nonce": "n2"})
    assert again.headers["Location"].startswith("https://library.example/cb?code=")


def test_a_session_is_used_unless_a_new_login_is_asked_for(client: FlaskClient, given: Settings) -> None:
    page = client.get("/oidc/authorize", query_string=wanted(given))
    assert 'name="password"' in page.text
    log_in(client, wanted(given))
    assert client.get("/oidc/authorize", query_string=wanted(given, nonce="n2")).status_code == 302
    assert (
        client.get("/oidc/authorize", query_string=wanted(given, nonce="n3", prompt="login")).status_code
        == 200
    )


def test_prompt_none_without_a_session_asks_nobody(client: FlaskClient, given: Settings) -> None:
    answer = client.get("/oidc/authorize", query_string=wanted(given, prompt="none"))
    assert "error=login_required" in answer.headers["Location"]


def test_a_made_up_provider_cookie_is_nobody(client: FlaskClient, given: Settings) -> None:
    client.set_cookie("lms_provider", "made up", path="/oidc")
    assert client.get("/oidc/authorize", query_string=wanted(given)).status_code == 200


def test_a_wrong_or_empty_password_shows_the_form_again(client: FlaskClient, given: Settings) -> None:
    assert log_in(client, wanted(given), password="wrong password").status_code == 422
    assert log_in(client, wanted(given), password="").status_code == 422


def test_guessing_is_answered_with_a_pause(client: FlaskClient, given: Settings) -> None:
    states = [log_in(client, wanted(given), password="wrong password").status_code for _try in range(6)]
    assert states == [422] * 5 + [429]


@pytest.mark.usefixtures("csrf")
def test_the_login_form_is_not_filled_in_by_a_foreign_page(client: FlaskClient, given: Settings) -> None:
    assert log_in(client, wanted(given)).status_code == 422
    assert exchange(client, given, "x").status_code == 400, "a program needs no CSRF token"


def test_ending_the_session_with_its_token_goes_back(
    app: Flask, client: FlaskClient, given: Settings
) -> None:
    hint = exchange(client, given, get_code(client, wanted(given))).json["id_token"]
    back = f"{given.base_url}/signed-out"
    answer = client.get(
        "/oidc/end-session", query_string={"id_token_hint": hint, "post_logout_redirect_uri": back}
    )
    assert answer.headers["Location"] == back
    assert client.get("/oidc/authorize", query_string=wanted(given, nonce="n2")).status_code == 200
    with app.app_context():
        assert db.session.query(ProviderSession).one().ended_at is not None


def test_ending_the_session_never_redirects_elsewhere(client: FlaskClient, given: Settings) -> None:
    hint = exchange(client, given, get_code(client, wanted(given))).json["id_token"]
    answer = client.get(
        "/oidc/end-session",
        query_string={"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.example/"},
    )
    assert answer.headers["Location"] == "/oidc/session-ended"


@pytest.mark.parametrize("hint", ["", "made.up.token"])
def test_ending_the_session_without_a_token_asks_first(
    client: FlaskClient, given: Settings, hint: str
) -> None:
    log_in(client, wanted(given))
    answer = client.get(
        "/oidc/end-session",
        query_string={"id_token_hint": hint, "post_logout_redirect_uri": f"{given.base_url}/signed-out"},
    )
    assert "Location" not in answer.headers
    assert client.get("/oidc/authorize", query_string=wanted(given, nonce="n2")).status_code == 302, (
        "still there"
    )
    client.post("/oidc/end-session/confirmed")
    assert client.get("/oidc/authorize", query_string=wanted(given, nonce="n3")).status_code == 200


def test_a_token_is_dead_after_the_session_ended(client: FlaskClient, given: Settings) -> None:
    token = exchange(client, given, get_code(client, wanted(given))).json["access_token"]
    client.post("/oidc/end-session/confirmed")
    assert userinfo(client, token).status_code == 401
    assert userinfo(client, "made up").status_code == 401
    assert client.get("/oidc/userinfo").status_code == 401


def test_old_codes_are_dropped(app: Flask, client: FlaskClient, given: Settings) -> None:
    get_code(client, wanted(given))
    with app.app_context(), clock.shifted(timedelta(days=2)):
        upkeep.keep_provider()
        assert db.session.query(ProviderCode).count() == 0


def test_there_is_no_bundled_provider_beside_another(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = replace(app.extensions["lms.settings"], oidc_issuer="https://id.example")
    monkeypatch.setitem(app.extensions, "lms.settings", elsewhere)
    for path in ("/oidc/.well-known/openid-configuration", "/oidc/keys", "/oidc/authorize"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("name", ["prompt", "client_id", "redirect_uri", "scope", "response_type", "code_challenge"])
@pytest.mark.parametrize("value", ["\0", '"><script>', "é", "\x1b", "x" * 2000])
def test_a_request_with_any_signs_in_it_is_answered(given: Settings, client: FlaskClient, name: str,
                                                    value: str) -> None:
    answer = client.get("/oidc/authorize", query_string=wanted(given, **{name: value}))
    assert answer.status_code in (200, 302, 400)
    assert "<script>" not in answer.text


@pytest.mark.parametrize(("method", "path"), [("POST", "token"), ("GET", "userinfo"), ("POST", "userinfo")])
def test_secrets_are_not_taken_over_a_line_that_anybody_reads(given: Settings, client: FlaskClient, method: str,
                                                              path: str) -> None:
    answer = client.open(f"/oidc/{path}", method=method, headers={"Host": "school.example"})
    assert answer.status_code == 400
    assert answer.json["error"] == "insecure_transport"
