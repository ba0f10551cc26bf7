"""Attempts of large exams: made by a job before the bell, ended by the batch after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from assessment.delivery import services
from assessment.delivery.models import Attempt, Candidate, SubmissionReceipt
from assessment.delivery.services import dealing
from lms.core import jobs
from lms.core.clock import shifted
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.jobs import Job
from tests.factories.delivery import SetExam, make_exam

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three candidates are many."""
    monkeypatch.setattr(dealing, "ATTEMPTS_A_REQUEST", 2)
    monkeypatch.setattr(dealing, "ATTEMPTS_A_STEP", 2)


class BrokenOff(Exception):
    """What ends a job in the middle."""


class EndsInTheMiddle:
    """A job whose worker ends after the first step."""

    def progress(self, _fraction: float, _note: Any = "") -> None:
        raise BrokenOff


def count_attempts(given: SetExam) -> int:
    return db.session.scalar(select(func.count(Attempt.id)).where(Attempt.exam_id == given.exam.id)) or 0


@pytest.mark.usefixtures("few")
def test_large_exam_is_made_ready_by_a_job_and_who_comes_before_waits() -> None:
    given = make_exam(students=5)
    assert count_attempts(given) == 0
    with pytest.raises(Conflict, match="chuẩn bị"):
        services.start_attempt(given.students[0], given.exam.id, device="d")
    making = dealing.find_making(given.exam.id)
    assert making is not None
    assert making.state == "queued"
    db.session.commit()
    jobs.run_all()
    assert count_attempts(given) == 5
    assert dealing.find_making(given.exam.id) is None
    assert services.start_attempt(given.students[4], given.exam.id, device="d").state == "in_progress"


@pytest.mark.usefixtures("few")
def test_codes_are_dealt_out_by_a_job_as_they_are_by_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    given = make_exam(students=5, publish=False)
    services.draw_exam_form(given.teacher, given.exam.id, seed=7, codes=2)
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    jobs.run_all()
    dealt = select(Candidate.number, Attempt.form_id).join(Attempt, Attempt.candidate_id == Candidate.id).where(
        Attempt.exam_id == given.exam.id).order_by(Candidate.number)
    by_job = [row._tuple() for row in db.session.execute(dealt)]
    services.withdraw_exam(given.teacher, given.exam.id, reason="once more")
    monkeypatch.setattr(dealing, "ATTEMPTS_A_REQUEST", 300)
    services.publish_exam(given.teacher, given.exam.id)
    assert [row._tuple() for row in db.session.execute(dealt)] == by_job
    assert len({form_id for _number, form_id in by_job}) == 2


@pytest.mark.usefixtures("few")
def test_job_that_broke_off_is_gone_on_with_and_one_too_many_makes_nothing() -> None:
    given = make_exam(students=5)
    sitting_id = services.get_sitting(given.exam.id).id
    with pytest.raises(BrokenOff):
        dealing.make_attempts_in_steps(EndsInTheMiddle(), sitting_id)  # type: ignore[arg-type]
    db.session.rollback()
    assert count_attempts(given) == 2
    jobs.enqueue("assessment.make_attempts", sitting_id=str(sitting_id))
    db.session.commit()
    jobs.run_all()
    assert count_attempts(given) == 5
    assert set(db.session.scalars(select(Job.state).where(Job.name == "assessment.make_attempts"))) == {"done"}


@pytest.mark.usefixtures("few")
def test_exam_that_was_taken_back_meanwhile_gets_no_attempts() -> None:
    given = make_exam(students=5)
    services.withdraw_exam(given.teacher, given.exam.id, reason="a mistake in it")
    db.session.commit()
    jobs.run_all()
    assert count_attempts(given) == 0


def test_end_of_a_sitting_takes_no_statement_more_for_each_candidate() -> None:
    few, many = close_all(2), close_all(10)
    assert many - few < 4, f"{few} statements for two candidates, {many} for ten"


def close_all(students: int) -> int:
    """How many statements it takes to end an exam in which so many have begun; all that must come of it is there."""
    given = make_exam(students=students, minutes=10)
    begun = [services.start_attempt(student, given.exam.id, device="d").id for student in given.students]
    db.session.commit()
    with shifted(timedelta(minutes=11)), counted() as statements:
        assert services.close_due_attempts() == students
    ended = db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id)).all()
    assert {(each.state, each.ended_by, each.submitted_at == each.deadline) for each in ended} == {
        ("submitted", "clock", True)}
    assert db.session.scalar(
        select(func.count()).select_from(SubmissionReceipt).where(SubmissionReceipt.attempt_id.in_(begun))) == students
    marking = db.session.scalars(select(Job).where(Job.name == "assessment.mark_attempts", Job.state == "queued")).one()
    assert sorted(marking.arguments["attempt_ids"]) == sorted(map(str, begun))
    with shifted(timedelta(minutes=12)):
        jobs.run_all()
    return len(statements)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements of the main database meanwhile."""
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", see)
