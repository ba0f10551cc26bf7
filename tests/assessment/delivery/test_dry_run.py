"""The dry run: the slowest candidate sits the exam through the real engine before anybody else."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog.tables import attempt_head
from assessment.delivery.models import Candidate, Exam
from assessment.delivery.services import accommodations, dry_run
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("context")


def grant(given: SetExam, **minutes: int) -> None:
    """Give the first candidate more time."""
    candidate = db.session.scalar(select(Candidate).where(
        Candidate.sitting_id == services.get_sitting(given.exam.id).id).order_by(Candidate.number).limit(1))
    assert candidate is not None
    accommodations.grant_accommodation(given.teacher, given.exam.id, candidate.id,
                                       accommodations.AccommodationDraft(**minutes))


def stored(given: SetExam) -> Exam:
    """The exam as the session has it."""
    return services.get_exam(given.teacher, given.exam.id)


def heads() -> int:
    """How many attempts the platform's own log has."""
    with event_log().engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(attempt_head)) or 0


def test_everything_works_and_nothing_is_left_in_the_log() -> None:
    given, before = make_exam(publish=False), heads()
    report = dry_run.run_dry(given.teacher, given.exam.id)
    assert report.holds, report.steps
    assert report.fresh
    assert [step.code for step in report.steps] == [code for code in dry_run.STEPS if code != "parts"]
    assert {step.code: step.of for step in report.steps}["answers"] == report.questions == 4
    assert heads() == before


def test_slowest_candidate_is_who_is_granted_most() -> None:
    given = make_exam(students=3, publish=False)
    grant(given, extra_minutes=25, break_minutes=10)
    report = dry_run.run_dry(given.teacher, given.exam.id)
    assert (report.number, report.minutes, report.break_minutes, report.holds) == ("000001", 85, 10, True)


def test_window_that_cuts_off_extra_time_is_found() -> None:
    given = make_exam(publish=False)
    grant(given, extra_minutes=60)
    sitting = services.get_sitting(given.exam.id)
    sitting.closes_at = sitting.opens_at + timedelta(minutes=80)
    db.session.flush()
    report = dry_run.run_dry(given.teacher, given.exam.id)
    failed = {step.code for step in report.steps if step.done != step.of}
    assert failed == {"window", "answers"}
    with pytest.raises(Invalid):
        dry_run.need_dry_run(stored(given))


def test_change_after_the_dry_run_makes_it_stale() -> None:
    given = make_exam(students=2, publish=False)
    with pytest.raises(Invalid):
        dry_run.need_dry_run(stored(given))
    dry_run.run_dry(given.teacher, given.exam.id)
    dry_run.need_dry_run(stored(given))
    grant(given, extra_minutes=5)
    with pytest.raises(Invalid):
        dry_run.need_dry_run(stored(given))


def test_published_exam_foreign_exam_and_exam_without_a_test_have_none() -> None:
    given = make_exam()
    with pytest.raises(Conflict):
        dry_run.run_dry(given.teacher, given.exam.id)
    stranger = make_actor(make_person("teacher", make_school()))
    with pytest.raises(Forbidden):
        dry_run.run_dry(stranger, given.exam.id)
    empty = make_exam(publish=False)
    services.set_draw_rows(empty.teacher, empty.exam.id, [])
    with pytest.raises(Invalid):
        dry_run.run_dry(empty.teacher, empty.exam.id)
