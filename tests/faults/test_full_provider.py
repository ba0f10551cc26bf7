"""Keycloak gone: who is signed in works on; who wants to sign in is told, and can as soon as it is back."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.identity import client as provider_client
from tests.faults.conftest import Lines
from tests.faults.scenes import EXAM_KIND, seat_candidate

SAYS_SO = "Dịch vụ đăng nhập"


@pytest.fixture(autouse=True)
def way_to_the_provider(lines: Lines, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform goes to the provider over the line, as over a proxy: its address is in what it signs."""
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{lines['provider'].port}")
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setattr(provider_client, "METADATA_SECONDS", 0)


def test_who_is_signed_in_works_on(app: Flask, lines: Lines, client_of: Callable[[str], FlaskClient]) -> None:
    teacher, candidate = client_of("teacher"), seat_candidate(app)
    lines["provider"].cut()
    assert teacher.get("/").status_code == 200
    assert teacher.get("/works/mine").status_code == 200
    assert candidate.answer(EXAM_KIND, "o2").status_code == 200


def test_signing_in_says_so_and_works_again(lines: Lines, client: FlaskClient) -> None:
    assert client.get("/sign-in/start").status_code == 302
    lines["provider"].cut()
    assert client.get("/sign-in").status_code == 200
    page = client.get("/sign-in/start")
    assert page.status_code == 503
    assert SAYS_SO in page.text
    lines["provider"].mend()
    again = client.get("/sign-in/start")
    assert again.status_code == 302
    assert "code_challenge=" in again.headers["Location"]


def test_coming_back_while_it_is_away_says_so(lines: Lines, client: FlaskClient) -> None:
    away = client.get("/sign-in/start").headers["Location"]
    state = away.split("state=")[1].split("&")[0]
    lines["provider"].cut()
    page = client.get(f"/sign-in/callback?code=abc&state={state}")
    assert page.status_code == 503
    assert SAYS_SO in page.text


def test_signing_out_ends_ours_and_says_that_it_was_half(lines: Lines, client_of: Callable[[str], FlaskClient]) -> None:
    teacher = client_of("teacher")
    lines["provider"].cut()
    assert teacher.post("/sign-out").status_code == 302
    assert teacher.get("/works/mine").status_code == 302
