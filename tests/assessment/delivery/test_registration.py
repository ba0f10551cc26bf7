"""Pupils who register themselves: of their own school, in time, as long as there are places."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from assessment.delivery import services
from assessment.delivery.models import Attempt, Candidate, Exam
from assessment.delivery.services import registration, starting
from lms.core.clock import now, shifted
from lms.core.db import db, transaction
from lms.core.errors import Conflict, PlatformError
from lms.core.permissions import Actor
from lms.organisations.models import Organisation
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_class, make_school


def open_exam(places: int | None = None, until: timedelta = timedelta(hours=1),
              opens_in: timedelta = timedelta(hours=-1)) -> tuple[SetExam, Organisation]:
    """A published exam that takes registrations, with one candidate on its list; its school."""
    given = make_exam(publish=False, opens_in=opens_in)
    sitting = services.get_sitting(given.exam.id)
    sitting.register_until, sitting.places = now() + until, places
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    return given, db.session.get_one(Organisation, db.session.get_one(Exam, given.exam.id).organisation_id)


def pupil_of(place: Organisation) -> Actor:
    """A new pupil of a place."""
    pupil = make_actor(make_person("student", place))
    db.session.commit()
    return pupil


def test_a_pupil_of_a_class_finds_the_exam_of_his_school_and_registers(context: Flask) -> None:
    given, school = open_exam(places=2)
    pupil = pupil_of(make_class(school))
    assert [(each.exam.id, each.left, each.is_mine) for each in registration.list_registrations(pupil)] == [
        (given.exam.id, 1, False)]
    candidate = registration.register_myself(pupil, given.exam.id)
    assert candidate.number == "000002"
    attempt = db.session.scalars(select(Attempt).where(Attempt.person_id == pupil.id)).one()
    assert (attempt.state, attempt.candidate_id) == ("ready", candidate.id)
    assert [(each.left, each.is_mine) for each in registration.list_registrations(pupil)] == [(0, True)]
    with pytest.raises(Conflict):
        registration.register_myself(pupil, given.exam.id)


def test_who_registered_himself_may_withdraw_until_he_begins_and_his_place_is_free(context: Flask) -> None:
    given, school = open_exam(places=2, opens_in=timedelta(minutes=30))
    first, second = pupil_of(school), pupil_of(school)
    registration.register_myself(first, given.exam.id)
    db.session.commit()
    mine = services.get_my_exam(first, given.exam.id)
    ready = starting.read_ready_token(services.make_ready_token(mine, "device-1"))
    assert [each.by_self for each in registration.list_registrations(first)] == [True]
    registration.withdraw_myself(first, given.exam.id)
    db.session.commit()
    assert registration.list_registrations(first)[0].left == 1
    registration.register_myself(second, given.exam.id)
    db.session.commit()
    with shifted(timedelta(minutes=31)):
        gate = starting.read_gate(ready.sitting_id, ready.room_id)
        assert starting.begin(ready, gate, code="") is None  # on a page that was opened before
        services.start_attempt(second, given.exam.id, device="device-1")
        with pytest.raises(Conflict):
            registration.withdraw_myself(second, given.exam.id)
    with pytest.raises(Conflict):  # his teacher has put him on the list
        registration.withdraw_myself(given.students[0], given.exam.id)


def test_after_the_time_for_it_nobody_withdraws(context: Flask) -> None:
    given, school = open_exam(places=2, opens_in=timedelta(hours=2))
    pupil = pupil_of(school)
    registration.register_myself(pupil, given.exam.id)
    with shifted(timedelta(minutes=90)), pytest.raises(Conflict):
        registration.withdraw_myself(pupil, given.exam.id)


def test_elsewhere_too_late_or_full_nobody_registers(context: Flask) -> None:
    given, school = open_exam(places=1)
    stranger, pupil = pupil_of(make_school()), pupil_of(school)
    assert registration.list_registrations(stranger) == []
    for who in (stranger, pupil):
        with pytest.raises(Conflict):
            registration.register_myself(who, given.exam.id)
    other, school = open_exam()
    late = pupil_of(school)
    with shifted(timedelta(hours=1)), pytest.raises(Conflict):
        registration.register_myself(late, other.exam.id)


def test_two_who_come_for_the_last_place(app: Flask) -> None:
    with app.app_context():
        given, school = open_exam(places=2)
        pupils = [pupil_of(school) for _ in range(4)]
    outcomes: list[str] = []

    def come(pupil: Actor) -> None:
        try:
            with app.app_context(), transaction():
                registration.register_myself(pupil, given.exam.id)
            outcomes.append("registered")
        except PlatformError:
            outcomes.append("refused")

    threads = [threading.Thread(target=come, args=(pupil,)) for pupil in pupils]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        sitting = services.get_sitting(given.exam.id)
        number = db.session.scalar(select(func.count()).where(Candidate.sitting_id == sitting.id))
    assert (number, outcomes.count("registered")) == (2, 1)


def test_an_exam_may_be_published_for_those_who_will_register(context: Flask) -> None:
    given = make_exam(students=0, publish=False)
    services.get_sitting(given.exam.id).register_until = now() + timedelta(hours=1)
    assert services.publish_exam(given.teacher, given.exam.id).state == "published"


def test_the_page_registers_by_one_button(app: Flask, sign_in: Any) -> None:
    with app.app_context():
        given, school = open_exam()
        pupil = pupil_of(school)
    client = sign_in(pupil.id)
    assert given.exam.title in client.get("/exams/register").text
    assert client.post(f"/exams/{given.exam.id}/register").headers["Location"].endswith("/exams/mine")
    assert given.exam.title in client.get("/exams/mine").text


@pytest.mark.parametrize(("changes", "where"), [
    ({"register_until": now() + timedelta(days=9)}, "register_until"), ({"places": 3}, "places"),
    ({"register_until": now() + timedelta(minutes=5), "places": 0}, "places")])
def test_wrong_wishes_are_refused_by_field(context: Flask, changes: dict[str, Any], where: str) -> None:
    given = make_exam(publish=False)
    draft = services.ExamDraft(title="Bài", subject_id=given.exam.subject_id, time_limit_minutes=50, opens_at=now(),
                               closes_at=now() + timedelta(hours=2), **changes)
    with pytest.raises(PlatformError) as refused:
        services.edit_exam(given.teacher, given.exam.id, draft)
    assert [each.where for each in refused.value.problems] == [where]
