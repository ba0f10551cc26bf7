"""Rows follow the event log: where it is looked for what is behind, and for whom at once."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import EventLog
from assessment.delivery.models import Adjustment, Attempt, Candidate, Sitting
from assessment.delivery.services import following
from assessment.delivery.services.attempts import digest
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Unavailable
from tests.factories.delivery import Pen, SetExam, make_exam

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[set[UUID]]:
    """The sittings of each look at the log."""
    seen: list[set[UUID]] = []
    look = EventLog.list_reached

    def note(log: EventLog, sitting_ids: Iterable[UUID], attempt_ids: Any) -> Any:
        seen.append(set(sitting_ids))
        return look(log, list(sitting_ids), attempt_ids)

    monkeypatch.setattr(EventLog, "list_reached", note)
    return seen


def attempts_of(given: SetExam) -> list[Attempt]:
    return list(db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id).order_by(Attempt.id)))


def begin_in_log(attempt: Attempt) -> Pen:
    """A start of which only the log knows, as the door makes it."""
    event_log().start(following.make_start(
        attempt.id, attempt.sitting_id, attempt.form_id, number="000001", device=digest("d"), given=0, moment=now(),
        deadline=now() + timedelta(minutes=50)))
    return Pen(event_log(), event_log().get_head(attempt.sitting_id, attempt.id))


def add_sitting(given: SetExam, opens_in: timedelta, closes_in: timedelta) -> Attempt:
    """One more sitting of the same exam, with a candidate who has not begun."""
    first = attempts_of(given)[0]
    sitting = Sitting(exam_id=given.exam.id, opens_at=now() + opens_in, closes_at=now() + closes_in)
    db.session.add(sitting)
    db.session.flush()
    candidate = Candidate(sitting_id=sitting.id, person_id=first.person_id, number="000001")
    db.session.add(candidate)
    db.session.flush()
    attempt = Attempt(exam_id=given.exam.id, sitting_id=sitting.id, candidate_id=candidate.id,
                      person_id=first.person_id, form_id=first.form_id)
    db.session.add(attempt)
    db.session.commit()
    return attempt


def test_only_sittings_in_whose_time_somebody_can_work_are_looked_at(asked: list[set[UUID]]) -> None:
    given = make_exam(students=2)
    running = attempts_of(given)[0].sitting_id
    over = add_sitting(given, timedelta(hours=-9), timedelta(hours=-6))
    add_sitting(given, timedelta(days=1), timedelta(days=2))
    services.follow_log()
    assert asked == [{running}]
    begin_in_log(over)
    assert services.follow_log() == 0
    assert services.follow_log(everywhere=True) == 1, "the rare look misses nothing"
    db.session.refresh(over)
    assert over.state == "in_progress"


@pytest.mark.parametrize("scope", ["sitting", "room", "attempt"])
def test_a_window_that_was_moved_for_somebody_is_looked_at_until_its_new_end(scope: str,
                                                                             asked: list[set[UUID]]) -> None:
    given = make_exam()
    late = add_sitting(given, timedelta(hours=-9), timedelta(hours=-6))
    for seconds in (6 * 3600, 600, -300):
        db.session.add(Adjustment(sitting_id=late.sitting_id, scope=scope, seconds=seconds, code="other",
                                  scope_id=late.sitting_id if scope == "sitting" else late.id))
    db.session.commit()
    begin_in_log(late)
    assert services.follow_log() == 1
    with shifted(timedelta(minutes=11)):
        services.follow_log()
    assert not asked[-1] >= {late.sitting_id}, "six hours, ten minutes less five, and a while"


def test_many_are_looked_at_by_the_page_and_none_is_missed(monkeypatch: pytest.MonkeyPatch,
                                                           asked: list[set[UUID]]) -> None:
    monkeypatch.setattr(following, "ATTEMPTS_A_LOOK", 2)
    monkeypatch.setattr(following, "ATTEMPTS_A_TRANSACTION", 2)
    given = make_exam(students=5)
    pens = [begin_in_log(attempt) for attempt in attempts_of(given)]
    assert services.follow_log() == 5
    assert {attempt.state for attempt in attempts_of(given)} == {"in_progress"}
    asked.clear()
    assert services.follow_log() == 0
    assert len(asked) == 3, "two attempts a look"
    pens[3].submit()
    event_log().hand_over(pens[4].head.sitting_id, pens[4].head.attempt_id)
    assert services.follow_log() == 2
    db.session.expire_all()
    assert sorted(attempt.state for attempt in attempts_of(given)) == ["in_progress"] * 4 + ["submitted"]
    assert sum(attempt.epoch for attempt in attempts_of(given)) == 6


def test_own_list_is_in_step_for_who_asks_by_one_look_at_the_log(app: Flask, sign_in: Any,
                                                                 asked: list[set[UUID]]) -> None:
    given = make_exam()
    attempt = attempts_of(given)[0]
    others = [make_exam() for _each in range(3)]
    for other in others:
        services.register_people(other.teacher, other.exam.id, [given.students[0].id])
    db.session.commit()
    client: FlaskClient = sign_in(given.students[0].person_id)
    shown = f"/exams/{given.exam.id}/attempt"
    assert shown not in client.get("/exams/mine").text
    pen = begin_in_log(attempt)
    assert shown in client.get("/exams/mine").text
    pen.submit()
    page = client.get("/exams/mine").text
    assert shown not in page
    assert "Đã nộp" in page
    asked.clear()
    client.get("/exams/mine")
    assert [len(sittings) for sittings in asked] == [3], "all that is not handed in by one statement"


def test_own_list_is_there_while_the_log_is_away(sign_in: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    given = make_exam()
    db.session.commit()
    client: FlaskClient = sign_in(given.students[0].person_id)

    def away(*_given: object) -> Any:
        raise Unavailable("away", service="event-log")

    monkeypatch.setattr(EventLog, "list_reached", away)
    assert given.exam.title in client.get("/exams/mine").text
