"""npm's openid-client, a certified client, against the bundled provider."""

import base64
import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from lms.core.permissions import SYSTEM
from lms.identity.provider import keys
from tests.lms.identity.real.apache import Apache
from tests.lms.identity.real.conftest import PEOPLE, SCOPES, Provider
from tests.lms.identity.real.node import OpenidClient, Refused
from tests.lms.identity.real.person import PASSWORD, WORD_SECONDS, go_on, log_in, seconds_until, sign_out
from tests.walk.site import Browser

SUBJECT = "subject-of-student"


def sign_in(browser: Browser, node: OpenidClient, **parameters: str) -> dict[str, Any]:
    """The tokens of somebody who signs in with this browser."""
    begun = node.ask("begin", parameters=parameters)
    page = log_in(browser, begun["address"], until=node.callback)
    tokens: dict[str, Any] = node.ask("finish", address=page.url, begun=begun)
    return tokens


@pytest.fixture
def tokens(real: Provider, node: OpenidClient) -> dict[str, Any]:
    """The tokens of a student who has just signed in."""
    return sign_in(real.browser("student"), node)


def refused(node: OpenidClient, command: str, **given: Any) -> str:
    """The code with which this is refused."""
    with pytest.raises(Refused) as refusal:
        node.ask(command, **given)
    return refusal.value.code


def test_signs_in_and_reads_userinfo(node: OpenidClient, tokens: dict[str, Any]) -> None:
    assert tokens["claims"]["sub"] == SUBJECT
    told = node.ask("userinfo", token=tokens["access_token"], subject=SUBJECT)
    assert told["name"] == PEOPLE["student"]
    refused(node, "userinfo", token=tokens["access_token"] + "x", subject=SUBJECT)


def test_a_second_application_needs_no_second_password(real: Provider, node: OpenidClient) -> None:
    browser = real.browser("student")
    first = sign_in(browser, node)
    begun = node.ask("begin", parameters={"prompt": "none"})
    page = browser.get(begun["address"])
    second = node.ask("finish", address=page.url, begun=begun)
    assert second["claims"]["sid"] == first["claims"]["sid"]


def test_who_asks_without_a_person_is_told_so(real: Provider, node: OpenidClient) -> None:
    begun = node.ask("begin", parameters={"prompt": "none"})
    page = real.browser("student").get(begun["address"])
    assert page.url.startswith(node.callback)
    assert refused(node, "finish", address=page.url, begun=begun) == "login_required"


def test_refreshes_by_rotation(node: OpenidClient, tokens: dict[str, Any]) -> None:
    second = node.ask("refresh", token=tokens["refresh_token"])
    assert second["access_token"] != tokens["access_token"]
    assert second["refresh_token"] != tokens["refresh_token"]
    assert node.ask("userinfo", token=second["access_token"], subject=SUBJECT)["sub"] == SUBJECT


def test_a_refresh_token_used_twice_ends_the_family(node: OpenidClient, tokens: dict[str, Any]) -> None:
    second = node.ask("refresh", token=tokens["refresh_token"])
    assert refused(node, "refresh", token=tokens["refresh_token"]) == "invalid_grant"
    assert refused(node, "refresh", token=second["refresh_token"]) == "invalid_grant"
    refused(node, "userinfo", token=second["access_token"], subject=SUBJECT)


def test_a_code_is_good_once(real: Provider, node: OpenidClient) -> None:
    begun = node.ask("begin")
    page = log_in(real.browser("student"), begun["address"], until=node.callback)
    tokens = node.ask("finish", address=page.url, begun=begun)
    assert refused(node, "finish", address=page.url, begun=begun) == "invalid_grant"
    refused(node, "userinfo", token=tokens["access_token"], subject=SUBJECT)


def test_introspects_and_revokes(node: OpenidClient, tokens: dict[str, Any]) -> None:
    told = node.ask("introspect", token=tokens["access_token"])
    assert told["active"] is True
    assert (told["sub"], told["client_id"]) == (SUBJECT, "emis")
    node.ask("revoke", token=tokens["refresh_token"])
    assert node.ask("introspect", token=tokens["access_token"]) == {"active": False}
    assert refused(node, "refresh", token=tokens["refresh_token"]) == "invalid_grant"


def test_a_program_signs_in_for_itself(real: Provider, another_node: OpenidClient, node: OpenidClient,
                                       tokens: dict[str, Any]) -> None:
    program = another_node
    program.discover(real.issuer, "sync", real.add_client("sync", kind="program", scopes=["introspect", "api"]))
    own = program.ask("credentials", scope="introspect")
    assert not {"refresh_token", "id_token"} & set(own)
    assert program.ask("introspect", token=tokens["access_token"])["active"] is True
    assert program.ask("introspect", token=own["access_token"])["client_id"] == "sync"
    assert refused(node, "credentials") == "unauthorized_client"


