"""The client against a provider that lies: each lie is refused with a page, audited, and signs nobody in."""

import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from sqlalchemy import select

from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.identity.models import SignIn


class Provider:
    """A provider under our control, in place of the network."""

    def __init__(self, given: Settings) -> None:
        self.issuer = given.issuer
        self.key = RSAKey.generate_key(2048, auto_kid=True)
        self.claims: dict[str, Any] = {"iss": self.issuer, "sub": "s1", "aud": given.oidc_client_id}
        self.userinfo: dict[str, Any] = {"sub": "s1", "name": "Nguyễn An", "roles": ["teacher"]}
        self.metadata: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["HS256", "RS256"],
        }
        self.algorithm = "RS256"
        self.signing_key: Any = self.key
        self.down: set[str] = set()
        self.token_error: dict[str, Any] | None = None
        self.asked: list[str] = []

    def send(
        self, _session: requests.Session, request: requests.PreparedRequest, **_options: Any
    ) -> requests.Response:
        path = urlsplit(request.url or "").path.rsplit("/", 1)[-1]
        self.asked.append(path)
        assert not db.session().in_transaction(), "a transaction is held while waiting for the provider"
        if path in self.down:
            raise requests.ConnectionError("down")
        bodies = {
            "openid-configuration": self.metadata,
            "userinfo": self.userinfo,
            "keys": KeySet([self.key]).as_dict(private=False),
        }
        return self.answer(request, self.token() if path == "token" else bodies[path])

    def answer(self, request: requests.PreparedRequest, body: dict[str, Any]) -> requests.Response:
        response = requests.Response()
        response.status_code = 400 if "error" in body else 200
        response._content = json.dumps(body).encode()
        response.headers["Content-Type"] = "application/json"
        response.url, response.request = request.url or "", request
        return response

    def token(self) -> dict[str, Any]:
        if self.token_error:
            return self.token_error
        now = int(time.time())
        claims = {"iat": now, "exp": now + 300} | self.claims
        header = {"alg": self.algorithm} | ({"kid": self.key.kid} if self.algorithm == "RS256" else {})
        id_token = jwt.encode(header, claims, self.signing_key, algorithms=[self.algorithm])
        return {"access_token": "a", "token_type": "Bearer", "id_token": id_token, "expires_in": 300}


