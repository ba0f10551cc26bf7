"""What tests of sign-ins do again and again."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core.audit import AuditEvent
from lms.core.db import db
from lms.identity.models import SignIn
from tests.lms.identity.little_provider import LittleProvider


def go(client: FlaskClient, provider: LittleProvider, start: str = "/sign-in/start") -> str:
    """To the provider and back, but for the last step: the address to come back to."""
    return provider.visit(client.get(start).headers["Location"])


def sign_in_at(client: FlaskClient, provider: LittleProvider, start: str = "/sign-in/start") -> Any:
    """To the provider and back."""
    return client.get(go(client, provider, start))


def refused(app: Flask, response: Any, reason: str) -> None:
    """A page said so, it is audited by its reason, and nobody is signed in."""
    assert response.status_code == 400
    assert "<main" in response.text
    assert "Traceback" not in response.text
    with app.app_context():
        assert db.session.query(SignIn).filter(SignIn.ended_at.is_(None)).count() == 0
    assert reason in last_refusal(app)


def last_refusal(app: Flask, action: str = "sign_in:refused") -> str:
    """The reason of the newest refused event."""
    with app.app_context():
        statement = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.created_at, AuditEvent.id)
        event = db.session.scalars(statement).all()[-1]
        assert event.refused
        return str(event.reason)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the very next request is somebody's."""
    return client.get("/api/v1/me").status_code == 200


def query_of(address: str) -> dict[str, str]:
    """The query of an address, each name once."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
