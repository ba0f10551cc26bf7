"""A client that knows the protocol, for the tests that sign in or attack."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient

from lms.core.config import Settings
from lms.core.db import db
from lms.core.permissions import SYSTEM
from lms.identity.provider import services

LIBRARY = "https://library.example/cb"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


def wanted(given: Settings, **changes: str | None) -> dict[str, str]:
    """The parameters of a good authorization request, with changes; None leaves one out."""
    query: dict[str, str | None] = {
        "response_type": "code",
        "client_id": given.oidc_client_id,
        "scope": "openid profile",
        "state": "st",
        "redirect_uri": f"{given.base_url}/sign-in/callback",
        "nonce": "n1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return {name: value for name, value in (query | changes).items() if value is not None}


def log_in(client: FlaskClient, query: dict[str, str], password: str = "a long password") -> Any:
    return client.post("/oidc/authorize", query_string=query, data={"username": "hoa", "password": password})


def get_code(client: FlaskClient, query: dict[str, str]) -> str:
    return parse_qs(urlsplit(log_in(client, query).headers["Location"]).query)["code"][0]


def exchange(
    client: FlaskClient, given: Settings, code: str, secret: str | None = None, **changes: str
) -> Any:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "code_verifier": VERIFIER,
        "redirect_uri": f"{given.base_url}/sign-in/callback",
    } | changes
    return client.post(
        "/oidc/token", data=form, auth=(given.oidc_client_id, secret or given.oidc_client_secret)
    )


def userinfo(client: FlaskClient, token: str) -> Any:
    return client.get("/oidc/userinfo", headers={"Authorization": f"Bearer {token}"})


def register(app: Flask, client_id: str = "library", **more: Any) -> str:
    """Another client; returns its secret."""
    fields = {"name": "Thư viện", "redirect_uris": [LIBRARY], "scopes": list(services.SCOPES)} | more
    with app.app_context():
        secret = services.add_client(SYSTEM, client_id=client_id, **fields).secret
        db.session.commit()
    return secret
