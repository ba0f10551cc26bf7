"""Attacks on the sign-in by name, at a provider over real HTTP: refused, said plainly, audited, nothing half done."""

import time
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import OctKey, RSAKey

from lms.core.web import safe_next
from tests.lms.identity.little_provider import SECRET, LittleProvider, forged_unsigned, forged_with_public_key
from tests.lms.identity.walkers import go, is_signed_in, query_of, refused, sign_in_at

pytestmark = pytest.mark.usefixtures("two_providers")


def test_an_honest_provider_signs_in(client: FlaskClient, ministry: LittleProvider) -> None:
    assert sign_in_at(client, ministry, "/sign-in/start?next=/account").headers["Location"] == "/account"
    assert client.get("/api/v1/me").json["name"] == "Nguyễn An"


def test_wrong_issuer(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    ministry.lies["iss"] = "https://evil.example"
    refused(app, sign_in_at(client, ministry), "token:")


def test_wrong_audience(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    for audience in ("another-client", ["another-client"], [ministry.client_id, "another-client"]):
        ministry.lies = {"aud": audience, "azp": "another-client"}
        refused(app, sign_in_at(client, ministry), "token:")


@pytest.mark.parametrize("nonce", ["another", "", None])
def test_wrong_nonce(app: Flask, client: FlaskClient, ministry: LittleProvider, nonce: str | None) -> None:
    ministry.lies["nonce"] = nonce
    refused(app, sign_in_at(client, ministry), "token:")


def test_bad_signature(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    ministry.signing_key = RSAKey.generate_key(2048)
    refused(app, sign_in_at(client, ministry), "token:bad_signature")


def test_algorithm_none(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    back = go(client, ministry)
    request = ministry.codes[query_of(back)["code"]]
    ministry.id_token = forged_unsigned(ministry.claims(request))
    refused(app, client.get(back), "token:unsupported_algorithm")


@pytest.mark.parametrize("offered", [["HS256"], ["HS256", "RS256"], ["none"], []])
def test_hs256_with_the_public_key(app: Flask, client: FlaskClient, ministry: LittleProvider,
                                   offered: list[str]) -> None:
    """Even where the provider's own metadata offers nothing better."""
    ministry.metadata["id_token_signing_alg_values_supported"] = offered
    back = go(client, ministry)
    request = ministry.codes[query_of(back)["code"]]
    ministry.id_token = forged_with_public_key(ministry.claims(request), ministry.key)
    refused(app, client.get(back), "token:unsupported_algorithm")


def test_hs256_with_the_client_secret(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    ministry.header, ministry.signing_key = {"alg": "HS256"}, OctKey.import_key(SECRET)
    refused(app, sign_in_at(client, ministry), "token:unsupported_algorithm")


def test_replayed_code(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    back = go(client, ministry)
    assert client.get(back).status_code == 302
    client.post("/sign-out")
    refused(app, client.get(back), "state")
    stolen = go(client, ministry)
    code = query_of(back)["code"]
    refused(app, client.get(stolen.replace(query_of(stolen)["code"], code)), "provider:invalid_grant")


NASTY = ["https://evil.example", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
         "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "data:text/html,x", "https:evil.example",
         "/%09/evil.example\n", "http:/evil.example", "evil.example", " //evil.example", "/\u2028/evil.example",
         "@evil.example", ".evil.example", "/\r\nLocation: https://evil.example", "\x00//evil.example"]


@pytest.mark.parametrize("target", NASTY)
def test_open_redirects(client: FlaskClient, ministry: LittleProvider, target: str) -> None:
    assert safe_next(target) == "/"
    answer = sign_in_at(client, ministry, f"/sign-in/start?{urlencode({'next': target})}")
    assert answer.headers["Location"] == "/"
    again = client.get(f"/sign-in?{urlencode({'next': target})}").headers["Location"]
    assert again == "/"


@pytest.mark.parametrize("target", ["/%2f%2fevil.example", "/..//evil.example", "/.//evil.example",
                                    "/a?b=//evil.example"])
def test_open_redirects_that_stay_here(client: FlaskClient, ministry: LittleProvider, target: str) -> None:
    """Strange, but a browser reads them as paths of this platform."""
    answer = sign_in_at(client, ministry, f"/sign-in/start?{urlencode({'next': target})}")
    parts = urlsplit(answer.headers["Location"])
    assert (parts.scheme, parts.netloc) == ("", "")
    assert not answer.headers["Location"].startswith("//")


@pytest.mark.parametrize("name", ["code", "state", "iss", "error"])
def test_duplicate_codes(app: Flask, client: FlaskClient, ministry: LittleProvider, name: str) -> None:
    """`code=a&code=b`, and any other parameter twice."""
    back = go(client, ministry)
    refused(app, client.get(f"{back}&{name}=b&{name}=c"), "duplicate-parameter")
    assert "/token" not in ministry.asked


def test_state_of_another_browser(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    mine = go(app.test_client(), ministry)
    refused(app, client.get(mine), "state")
    assert "/token" not in ministry.asked


def test_mix_up(app: Flask, client: FlaskClient, ministry: LittleProvider, university: LittleProvider) -> None:
    """An answer of one provider at the address of the other: the state is bound to the provider it was made for."""
    back = go(client, ministry)
    refused(app, client.get(back.replace("/sign-in/callback", "/sign-in/bach-khoa/callback")), "state")
    assert "/token" not in university.asked, "the code of the one is not shown to the other"


def test_mix_up_by_the_issuer_parameter(app: Flask, client: FlaskClient, ministry: LittleProvider,
                                        university: LittleProvider) -> None:
    back = go(client, ministry)
    refused(app, client.get(back.replace(quote(ministry.issuer, safe=""), quote(university.issuer, safe=""))), "issuer")
    assert "/token" not in ministry.asked


def test_mix_up_where_the_promised_issuer_is_missing(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    ministry.metadata["authorization_response_iss_parameter_supported"] = True
    assert sign_in_at(client, ministry).status_code == 302
    client.post("/sign-out")
    refused(app, client.get(go(client, ministry).partition("&iss=")[0]), "issuer")


@pytest.mark.parametrize(("lies", "is_in_time"), [
    ({"exp": -30}, True), ({"exp": -90}, False), ({"iat": 30}, True), ({"iat": 600}, False),
    ({"nbf": 30}, True), ({"nbf": 600}, False)])
def test_expired_or_not_yet_valid_with_skew(app: Flask, client: FlaskClient, ministry: LittleProvider,
                                            lies: dict[str, int], is_in_time: bool) -> None:
    """The provider's clock may be a minute off, not more."""
    ministry.lies = {name: int(time.time()) + seconds for name, seconds in lies.items()}
    answer = sign_in_at(client, ministry)
    if is_in_time:
        assert answer.status_code == 302
    else:
        refused(app, answer, "token:")


def test_key_rotation_without_a_restart(client: FlaskClient, ministry: LittleProvider) -> None:
    assert sign_in_at(client, ministry).status_code == 302
    client.post("/sign-out")
    ministry.key = RSAKey.generate_key(2048, auto_kid=True)
    assert sign_in_at(client, ministry).status_code == 302
    assert is_signed_in(client)


def test_a_hostile_token_cannot_hammer_the_provider(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    """Unknown keys are looked for at most once in ten seconds."""
    sign_in_at(client, ministry)
    ministry.header = {"alg": "RS256", "kid": "made-up"}
    ministry.asked.clear()
    for _try in range(10):
        forged = ministry.logout_token()
        assert client.post("/sign-in/main/back-channel-logout", data={"logout_token": forged}).status_code == 400
    assert ministry.asked.count("/keys") == 1
    assert is_signed_in(client)


def test_a_token_about_somebody_else_than_userinfo(app: Flask, client: FlaskClient, ministry: LittleProvider) -> None:
    ministry.lies["sub"] = "somebody-else"
    refused(app, sign_in_at(client, ministry), "subject")


@pytest.mark.parametrize("value", [[], {}, 7, True, "x" * 5000, "\x00", "‮"])
@pytest.mark.parametrize("claim", ["auth_time", "acr", "amr", "sid", "name", "roles"])
def test_strange_claims_break_nothing(client: FlaskClient, ministry: LittleProvider, claim: str, value: Any) -> None:
    ministry.lies[claim] = value
    assert sign_in_at(client, ministry).status_code in (302, 400)


def test_an_unknown_provider_is_a_page(client: FlaskClient) -> None:
    for path in ("/sign-in/nobody/start", "/sign-in/nobody/callback?code=a&state=b"):
        assert client.get(path).status_code == 404
    assert client.post("/sign-in/nobody/back-channel-logout").status_code == 404
