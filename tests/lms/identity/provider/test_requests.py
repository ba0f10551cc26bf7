"""Authorization requests: what a client may ask of the log-in, and where an answer may go."""

from datetime import timedelta
from typing import Any
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
from lms.identity.provider import second_factor, services
from lms.identity.provider.addresses import matches, may_be_told, may_return_to
from tests.lms.identity.provider.party import LIBRARY, exchange, get_code, log_in, register, wanted


def ask(client: FlaskClient, given: Settings, **changes: Any) -> Any:
    return client.get("/oidc/authorize", query_string=wanted(given, **changes))


def told(answer: Any) -> dict[str, str]:
    """What the client hears, in the address that the browser is sent to."""
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers.get("Location", "")).query).items()}


def id_token(client: FlaskClient, given: Settings, code: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(client.get("/oidc/keys").json)
    return jwt.decode(exchange(client, given, code).json["id_token"], keys, algorithms=["RS256"]).claims


def test_every_answer_names_the_issuer(client: FlaskClient, given: Settings) -> None:
    silent = told(ask(client, given, prompt="none"))
    assert (silent["error"], silent["iss"], silent["state"]) == ("login_required", given.issuer, "st")
    assert told(log_in(client, wanted(given)))["iss"] == given.issuer
    assert told(ask(client, given, nonce="n2"))["iss"] == given.issuer


def test_the_id_token_says_when_and_how_somebody_signed_in(client: FlaskClient, given: Settings) -> None:
    before = int(clock.now().timestamp())
    first = id_token(client, given, get_code(client, wanted(given)))
    assert (first["acr"], first["amr"], first["nonce"]) == ("1", ["pwd"], "n1")
    assert before <= first["auth_time"] <= before + 60
    with clock.shifted(timedelta(minutes=30)):
        later = id_token(client, given, told(ask(client, given, nonce="n2"))["code"])
    assert later["auth_time"] == first["auth_time"], "the session's, not the code's"
    assert later["sid"] == first["sid"]


def test_max_age_asks_for_the_password_again(client: FlaskClient, given: Settings) -> None:
    log_in(client, wanted(given))
    assert "code" in told(ask(client, given, max_age="600"))
    with clock.shifted(timedelta(minutes=11)):
        assert 'name="password"' in ask(client, given, max_age="600").text
        assert told(ask(client, given, max_age="600", prompt="none"))["error"] == "login_required"
        assert "code" in told(log_in(client, wanted(given, max_age="600")))
    assert told(ask(client, given, max_age="-1"))["error"] == "invalid_request"
    assert told(ask(client, given, max_age="soon"))["error"] == "invalid_request"


def test_prompt_none_with_nobody_or_with_others_is_answered_in_silence(client: FlaskClient, given: Settings) -> None:
    assert told(ask(client, given, prompt="none"))["error"] == "login_required"
    assert told(ask(client, given, prompt="none login"))["error"] == "invalid_request"
    assert told(ask(client, given, prompt="dance"))["error"] == "invalid_request"
    log_in(client, wanted(given))
    assert "code" in told(ask(client, given, prompt="none"))


def test_a_hint_for_somebody_else_asks_again_and_refuses_the_wrong_person(app: Flask, client: FlaskClient,
                                                                        given: Settings) -> None:
    mine = exchange(client, given, get_code(client, wanted(given))).json["id_token"]
    assert "code" in told(ask(client, given, id_token_hint=mine, prompt="none"))
    with app.app_context():
        services.save_account(SYSTEM, username="lan", password="another long password", name="Lan", roles=[])
        db.session.commit()
    other = app.test_client()
    query = wanted(given, id_token_hint=mine)
    answer = other.post("/oidc/authorize", query_string=query,
                        data={"username": "lan", "password": "another long password"})
    assert told(answer)["error"] == "account_selection_required"
    assert 'name="password"' in other.get("/oidc/authorize", query_string=query).text, "Lan is not whom the hint names"
    assert told(ask(client, given, id_token_hint="made.up.token"))["error"] == "invalid_request"


def test_a_hint_of_another_client_is_refused(app: Flask, client: FlaskClient, given: Settings) -> None:
    register(app)
    mine = exchange(client, given, get_code(client, wanted(given))).json["id_token"]
    answer = ask(client, given, client_id="library", redirect_uri=LIBRARY, id_token_hint=mine)
    assert told(answer)["error"] == "invalid_request"


def test_two_factors_are_asked_for_where_there_are_any(client: FlaskClient, given: Settings,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    log_in(client, wanted(given))
    assert "code" in told(ask(client, given, acr_values="2")), "nothing stronger is set up, and it was a wish"
    monkeypatch.setattr(second_factor, "is_set_up", lambda _account_id: True)
    assert 'name="password"' in ask(client, given, acr_values="2").text
    assert told(ask(client, given, acr_values="2", prompt="none"))["error"] == "login_required"
    assert "code" in told(ask(client, given, acr_values="1 2"))


def test_the_login_hint_stands_in_the_form_as_text(client: FlaskClient, given: Settings) -> None:
    assert 'value="hoa"' in ask(client, given, login_hint="hoa").text
    assert "<script>" not in ask(client, given, login_hint='"><script>').text


@pytest.mark.parametrize(("change", "error"), [
    ({"request": "eyJ"}, "request_not_supported"), ({"request_uri": "https://x.example"}, "request_uri_not_supported"),
    ({"response_mode": "fragment"}, "invalid_request"), ({"response_mode": "form_post"}, "invalid_request")])
def test_what_is_not_supported_is_said(client: FlaskClient, given: Settings, change: dict[str, str],
                                       error: str) -> None:
    assert told(ask(client, given, **change))["error"] == error


@pytest.mark.parametrize("name", ["state", "nonce", "redirect_uri", "client_id", "scope", "code_challenge", "prompt"])
def test_a_parameter_that_comes_twice_is_refused_without_a_redirect(client: FlaskClient, given: Settings,
                                                                    name: str) -> None:
    query = [*wanted(given, prompt="login").items(), (name, "other")]
    for answer in (client.get("/oidc/authorize", query_string=query),
                   client.post("/oidc/authorize", query_string=query, data={"username": "hoa", "password": "x"})):
        assert answer.status_code == 400
        assert "Location" not in answer.headers


@pytest.mark.parametrize("address", [
    "https://library.example/cb/", "https://library.example/CB", "https://library.example/cb?x=1",
    "https://library.example:444/cb", "http://library.example/cb", "https://library.example.evil.example/cb",
    "https://evil.example/#https://library.example/cb", "https://library.example@evil.example/cb",
    "https://library.example/cb/../open", "//library.example/cb", "javascript:alert(1)", "https://library.example/cb%00",
    "https:/library.example/cb", "https://library.example\\@evil.example/cb", " https://library.example/cb"])
def test_open_redirects_by_variants_of_an_address(app: Flask, client: FlaskClient, given: Settings,
                                                  address: str) -> None:
    register(app)
    answer = ask(client, given, client_id="library", redirect_uri=address)
    assert answer.status_code == 400
    assert "Location" not in answer.headers


@pytest.mark.parametrize("address", [
    "https://library.example/out/", "https://evil.example", "//evil.example", "/\\evil"])
def test_open_redirects_after_the_log_out(app: Flask, client: FlaskClient, given: Settings, address: str) -> None:
    secret = register(app, post_logout_redirect_uris=["https://library.example/out"])
    query = wanted(given, client_id="library", redirect_uri=LIBRARY)
    log_in(client, query)
    code = told(client.get("/oidc/authorize", query_string=query | {"nonce": "n2"}))["code"]
    hint = client.post("/oidc/token", auth=("library", secret), data={
        "grant_type": "authorization_code", "code": code, "code_verifier": "v" * 64, "redirect_uri": LIBRARY,
    }).json["id_token"]
    answer = client.get("/oidc/end-session", query_string={"id_token_hint": hint, "post_logout_redirect_uri": address})
    assert answer.headers["Location"] == "/oidc/session-ended"


def test_a_request_may_come_as_a_form(client: FlaskClient, given: Settings) -> None:
    answer = client.post("/oidc/authorize", data=wanted(given))
    assert answer.status_code == 303
    assert 'name="password"' in client.get(answer.headers["Location"]).text


def test_an_app_on_the_same_machine_chooses_its_port(app: Flask, client: FlaskClient, given: Settings) -> None:
    register(app, "app", kind="native", redirect_uris=["http://127.0.0.1/cb", "vn.edu.app:/cb"])
    for address in ("http://127.0.0.1:51234/cb", "vn.edu.app:/cb"):
        assert ask(client, given, client_id="app", redirect_uri=address).status_code == 200
    for address in ("http://127.0.0.1:51234/other", "http://localhost:51234/cb", "http://10.0.0.1/cb", "vn.edu.app:/x"):
        assert ask(client, given, client_id="app", redirect_uri=address).status_code == 400


def test_an_app_without_a_secret_needs_its_verifier(app: Flask, client: FlaskClient, given: Settings) -> None:
    register(app, "app", kind="native", redirect_uris=["http://127.0.0.1/cb"])
    address = "http://127.0.0.1:5000/cb"
    query = wanted(given, client_id="app", redirect_uri=address)
    log_in(client, query)
    form = {"grant_type": "authorization_code", "client_id": "app", "redirect_uri": address}

    def try_with(**changes: str) -> Any:
        code = told(client.get("/oidc/authorize", query_string=query))["code"]
        return client.post("/oidc/token", data=form | {"code": code} | changes)

    assert try_with().json["error"] == "invalid_request"
    assert try_with(code_verifier="w" * 64).json["error"] == "invalid_grant"
    assert try_with(code_verifier="v" * 64, client_secret="x").status_code in (400, 401)
    assert try_with(code_verifier="v" * 64).status_code == 200


def test_a_client_with_a_secret_cannot_do_without(client: FlaskClient, given: Settings) -> None:
    code = get_code(client, wanted(given))
    answer = client.post("/oidc/token", data={
        "grant_type": "authorization_code", "client_id": given.oidc_client_id, "code": code,
        "code_verifier": "v" * 64, "redirect_uri": f"{given.base_url}/sign-in/callback"})
    assert answer.json["error"] == "invalid_client"


def test_scopes_open_no_more_than_they_say(app: Flask, client: FlaskClient, given: Settings) -> None:
    def info(scope: str) -> dict[str, Any]:
        token = exchange(client, given, get_code(client, wanted(given, scope=scope))).json["access_token"]
        return client.get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"}).json

    assert set(info("openid")) == {"sub"}
    assert set(info("openid email made-up")) == {"sub", "email", "email_verified"}
    assert {"name", "roles", "organisation"} <= set(info("openid profile"))


def test_an_idle_session_ends(client: FlaskClient, given: Settings) -> None:
    log_in(client, wanted(given))
    with clock.shifted(timedelta(hours=2)):
        assert "code" in told(ask(client, given))
    with clock.shifted(timedelta(hours=4)):
        assert "code" in told(ask(client, given)), "it was used two hours ago"
    with clock.shifted(timedelta(hours=8)):
        assert ask(client, given).status_code == 200


def test_discovery_tells_the_truth(app: Flask, client: FlaskClient, given: Settings) -> None:
    document = client.get("/oidc/.well-known/openid-configuration").json
    served = {str(rule) for rule in app.url_map.iter_rules()}
    for name, address in document.items():
        if name.endswith("_endpoint") or name == "jwks_uri":
            assert address.startswith(f"{given.issuer}/"), name
            assert urlsplit(address).path in served, name
    server = app.extensions["lms.identity.provider"]
    assert set(document["grant_types_supported"]) == {grant.GRANT_TYPE for grant, _extensions in server._token_grants}
    assert set(document["token_endpoint_auth_methods_supported"]) <= set(server._client_auth._methods)
    keys = client.get("/oidc/keys").json["keys"]
    assert {key["alg"] for key in keys} == set(document["id_token_signing_alg_values_supported"])
    assert not [key for key in keys if set(key) & {"d", "p", "q", "k"}]
    claims = id_token(client, given, get_code(client, wanted(given)))
    assert set(claims) - {"iss", "aud", "exp", "iat", "nonce", "at_hash"} <= set(document["claims_supported"])
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["backchannel_logout_supported"] is True


def test_addresses_that_may_be_registered() -> None:
    good = ["https://a.example/cb", "https://a.example:8443/cb?x=1"]
    bad = ["http://a.example/cb", "https://a.example/#x", "https://u:p@a.example/", "https://*.example/", "a.example",
           "javascript:alert(1)", "https:///cb", "ftp://a.example/", "https://a.example/ x", "https://a.example:x/",
           "https://a.example/../b", "custom:/cb", "data:text/html,x", ""]
    for kind in ("web", "native"):
        assert [each for each in good if not may_return_to(each, kind=kind, development=False)] == []
        assert [each for each in bad if may_return_to(each, kind=kind, development=False)] == []
    assert may_return_to("http://127.0.0.1:8080/cb", kind="web", development=True)
    assert not may_return_to("http://127.0.0.1:8080/cb", kind="web", development=False)
    assert may_return_to("vn.edu.app:/cb", kind="native", development=False)
    assert not may_return_to("vn.edu.app:/cb", kind="web", development=True)
    assert not may_be_told("http://10.0.0.1/out", development=True)
    assert may_be_told("https://a.example/out", development=False)
    assert not matches("http://127.0.0.1:1/cb", ["http://127.0.0.1/cb"], kind="web")