def test_a_program_with_a_key_of_its_own_calls_the_platform(real: Provider, another_node: OpenidClient) -> None:
    key = another_node.ask("makeKey")
    real.add_client("register", kind="program", scopes=["api"], keys={"keys": [key]}, roles=["teacher"],
                    organisation="DHTN")
    another_node.discover(real.issuer, "register", proof="key")
    token = another_node.ask("credentials", scope="api")["access_token"]
    answer = another_node.ask("fetch", address=f"{real.platform.base}/api/v1/me", token=token)
    assert answer["status"] == 200
    assert json.loads(answer["body"])["roles"] == ["teacher"]


def test_an_app_without_a_secret_signs_in_by_pkce(real: Provider, another_node: OpenidClient) -> None:
    port = urlsplit(another_node.base).port
    real.add_client("app", kind="native", scopes=SCOPES, redirect_uris=["http://127.0.0.1/back"])
    another_node.discover(real.issuer, "app", proof="none", callback=f"http://127.0.0.1:{port}/back")
    begun = another_node.ask("begin")
    page = log_in(real.browser("student"), begun["address"], until=f"http://127.0.0.1:{port}/back")
    assert refused(another_node, "finish", address=page.url, begun={**begun, "verifier": "w" * 43}) == "invalid_grant"
    begun = another_node.ask("begin")
    page = log_in(real.browser("student"), begun["address"], until=f"http://127.0.0.1:{port}/back")
    tokens = another_node.ask("finish", address=page.url, begun=begun)
    assert another_node.ask("refresh", token=tokens["refresh_token"])["claims"]["sub"] == SUBJECT


def test_a_foreign_application_asks_the_person_once(real: Provider, another_node: OpenidClient) -> None:
    secret = real.add_client("shop", own=False, scopes=SCOPES, redirect_uris=[another_node.callback])
    another_node.discover(real.issuer, "shop", secret)
    browser = real.browser("teacher")
    begun = another_node.ask("begin")
    browser.get(begun["address"]).form("password").submit(username="teacher", password=PASSWORD)
    form = browser.get(begun["address"]).ok().form("ticket")
    page = go_on(form.submit(**form.button("decision", "deny")), until=another_node.callback)
    assert refused(another_node, "finish", address=page.url, begun=begun) == "access_denied"
    assert sign_in(browser, another_node)["claims"]["sub"] == "subject-of-teacher"
    begun = another_node.ask("begin", parameters={"prompt": "none"})
    assert "code=" in browser.get(begun["address"]).url, "it is remembered"


def test_a_new_key_of_the_provider_is_noticed_by_nobody(real: Provider, node: OpenidClient, apache: Apache) -> None:
    before = sign_in(real.browser("student"), node)
    with real.app.app_context():
        keys.rotate_keys(SYSTEM, at_once=True)
    after = sign_in(real.browser("student"), node)
    assert kid(before) != kid(after)
    browser = real.browser("student")
    assert log_in(browser, f"{apache.base}/office/", until=f"{apache.base}/office/").status == 200
    page = browser.get(node.ask("leave", idToken=before["id_token"], to=f"{node.base}/out"))
    assert page.url.startswith(f"{node.base}/out"), "a token of the key before still signs out"
    assert real.browser("student").sign_in(PASSWORD).get("/account").status == 200, "the platform knows it too"


def kid(tokens: dict[str, Any]) -> str:
    """Which key signed an ID token."""
    header = tokens["id_token"].partition(".")[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=="))["kid"])


def test_is_logged_out_by_back_channel(real: Provider, node: OpenidClient) -> None:
    browser = real.browser("student")
    tokens = sign_in(browser, node)
    node.ask("loggedOut")
    sign_out(browser, real.issuer)
    told: list[dict[str, Any]] = []
    assert seconds_until(lambda: bool(told.extend(node.ask("loggedOut")) or told)) < WORD_SECONDS
    sid = tokens["claims"]["sid"]
    assert [(word["sub"], word["sid"], word["typ"]) for word in told] == [(SUBJECT, sid, "logout+jwt")]
    assert node.ask("introspect", token=tokens["access_token"]) == {"active": False}


def test_leaving_one_application_leaves_the_other(real: Provider, node: OpenidClient, apache: Apache) -> None:
    browser = real.browser("student")
    tokens = sign_in(browser, node)
    assert log_in(browser, f"{apache.base}/office/", until=f"{apache.base}/office/").status == 200
    page = browser.get(node.ask("leave", idToken=tokens["id_token"], to=f"{node.base}/out"))
    assert page.url.startswith(f"{node.base}/out")
    def gone() -> bool:
        return browser.get(f"{apache.base}/office/", allow_redirects=False).status == 302
    assert seconds_until(gone) < WORD_SECONDS
