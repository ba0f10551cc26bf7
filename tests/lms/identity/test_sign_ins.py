"""Sign-ins: who a cookie is, in how many statements, and how it ends."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from lms.core import clock
from lms.core.audit import AuditEvent
from lms.core.config import Settings
from lms.core.db import db
from lms.core.errors import Forbidden, NotFound
from lms.core.ids import new_id
from lms.identity import services
from lms.identity.models import SignIn
from lms.identity.sessions.database import LONGEST, SEEN_EVERY
from lms.organisations.models import Organisation
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_class, make_school

IDLE = timedelta(minutes=Settings().idle_minutes)


def test_a_cookie_becomes_an_actor_in_two_statements(context: Flask) -> None:
    school_id = make_school().id
    person = make_person("teacher", db.session.get(Organisation, school_id))
    sign_in_id = str(services.start_sign_in(person.id).id)
    db.session.commit()
    seen: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    found = services.find_signed_in(sign_in_id)
    assert found is not None
    assert found.actor.roles == {"teacher"}
    assert found.actor.organisation_ids == {school_id}
    assert found.get_id() == sign_in_id
    assert len([text for text in seen if text.startswith(("SELECT", "WITH"))]) == 2


def test_several_roles_and_places_are_one_actor(context: Flask) -> None:
    person = make_person("teacher", make_school())
    services.add_role(make_actor(make_person("administrator")), person.id, role="librarian")
    make_class(teacher=person)
    actor = make_actor(person)
    assert actor.roles == {"teacher", "librarian"}
    assert len(actor.organisation_ids) == 2


@pytest.mark.parametrize("cookie", ["", "nonsense", "01a20507-7093-73f9-84fd-f56f0bcae2c1"])
def test_a_cookie_of_nobody(context: Flask, cookie: str) -> None:
    assert services.find_signed_in(cookie) is None


def test_an_idle_sign_in_expires_and_a_used_one_does_not(context: Flask) -> None:
    sign_in_id = str(services.start_sign_in(make_person().id).id)
    db.session.commit()
    with clock.shifted(IDLE - SEEN_EVERY):
        assert services.find_signed_in(sign_in_id), "seen now"
    with clock.shifted(IDLE + SEEN_EVERY):
        assert services.find_signed_in(sign_in_id), "idle since the last look only"
    with clock.shifted(3 * IDLE):
        assert services.find_signed_in(sign_in_id) is None


def test_no_sign_in_lives_for_ever(context: Flask) -> None:
    row = services.start_sign_in(make_person().id)
    row.last_seen_at = clock.now() + LONGEST
    with clock.shifted(LONGEST + timedelta(minutes=1)):
        assert services.find_signed_in(str(row.id)) is None


def test_most_requests_write_nothing(context: Flask) -> None:
    sign_in_id = str(services.start_sign_in(make_person().id).id)
    db.session.commit()
    before = db.session.scalar(select(SignIn.last_seen_at))
    with clock.shifted(SEEN_EVERY / 2):
        services.find_signed_in(sign_in_id)
    assert db.session.scalar(select(SignIn.last_seen_at)) == before


def test_ending_gives_the_hint_once_and_forgets_it(context: Flask) -> None:
    person = make_person()
    actor = make_actor(person)
    row = services.start_sign_in(person.id, services.Proof("https://issuer.example", id_token="the token"))
    assert services.end_sign_in(actor, row.id) == "the token"
    assert services.end_sign_in(actor, row.id) is None
    assert row.id_token is None
    assert services.find_signed_in(str(row.id)) is None


def test_nobody_ends_the_sign_in_of_another(context: Flask) -> None:
    row = services.start_sign_in(make_person().id)
    with pytest.raises(Forbidden):
        services.end_sign_in(make_actor(make_person("teacher")), row.id)
    services.end_sign_in(make_actor(make_person("administrator")), row.id)
    with pytest.raises(NotFound):
        services.end_sign_in(make_actor(make_person()), new_id())


def test_ending_the_others_keeps_this_one(context: Flask) -> None:
    person = make_person()
    keep, other = services.start_sign_in(person.id), services.start_sign_in(person.id)
    stranger = services.start_sign_in(make_person().id)
    actor = services.find_signed_in(str(keep.id)).actor
    assert services.end_other_sign_ins(actor, keep.id) == 1
    assert services.find_signed_in(str(keep.id))
    assert services.find_signed_in(str(stranger.id))
    assert services.find_signed_in(str(other.id)) is None


def test_old_rows_are_dropped_at_the_next_sign_in(context: Flask) -> None:
    person = make_person()
    services.start_sign_in(person.id)
    with clock.shifted(timedelta(days=91)):
        services.start_sign_in(person.id)
    assert db.session.query(SignIn).count() == 1


def test_the_account_page_shows_the_person_and_ends_another_sign_in(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        person = make_person("teacher", make_school("Trường THPT Lê Quý Đôn"), name="Nguyễn Thị Hoa")
        other = str(services.start_sign_in(person.id, device="Firefox · Linux").id)
        person_id = person.id
        db.session.commit()
    client = sign_in(person_id)
    page = client.get("/account").text
    for expected in ("Nguyễn Thị Hoa", "Trường THPT Lê Quý Đôn", "Firefox · Linux"):
        assert expected in page
    assert client.post(f"/account/sign-ins/{other}/end").status_code == 302
    assert "Firefox · Linux" not in client.get("/account").text
    assert client.post("/account/sign-ins/end-others").status_code == 302


def test_the_language_is_remembered_with_the_person(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        person_id = make_person().id
        db.session.commit()
    client = sign_in(person_id)
    client.post("/account/language", data={"language": "en"})
    assert client.get("/api/v1/me").json["locale"] == "en"
    assert "My account" in client.get("/account").text
    assert client.post("/account/language", data={"language": "tlh"}).status_code == 422


def test_me_says_who_is_signed_in(
    app: Flask, client: FlaskClient, sign_in: Callable[..., FlaskClient]
) -> None:
    assert client.get("/api/v1/me").status_code == 401
    with app.app_context():
        person = make_person("librarian", make_school("Thư viện Quốc gia"), name="Lê Thu Hà")
        person_id = person.id
        db.session.commit()
    me = sign_in(person_id).get("/api/v1/me").json
    assert (me["name"], me["roles"], me["organisations"]) == (
        "Lê Thu Hà",
        ["librarian"],
        ["Thư viện Quốc gia"],
    )


def test_the_cookie_holds_the_sign_in_and_nothing_about_the_person(app: Flask) -> None:
    from lms.identity.views import _replace_session

    with app.test_request_context():
        from flask import session

        session["left over"] = "from before"
        _replace_session("the id")
        assert dict(session) == {"_user_id": "the id"}


def test_signing_out_without_a_provider_session_ends_ours(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        person_id = make_person().id
        db.session.commit()
    client = sign_in(person_id)
    assert client.post("/sign-out").headers["Location"] == "/signed-out"
    assert client.get("/api/v1/me").status_code == 401
    assert client.post("/sign-out").headers["Location"] == "/signed-out"


@pytest.mark.usefixtures("csrf")
def test_nobody_is_signed_out_by_a_foreign_page(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        person_id = make_person().id
        db.session.commit()
    client = sign_in(person_id)
    assert client.post("/sign-out").status_code == 422
    assert client.get("/api/v1/me").status_code == 200


def test_a_failed_sign_in_is_audited_by_its_reason(app: Flask, client: FlaskClient) -> None:
    assert client.get("/sign-in/callback?state=made-up&code=x").status_code == 400
    with app.app_context():
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in:refused")
                                 .order_by(AuditEvent.created_at)).all()[-1]
        assert told.reason == "state"


def test_the_sign_in_page_sends_a_person_who_is_signed_in_on(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context():
        person_id = make_person().id
        db.session.commit()
    assert sign_in(person_id).get("/sign-in?next=/account").headers["Location"] == "/account"
