"""Applications that are not the ministry's own are let in by the person, once, and can be put out again."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core.config import Settings
from lms.core.db import db
from lms.identity.provider import services
from lms.identity.provider.models import ProviderAccount, ProviderCode, ProviderConsent
from tests.lms.identity.provider.party import LIBRARY, log_in, register, wanted


@pytest.fixture
def query(app: Flask, given: Settings) -> dict[str, str]:
    """The request of somebody else's application."""
    register(app, own=False)
    return wanted(given, client_id="library", redirect_uri=LIBRARY, scope="openid profile")


def decide(client: FlaskClient, page: str, **changes: str) -> Any:
    """Press a button of the page."""
    action = re.search(r'action="(/oidc/consent[^"]*)"', page).group(1).replace("&amp;", "&")
    ticket = re.search(r'name="ticket" value="([^"]*)"', page).group(1)
    return client.post(action, data={"ticket": ticket, "decision": "allow"} | changes)


def codes(app: Flask) -> int:
    with app.app_context():
        return db.session.query(ProviderCode).count()


def test_the_person_is_asked_once_and_the_answer_is_remembered(app: Flask, client: FlaskClient,
                                                              query: dict[str, str]) -> None:
    page = log_in(client, query).text
    assert "Thư viện" in page
    assert codes(app) == 0
    assert f"{LIBRARY}?code=" in decide(client, page).text
    assert client.get("/oidc/authorize", query_string=query).headers["Location"].startswith(f"{LIBRARY}?code=")
    more = client.get("/oidc/authorize", query_string=query | {"scope": "openid profile email"})
    assert 'name="decision"' in more.text, "more than was allowed is asked for again"
    again = client.get("/oidc/authorize", query_string=query | {"prompt": "consent"})
    assert 'name="decision"' in again.text


def test_a_refusal_is_told_to_the_application(app: Flask, client: FlaskClient, query: dict[str, str]) -> None:
    answer = decide(client, log_in(client, query).text, decision="deny")
    assert f"{LIBRARY}?error=access_denied" in answer.text
    assert codes(app) == 0


def test_consent_cannot_be_passed_by(app: Flask, client: FlaskClient, query: dict[str, str]) -> None:
    page = log_in(client, query).text
    wider = query | {"scope": "openid profile email api"}
    ticket = re.search(r'name="ticket" value="([^"]*)"', page).group(1)
    for address, form in (
        (query, {"decision": "allow"}), (query, {"decision": "allow", "ticket": "made up"}),
        (wider, {"decision": "allow", "ticket": ticket}), (query, {"ticket": ticket}),
    ):
        answer = client.post("/oidc/consent", query_string=address, data=form)
        assert (answer.status_code, urlsplit(answer.headers["Location"]).path) == (303, "/oidc/authorize")
    assert codes(app) == 0
    stranger = app.test_client()
    stranger.post("/oidc/consent", query_string=query, data={"decision": "allow", "ticket": ticket})
    assert codes(app) == 0


@pytest.mark.usefixtures("csrf")
def test_consent_is_not_given_by_a_foreign_page(app: Flask, client: FlaskClient, query: dict[str, str]) -> None:
    assert client.post("/oidc/consent", query_string=query, data={"decision": "allow"}).status_code == 422


def test_prompt_none_never_shows_the_question(client: FlaskClient, query: dict[str, str]) -> None:
    log_in(client, query)
    answer = client.get("/oidc/authorize", query_string=query | {"prompt": "none"})
    assert parse_qs(urlsplit(answer.headers["Location"]).query)["error"] == ["consent_required"]


def test_a_withdrawn_consent_ends_what_the_application_holds(app: Flask, client: FlaskClient,
                                                             query: dict[str, str]) -> None:
    decide(client, log_in(client, query).text)
    with app.app_context():
        account_id = db.session.scalar(select(ProviderAccount.id))
        consent = services.list_consents(account_id)[0]
        assert (consent.client_name, consent.scopes) == ("Thư viện", ["openid", "profile"])
        services.withdraw_consent(db.session.scalar(select(ProviderCode.id)), consent.id)
        assert services.list_consents(account_id), "nobody else withdraws it"
        services.withdraw_consent(account_id, consent.id)
        db.session.commit()
        assert db.session.scalar(select(ProviderConsent)) is None
    assert 'name="decision"' in client.get("/oidc/authorize", query_string=query).text
