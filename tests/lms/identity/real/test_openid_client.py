"""npm's openid-client, a certified client, against the bundled provider."""

from typing import Any

import pytest

from tests.lms.identity.real.conftest import PEOPLE, Provider
from tests.lms.identity.real.node import OpenidClient, Refused
from tests.lms.identity.real.person import WORD_SECONDS, log_in, seconds_until, sign_out
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


@pytest.fixture
def program(real: Provider) -> Any:
    """Another application: a program without people."""
    node = OpenidClient()
    node.discover(real.issuer, "sync", real.add_client("sync", kind="program", scopes=["introspect", "api"]))
    yield node
    node.stop()


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


def test_a_program_signs_in_for_itself(program: OpenidClient, node: OpenidClient, tokens: dict[str, Any]) -> None:
    own = program.ask("credentials", scope="introspect")
    assert not {"refresh_token", "id_token"} & set(own)
    assert program.ask("introspect", token=tokens["access_token"])["active"] is True
    assert program.ask("introspect", token=own["access_token"])["client_id"] == "sync"
    assert refused(node, "credentials") in {"unauthorized_client", "invalid_client"}


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


def test_leaving_one_application_leaves_the_other(real: Provider, node: OpenidClient, apache: Any) -> None:
    browser = real.browser("student")
    tokens = sign_in(browser, node)
    assert log_in(browser, f"{apache.base}/office/", until=f"{apache.base}/office/").status == 200
    page = browser.get(node.ask("leave", idToken=tokens["id_token"], to=f"{node.base}/out"))
    assert page.url.startswith(f"{node.base}/out")
    def gone() -> bool:
        return browser.get(f"{apache.base}/office/", allow_redirects=False).status == 302
    assert seconds_until(gone) < WORD_SECONDS
