"""Switches: what is turned off is refused with words, its jobs wait, and only the ministry's administrator turns."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core import switches
from lms.core.audit.events import AuditEvent
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from lms.core.jobs import Job, enqueue, run_next
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("context")
SignIn = Callable[[object], FlaskClient]


@pytest.fixture(autouse=True)
def forget(app: Flask) -> None:
    """What another test turned off is not remembered."""
    app.extensions.pop("lms.switches", None)


def test_feature_is_refused_with_its_name_until_it_is_on_again() -> None:
    administrator = make_actor(make_person("administrator"))
    switches.turn_off(administrator, "search", reason="Kỳ thi tốt nghiệp")
    db.session.commit()
    with pytest.raises(Unavailable, match="Tìm kiếm"):
        switches.require_feature("search")
    [off] = [switch for _feature, switch in switches.list_features(administrator) if switch]
    assert (off.name, off.reason, off.actor_id) == ("search", "Kỳ thi tốt nghiệp", administrator.person_id)
    with pytest.raises(Conflict):
        switches.turn_off(administrator, "search", reason="Lần nữa")
    switches.turn_on(administrator, "search")
    switches.require_feature("search")
    with pytest.raises(Conflict):
        switches.turn_on(administrator, "search")


def test_reason_and_a_known_name_are_needed() -> None:
    administrator = make_actor(make_person("administrator"))
    with pytest.raises(Invalid):
        switches.turn_off(administrator, "search", reason=" ")
    with pytest.raises(NotFound):
        switches.turn_off(administrator, "saving answers", reason="Không thể")


@pytest.mark.parametrize("role", ["teacher", "librarian", "student", "administrator"])
def test_nobody_below_the_ministry_turns(role: str) -> None:
    somebody = make_actor(make_person(role, make_school()))
    with pytest.raises(Forbidden):
        switches.turn_off(somebody, "search", reason="Thử")


def test_jobs_of_a_feature_wait_without_losing_a_try() -> None:
    administrator = make_actor(make_person("administrator"))
    switches.turn_off(administrator, "transcoding", reason="Kỳ thi")
    waiting = enqueue("content_repo.transcode", asset_id="no-such")
    db.session.commit()
    job_id = waiting.id
    assert run_next()
    job = db.session.get_one(Job, job_id)
    assert (job.state, job.tries) == ("queued", 0)
    assert "Chuyển mã video" in job.reason


def test_every_turn_is_in_the_audit() -> None:
    administrator = make_actor(make_person("administrator"))
    switches.turn_off(administrator, "boards", reason="Quá tải")
    db.session.commit()
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == "boards")
                              .order_by(AuditEvent.created_at.desc())).first()
    assert told is not None
    assert (told.action, told.reason, told.details) == ("switch:manage", "Quá tải", {"off": True})


def test_page_turns_search_off_and_on(app: Flask, sign_in: SignIn) -> None:
    person = make_person("administrator")
    db.session.commit()
    person_id = person.id
    db.session.remove()
    client = sign_in(person_id)
    assert "Tìm kiếm" in client.get("/admin/switches").text
    client.post("/admin/switches/search/off", data={"reason": "Kỳ thi"})
    assert client.get("/search?q=toan").status_code == 503
    client.post("/admin/switches/search/on")
    assert client.get("/search?q=toan").status_code == 200
