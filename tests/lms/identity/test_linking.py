"""A second provider for one account: linked by signing in there, never by an address; unlinked, but for the last."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml.html import document_fromstring

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.permissions import SYSTEM
from lms.identity.models import IdentityLink, Person, SignIn
from lms.identity.services import add_role
from tests.lms.identity.little_provider import LittleProvider
from tests.lms.identity.walkers import is_signed_in, last_refusal, query_of, sign_in_at

pytestmark = pytest.mark.usefixtures("two_providers")
THERE = "/sign-in/bach-khoa/start"


@pytest.fixture
def mine(client: FlaskClient, ministry: LittleProvider) -> FlaskClient:
    """Somebody who signed in at the ministry."""
    ministry.userinfo["email"] = "an@example.edu.vn"
    sign_in_at(client, ministry)
    return client


def link(client: FlaskClient, provider: LittleProvider) -> Any:
    asked = client.post("/account/identities/bach-khoa/link").headers["Location"]
    assert query_of(asked)["max_age"] == "60"
    return client.get(provider.visit(asked))


def people(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Person).count()


def unlink(client: FlaskClient, link_id: object) -> Any:
    return client.post("/account/identities/unlink", data={"link": str(link_id)})


def removable(client: FlaskClient) -> list[str]:
    page = document_fromstring(client.get("/account").text)
    return [str(each) for each in page.xpath("//form[contains(@action, '/unlink')]//input[@name='link']/@value")]


def test_an_equal_address_links_nobody(app: Flask, mine: FlaskClient, university: LittleProvider) -> None:
    university.userinfo["email"] = "an@example.edu.vn"
    sign_in_at(app.test_client(), university, THERE)
    assert people(app) == 2


def test_either_provider_opens_the_account_after_linking(app: Flask, mine: FlaskClient,
                                                         university: LittleProvider) -> None:
    university.userinfo |= {"sub": "u1", "name": "Nguyễn Văn An"}
    assert "Chưa liên kết" in mine.get("/account").text
    assert link(mine, university).headers["Location"] == "/account"
    other = app.test_client()
    sign_in_at(other, university, THERE)
    assert other.get("/api/v1/me").json["id"] == mine.get("/api/v1/me").json["id"]
    assert other.get("/api/v1/me").json["name"] == "Nguyễn An", "the main provider says what he is called"
    assert people(app) == 1


def test_a_subject_of_somebody_else_is_refused(app: Flask, mine: FlaskClient, university: LittleProvider) -> None:
    sign_in_at(app.test_client(), university, THERE)
    answer = link(mine, university)
    assert answer.status_code == 400
    assert "thuộc về người khác" in answer.text
    assert last_refusal(app) == "link:refused"
    with app.app_context():
        assert db.session.query(IdentityLink).count() == 2


def test_a_link_that_another_person_in_this_browser_ends_is_refused(app: Flask, mine: FlaskClient,
                                                                    ministry: LittleProvider,
                                                                    university: LittleProvider) -> None:
    asked = mine.post("/account/identities/bach-khoa/link").headers["Location"]
    ministry.userinfo |= {"sub": "s2"}
    with app.app_context(), transaction():
        other = Person(name="Người khác")
        db.session.add(other)
        db.session.flush()
        row = SignIn(person_id=other.id, issuer=ministry.issuer, amr=[])
        db.session.add(row)
        db.session.flush()
        sign_in_id = str(row.id)
    with mine.session_transaction() as session:
        session["_user_id"] = sign_in_id
    assert mine.get(university.visit(asked)).status_code == 400
    with app.app_context():
        assert db.session.query(IdentityLink).count() == 1


def test_linking_asks_for_a_recent_sign_in(mine: FlaskClient) -> None:
    with clock.shifted(timedelta(minutes=20)):
        assert mine.post("/account/identities/bach-khoa/link").status_code == 401


def test_the_last_one_and_the_one_in_use_stay(app: Flask, mine: FlaskClient, university: LittleProvider) -> None:
    with app.app_context():
        only = db.session.query(IdentityLink).one().id
    assert unlink(mine, only).status_code == 409
    link(mine, university)
    assert unlink(mine, only).status_code == 409, "it is in use"


def test_unlinking_ends_what_was_opened_by_it(app: Flask, mine: FlaskClient, university: LittleProvider) -> None:
    university.userinfo |= {"sub": "u1", "student_number": "0123456789"}
    link(mine, university)
    other = app.test_client()
    sign_in_at(other, university, THERE)
    assert "0123456789" in mine.get("/account").text
    (link_id,) = removable(mine)
    assert unlink(mine, link_id).status_code == 302
    assert not is_signed_in(other)
    assert is_signed_in(mine)
    assert "0123456789" not in mine.get("/account").text
    sign_in_at(other, university, THERE)
    assert other.get("/api/v1/me").json["id"] != mine.get("/api/v1/me").json["id"]


def test_nobody_unlinks_for_another(app: Flask, mine: FlaskClient, university: LittleProvider) -> None:
    other = app.test_client()
    sign_in_at(other, university, THERE)
    with app.app_context():
        theirs = db.session.query(IdentityLink).filter_by(issuer=university.issuer).one().id
    assert unlink(mine, theirs).status_code == 404


def test_a_link_needs_a_provider_that_there_is(mine: FlaskClient) -> None:
    assert mine.post("/account/identities/nobody/link").status_code == 404


def test_a_new_sign_in_in_a_browser_ends_the_one_before(app: Flask, mine: FlaskClient,
                                                        university: LittleProvider) -> None:
    sign_in_at(mine, university, THERE)
    with app.app_context():
        assert db.session.query(SignIn).filter(SignIn.ended_at.is_(None)).count() == 1


def test_a_linked_provider_gives_no_power_over_others(app: Flask, mine: FlaskClient, ministry: LittleProvider,
                                                      university: LittleProvider) -> None:
    university.userinfo |= {"sub": "u1"}
    link(mine, university)
    with app.app_context(), transaction():
        person_id = db.session.query(Person.id).scalar()
        add_role(SYSTEM, person_id, role="administrator")
    other = app.test_client()
    sign_in_at(other, university, THERE)
    assert other.get("/api/v1/me").json["name"] == mine.get("/api/v1/me").json["name"]
    assert "administrator" not in other.get("/api/v1/me").json["roles"]
    at_home = app.test_client()
    sign_in_at(at_home, ministry)
    assert "administrator" in at_home.get("/api/v1/me").json["roles"]
