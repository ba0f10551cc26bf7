"""Back-channel logout: clients are told that a session ended, by a signed token and at their own address only."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.permissions import SYSTEM
from lms.identity.provider import back_channel, services
from lms.identity.provider.models import ProviderAccount, ProviderLogout, ProviderSession
from tests.lms.identity.provider.party import LIBRARY, exchange, get_code, log_in, register, wanted


class Listener(HTTPServer):
    """A client's back channel: keeps what it was sent, and answers as it is told."""

    answer = 200
    heard: list[dict[str, list[str]]]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.heard.append(parse_qs(body))
        self.send_response(self.server.answer)
        if self.server.answer == 302:
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A client that listens on this machine."""
    server = Listener(("127.0.0.1", 0), _Handler)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def signed_in(app: Flask, client: FlaskClient, given: Settings, listener: Listener) -> FlaskClient:
    """Somebody who has signed in to a client that listens."""
    secret = register(app, back_channel_uri=f"http://127.0.0.1:{listener.server_port}/out")
    query = wanted(given, client_id="library", redirect_uri=LIBRARY)
    log_in(client, query)
    code = client.get("/oidc/authorize", query_string=query).headers["Location"].split("code=")[1].split("&")[0]
    client.post("/oidc/token", auth=("library", secret), data={
        "grant_type": "authorization_code", "code": code, "code_verifier": "v" * 64, "redirect_uri": LIBRARY})
    return client


def notice(app: Flask) -> ProviderLogout:
    with app.app_context():
        return db.session.scalars(select(ProviderLogout).where(ProviderLogout.client_id == "library")).one()


def test_a_client_is_told_which_session_of_whom_has_ended(app: Flask, given: Settings, signed_in: FlaskClient,
                                                          listener: Listener, run_jobs: Any) -> None:
    signed_in.post("/oidc/end-session/confirmed")
    run_jobs()
    assert len(listener.heard) == 1
    token = jwt.decode(listener.heard[0]["logout_token"][0],
                       KeySet.import_key_set(signed_in.get("/oidc/keys").json), algorithms=["RS256"])
    assert token.header["typ"] == "logout+jwt"
    with app.app_context():
        sid = str(db.session.scalar(select(ProviderSession.id)))
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["sub"], claims["sid"]) == (given.issuer, "library", "s1", sid)
    assert claims["events"] == {back_channel.EVENT: {}}
    assert {"jti", "iat", "exp"} <= set(claims)
    assert "nonce" not in claims
    assert notice(app).outcome == "HTTP 200"
    run_jobs()
    assert len(listener.heard) == 1, "once"


def test_the_web_process_tells_within_a_second(app: Flask, given: Settings, signed_in: FlaskClient,
                                               listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    app.config["TESTING"] = False
    try:
        began = time.monotonic()
        signed_in.post("/oidc/end-session/confirmed")
        while not listener.heard and time.monotonic() - began < 5:
            time.sleep(0.01)
        assert time.monotonic() - began < 1
        while notice(app).told_at is None and time.monotonic() - began < 5:
            time.sleep(0.05)
        assert notice(app).told_at is not None
    finally:
        app.config["TESTING"] = True


@pytest.mark.parametrize(("answer", "outcome"), [(500, "HTTP 500"), (302, "HTTP 302"), (400, "HTTP 400")])
def test_a_client_that_does_not_take_it_is_told_again(app: Flask, signed_in: FlaskClient, listener: Listener,
                                                      run_jobs: Any, answer: int, outcome: str) -> None:
    listener.answer = answer
    signed_in.post("/oidc/end-session/confirmed")
    run_jobs()
    assert (notice(app).outcome, notice(app).told_at) == (outcome, None)
    assert len(listener.heard) == 1, "no redirect is followed"
    listener.answer = 204
    with app.app_context():
        back_channel.tell_logout(notice(app).id)
    assert (notice(app).outcome, notice(app).tries) == ("HTTP 204", 2)


def test_a_client_that_is_away_is_no_trouble_for_the_person(app: Flask, signed_in: FlaskClient, listener: Listener,
                                                            run_jobs: Any) -> None:
    listener.shutdown()
    listener.server_close()
    assert signed_in.post("/oidc/end-session/confirmed").status_code == 302
    run_jobs()
    assert notice(app).outcome == "ConnectionError"


def test_two_tellers_do_not_tell_twice(app: Flask, signed_in: FlaskClient) -> None:
    signed_in.post("/oidc/end-session/confirmed")
    with app.app_context():
        assert services.claim_notice(notice(app).id) is not None
        db.session.commit()
        with pytest.raises(Conflict):
            services.claim_notice(notice(app).id)


def test_all_sessions_of_an_account_but_one(app: Flask, given: Settings, signed_in: FlaskClient) -> None:
    other = app.test_client()
    log_in(other, wanted(given))
    with app.app_context():
        account_id = db.session.scalar(select(ProviderAccount.id))
        kept = services.list_sessions(account_id)[0]
        assert services.end_sessions_of(account_id, keep=kept.id) == 1
        assert [each.id for each in services.list_sessions(account_id)] == [kept.id]
        db.session.commit()
    assert notice(app).subject == "s1"
    assert signed_in.get("/oidc/authorize", query_string=wanted(given)).status_code == 200
    assert other.get("/oidc/authorize", query_string=wanted(given)).status_code == 302


def test_a_client_that_was_shut_out_is_told_nothing_any_more(app: Flask, signed_in: FlaskClient, listener: Listener,
                                                             run_jobs: Any) -> None:
    with app.app_context():
        services.revoke_client(SYSTEM, services.find_client_row("library").id)
        db.session.commit()
    signed_in.post("/oidc/end-session/confirmed")
    run_jobs()
    assert listener.heard == []


def test_the_platform_itself_is_told_too(app: Flask, client: FlaskClient, given: Settings) -> None:
    exchange(client, given, get_code(client, wanted(given)))
    client.post("/oidc/end-session/confirmed")
    with app.app_context():
        row = db.session.scalars(select(ProviderLogout)).one()
        told = services.claim_notice(row.id)
        assert (told.client_id, told.address) == ("lms", services.own_back_channel_uri())
