"""Which late answers count: written within an outage on record and before the deadline, or not at all."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select

from assessment.delivery import services
from assessment.delivery.counting import Rules, Span, which_count
from assessment.delivery.models import Exam
from assessment.delivery.services import incidents
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.jobs import Job
from tests.factories.delivery import Candidate, make_exam
from tests.factories.rooms import make_room

BEGIN = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)


def minute(number: float) -> datetime:
    """A time in the exam."""
    return BEGIN + timedelta(minutes=number)


class Kept(NamedTuple):
    """An event: its kind, when it came, and how long after the last receipt it was written."""

    kind: str
    received_at: datetime
    client_ms: int = 0
    late: bool = False
    payload: str = "{}"


STARTED, ON_TIME = Kept("started", BEGIN), Kept("answer", minute(2), 500)
RULES = Rules(minute(10), [Span(minute(5), minute(12))])


def came_late(written_after: float, at: float = 13) -> Kept:
    """An answer written so many minutes after the last receipt, which came late."""
    return Kept("answer", minute(at), round(written_after * 60_000), late=True)


@pytest.mark.parametrize(("written_after", "counts"), [
    (4, True), (3, True), (8, True), (2.9, False), (8.1, False), (0, False), (11.5, False)])
def test_late_answer_counts_if_it_was_written_in_the_outage_before_the_deadline(written_after: float,
                                                                                counts: bool) -> None:
    assert which_count([STARTED, ON_TIME, came_late(written_after)], RULES) == [True, True, counts]


def test_without_an_outage_nothing_late_counts() -> None:
    assert which_count([STARTED, ON_TIME, came_late(4)], Rules(minute(10))) == [True, True, False]


def test_clock_of_a_page_that_has_had_a_newer_receipt_counts_from_that() -> None:
    events = [STARTED, ON_TIME, came_late(4, at=11), came_late(1.5, at=13)]
    assert which_count(events, RULES) == [True, True, True, False]


def test_long_backlog_that_comes_in_several_requests_counts_whole() -> None:
    events = [STARTED, ON_TIME, came_late(4, at=13), came_late(5, at=13.01), came_late(6, at=13.02)]
    assert which_count(events, RULES) == [True] * 5


def test_what_says_more_time_than_there_was_does_not_count() -> None:
    assert which_count([STARTED, ON_TIME, came_late(60, at=13)], RULES) == [True, True, False]


def test_what_the_log_called_late_before_it_heard_of_more_time_counts() -> None:
    events = [STARTED, came_late(1, at=11)]
    assert which_count(events, Rules(minute(15))) == [True, True]


def test_attempt_that_was_ended_early_lasts_until_then() -> None:
    ended = Kept("auto_submit", minute(6))
    assert which_count([STARTED, ON_TIME, ended, came_late(3.5), came_late(5)], RULES) == [
        True, True, True, True, False]
    assert which_count([STARTED, ended, came_late(1, at=7)], Rules(minute(10))) == [True, True, False]


@pytest.mark.parametrize(("policy", "counts"), [("outage", True), ("none", False)])
def test_outage_on_record_makes_answers_count_that_came_late(context: Flask, client: FlaskClient, policy: str,
                                                             counts: bool) -> None:
    given = make_exam(minutes=10)
    db.session.execute(select(Exam).where(Exam.id == given.exam.id)).scalar_one().late_policy = policy
    room = make_room(given)
    writer = Candidate(client, given, given.students[0])
    began = now() + timedelta(minutes=1)
    writer.answer("single_choice", "o2")
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
        db.session.commit()
        refused = writer.answer("single_choice", "o3").get_json()
        writer.seq, writer.prev = refused["seq"], refused["hash"]
        writer.post(writer.event({"item": writer.item("single_choice"), "response": "o3", "ms": 5 * 60_000}))
        assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}
        db.session.execute(delete(Job))
        incidents.record_outage(given.teacher, room.id, began_at=began, ended_at=began + timedelta(minutes=9),
                                code="network")
        db.session.commit()
        receipt = services.get_receipt(given.students[0], given.exam.id)
        state = writer.state()["answers"][writer.item("single_choice")]
    final = services.final_responses([writer.id])[writer.id]
    assert final == {writer.item("single_choice"): "o3" if counts else "o2"}
    assert (receipt.late, state["late"]) == (0 if counts else 1, not counts)
    assert [job.subject_id for job in db.session.scalars(select(Job))] == [str(writer.id)]  # to be marked again