@pytest.fixture
def provider(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    fake = Provider(app.extensions["lms.settings"])
    monkeypatch.setattr(requests.Session, "send", lambda *call, **options: fake.send(*call, **options))
    known = app.extensions["lms.identity.openid"]["main"].server_metadata
    known.clear()
    app.extensions["lms.identity.openid"]["main"]._forced_at = 0.0
    yield fake
    known.clear()


def come_back(client: FlaskClient, provider: Provider, **changes: str) -> Any:
    """Begin, and come back with a code; the ID token carries the nonce that was sent."""
    sent = parse_qs(urlsplit(client.get("/sign-in/start?next=/account").headers["Location"]).query)
    assert sent["code_challenge_method"] == ["S256"]
    provider.claims.setdefault("nonce", sent["nonce"][0])
    return client.get("/sign-in/callback", query_string={"code": "c", "state": sent["state"][0]} | changes)


def refusal(app: Flask) -> str:
    """Why the last sign-in was refused; nobody is signed in."""
    with app.app_context():
        assert db.session.query(SignIn).count() == 0
        statement = select(AuditEvent).where(AuditEvent.action == "sign_in:refused").order_by(AuditEvent.id)
        return str(db.session.scalars(statement).all()[-1].reason)


def test_an_honest_answer_signs_in_and_goes_on(app: Flask, client: FlaskClient, provider: Provider) -> None:
    response = come_back(client, provider)
    assert response.headers["Location"] == "/account"
    assert client.get("/api/v1/me").json["name"] == "Nguyễn An"
    with client.session_transaction() as session:
        assert set(session) <= {"_user_id", "csrf_token"}


@pytest.mark.parametrize(
    ("lie", "reason"),
    [
        ({"nonce": "another"}, "token:"),
        ({"nonce": None}, "token:"),
        ({"iss": "https://evil.example"}, "token:"),
        ({"aud": "another client"}, "token:"),
        ({"aud": ["another client"], "azp": "lms"}, "token:"),
        ({"exp": 1}, "token:"),
        ({"sub": "somebody else"}, "subject"),
    ],
)
def test_a_wrong_nonce_issuer_audience_time_or_subject_is_refused(
    app: Flask, client: FlaskClient, provider: Provider, lie: dict[str, Any], reason: str
) -> None:
    provider.claims |= lie
    response = come_back(client, provider)
    assert response.status_code == 400
    assert "Traceback" not in response.text
    assert refusal(app).startswith(reason)


def test_a_token_signed_by_somebody_else_is_refused(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    provider.signing_key = RSAKey.generate_key(2048)
    assert come_back(client, provider).status_code == 400
    assert refusal(app).startswith("token:")


def test_a_token_signed_with_the_client_secret_is_refused(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    provider.algorithm, provider.signing_key = "HS256", OctKey.import_key("development-only-secret")
    assert come_back(client, provider).status_code in (400, 503)
    with app.app_context():
        assert db.session.query(SignIn).count() == 0


def test_a_new_key_of_the_provider_is_fetched(client: FlaskClient, provider: Provider) -> None:
    come_back(client, provider)
    provider.key = provider.signing_key = RSAKey.generate_key(2048, auto_kid=True)
    provider.claims.pop("nonce")
    provider.asked.clear()
    assert come_back(client, provider).status_code == 302
    assert provider.asked == ["token", "keys", "userinfo"]


def test_an_expired_or_used_code_is_refused(app: Flask, client: FlaskClient, provider: Provider) -> None:
    provider.token_error = {"error": "invalid_grant"}
    assert come_back(client, provider).status_code == 400
    assert refusal(app) == "provider:invalid_grant"


def test_a_cancelled_sign_in_is_said_plainly(app: Flask, client: FlaskClient, provider: Provider) -> None:
    assert come_back(client, provider, error="access_denied").status_code == 400
    assert refusal(app) == "provider:access_denied"


def test_an_answer_of_another_issuer_is_refused(app: Flask, client: FlaskClient, provider: Provider) -> None:
    assert come_back(client, provider, iss="https://evil.example").status_code == 400
    assert refusal(app) == "issuer"


def test_a_wrong_state_is_refused_before_the_provider_is_asked(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    come_back(client, provider, state="made-up")
    assert "token" not in provider.asked
    assert refusal(app) == "state"


def test_a_state_is_good_once(app: Flask, client: FlaskClient, provider: Provider) -> None:
    provider.token_error = {"error": "invalid_grant"}
    state = parse_qs(urlsplit(client.get("/sign-in/start").headers["Location"]).query)["state"][0]
    for expected in ("provider:invalid_grant", "state"):
        assert client.get(f"/sign-in/callback?code=c&state={state}").status_code == 400
        assert refusal(app) == expected


def test_without_an_id_token_nobody_is_signed_in(app: Flask, client: FlaskClient, provider: Provider) -> None:
    provider.token_error = {"access_token": "a", "token_type": "Bearer"}
    assert come_back(client, provider).status_code == 400
    assert refusal(app) == "token"


@pytest.mark.parametrize("part", ["openid-configuration", "token", "keys", "userinfo"])
def test_a_provider_that_does_not_answer_is_a_page_that_says_so(
    app: Flask, client: FlaskClient, provider: Provider, part: str
) -> None:
    provider.down.add(part)
    before = part == "openid-configuration"
    response = client.get("/sign-in/start") if before else come_back(client, provider)
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    provider.down.clear()
    provider.claims.pop("nonce", None)
    assert come_back(client, provider).status_code == 302, "and works again when the provider is back"


def test_metadata_of_another_issuer_is_not_used(client: FlaskClient, provider: Provider) -> None:
    provider.metadata["issuer"] = "https://evil.example"
    assert client.get("/sign-in/start").status_code == 503


def test_many_open_tabs_keep_the_cookie_small(client: FlaskClient, provider: Provider) -> None:
    for _tab in range(10):
        client.get("/sign-in/start")
    with client.session_transaction() as session:
        assert len([name for name in session if name.startswith("_state_")]) == 3


def test_signing_out_goes_by_the_provider(client: FlaskClient, provider: Provider) -> None:
    come_back(client, provider)
    target = urlsplit(client.post("/sign-out").headers["Location"])
    sent = parse_qs(target.query)
    assert target.path.endswith("/end")
    assert sent["post_logout_redirect_uri"][0].endswith("/signed-out")
    assert sent["id_token_hint"]
    assert client.get("/api/v1/me").status_code == 401


def test_signing_out_works_here_while_the_provider_is_down(
    app: Flask, client: FlaskClient, provider: Provider
) -> None:
    come_back(client, provider)
    app.extensions["lms.identity.openid"]["main"].server_metadata.pop("_loaded_at")
    provider.down.add("openid-configuration")
    assert client.post("/sign-out").headers["Location"] == "/signed-out?half=1"
    assert client.get("/api/v1/me").status_code == 401
