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
from lms.core.errors import Forbidden
from lms.core.jobs import Job
from tests.factories.delivery import Candidate, make_exam
from tests.factories.rooms import make_invigilator, make_room

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


@pytest.mark.parametrize(("recorded", "counts"), [(None, False), (12.5, False), (13, True), (14, True)])
def test_what_came_after_the_release_counts_only_by_an_outage_recorded_since(recorded: float | None,
                                                                             counts: bool) -> None:
    outage = Span(minute(5), minute(12), minute(recorded) if recorded else None)
    given = Rules(minute(10), [outage], released_at=minute(12.8))
    assert which_count([STARTED, ON_TIME, came_late(4)], given) == [True, True, counts]


def test_what_came_before_the_release_counts_whenever_the_outage_was_recorded() -> None:
    given = Rules(minute(10), [Span(minute(5), minute(12), minute(12.1))], released_at=minute(20))
    assert which_count([STARTED, ON_TIME, came_late(4)], given) == [True, True, True]


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


def late_writer(client: FlaskClient, given) -> Candidate:
    """One who was cut off at minute one and whose time is up."""
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o2")
    return writer


def send_late(writer: Candidate, response: str) -> None:
    """What was written in the fifth minute, long after it."""
    refused = writer.answer("single_choice", response).get_json()
    writer.seq, writer.prev = refused["seq"], refused["hash"]
    writer.post(writer.event({"item": writer.item("single_choice"), "response": response, "ms": 5 * 60_000}))


def record_cut(actor, room, began: datetime) -> None:
    """Nine minutes without a line."""
    incidents.record_outage(actor, room.id, began_at=began, ended_at=began + timedelta(minutes=9), code="network")
    db.session.commit()


def test_answers_that_come_after_their_outage_was_recorded_are_marked_too(context: Flask, client: FlaskClient) -> None:
    given = make_exam(minutes=10)
    room, began = make_room(given), now() + timedelta(minutes=1)
    writer = late_writer(client, given)
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
        record_cut(given.teacher, room, began)
        db.session.execute(delete(Job))
        db.session.commit()
        send_late(writer, "o3")
        writer.answer("single_choice", "o4")
    assert [job.subject_id for job in db.session.scalars(select(Job))] == [str(writer.id)]  # once, for all of them
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o3"}


def test_who_knows_the_results_adds_nothing_to_them(context: Flask, client: FlaskClient) -> None:
    given = make_exam(minutes=10)
    room, began = make_room(given), now() + timedelta(minutes=1)
    writer = late_writer(client, given)
    watcher = make_invigilator(room)
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
        record_cut(given.teacher, room, began)
    with shifted(timedelta(hours=3)):
        services.close_exam(given.teacher, given.exam.id)
        db.session.commit()
        send_late(writer, "o3")
        assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}
        with pytest.raises(Forbidden):
            record_cut(watcher, room, began)
        record_cut(given.teacher, room, began)
        assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o3"}
