"""The end of an exam or a room in which many write: shut in the request, settled by a job in steps."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import EventLog
from assessment.delivery.models import Attempt, RoomRoot, SubmissionReceipt, Transition
from assessment.delivery.services import control, ending
from assessment.delivery.services.attempts import digest
from assessment.delivery.services.following import make_start
from lms.core import jobs
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Unavailable
from lms.core.jobs import Job
from tests.factories.delivery import Candidate, SetExam, make_exam
from tests.factories.rooms import make_room

pytestmark = pytest.mark.usefixtures("context")
LATER = timedelta(seconds=10)


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three attempts are many."""
    monkeypatch.setattr(ending, "ATTEMPTS_A_REQUEST", 2)
    monkeypatch.setattr(ending, "ATTEMPTS_A_STEP", 2)


class BrokenOff(Exception):
    """What ends a job in the middle."""


class EndsInTheMiddle:
    """A job whose worker ends after the first step."""

    def progress(self, _fraction: float, _note: Any = "") -> None:
        raise BrokenOff


def begin_all(client: FlaskClient, given: SetExam) -> list[Candidate]:
    """Everybody at work, with one answer."""
    writers = [Candidate(client, given, student) for student in given.students]
    assert all(writer.answer("single_choice", "o1").status_code == 200 for writer in writers)
    return writers


def states(given: SetExam) -> list[str]:
    db.session.expire_all()
    return sorted(db.session.scalars(select(Attempt.state).where(Attempt.exam_id == given.exam.id)))


def close(given: SetExam) -> datetime:
    """The click; when it was answered."""
    services.close_exam(given.teacher, given.exam.id, reason="đủ rồi")
    db.session.commit()
    return now()


def test_after_the_click_nothing_is_in_time_though_no_row_is_settled(client: FlaskClient) -> None:
    given = make_exam(students=5)
    writers = begin_all(client, given)
    close(given)
    assert states(given) == ["in_progress"] * 5
    late = writers[0].answer("single_choice", "o2").get_json()
    assert (late["reason"], late["remaining_ms"]) == ("late", 0)
    assert writers[1].submit().get_json()["reason"] == "late"
    assert services.list_my_exams(given.students[2])[0].status == "submitted"
    jobs.run_all()
    assert states(given) == ["submitted"] * 5
    finished = [writer.id for writer in writers]
    assert services.final_responses(finished) == {each.id: {each.item("single_choice"): "o1"} for each in writers}
    assert services.verify_exam(given.exam.id) == (5, [])


def test_who_looks_first_settles_nothing_that_came_after_the_click(client: FlaskClient) -> None:
    """A page that learns of the end hands in, and its candidate is shown what he has before the job comes to him."""
    given = make_exam(students=5)
    writer = begin_all(client, given)[0]
    with shifted(timedelta(seconds=30)):
        closed_at = close(given)
    with shifted(timedelta(seconds=50)):
        writer.answer("single_choice", "o2")
        writer.submit()
        receipt = services.get_receipt(given.students[0], given.exam.id)
        mine = services.look_at_mine(given.students[0], given.exam.id)
        db.session.commit()
        assert (receipt.answered, receipt.late) == (1, 1)
        attempt = db.session.get_one(Attempt, writer.id)
        assert (mine.attempt.state, attempt.ended_by) == ("submitted", "candidate")
        assert attempt.submitted_at is not None
        assert attempt.submitted_at <= closed_at + timedelta(seconds=1)
        jobs.run_all()
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o1"}


def test_what_is_left_is_settled_as_the_request_would_have_done_it(client: FlaskClient) -> None:
    given = make_exam(students=6)
    writers = begin_all(client, given)[:5]
    writers[4].submit()
    with shifted(timedelta(minutes=1)):
        close(given)
        found = ending.find_ending("exam", given.exam.id)
        assert found is not None
        assert found.state == "queued"
        jobs.run_all()
        assert ending.find_ending("exam", given.exam.id) is None
    attempts = db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id)).all()
    assert {each.id: each.ended_by for each in attempts}[writers[4].id] == "candidate"
    assert sorted(each.ended_by for each in attempts) == ["candidate"] + ["clock"] * 5
    assert db.session.scalar(select(func.count()).select_from(SubmissionReceipt)) == 6
    assert db.session.scalars(select(RoomRoot.leaves)).all() == [6], "the root comes after the last receipt"
    by = select(Transition.actor_id).where(Transition.subject_id == writers[0].id, Transition.to_state == "submitted")
    assert db.session.scalars(by).all() == [given.teacher.person_id]


def test_a_job_that_broke_off_is_gone_on_with(client: FlaskClient) -> None:
    given = make_exam(students=5)
    begin_all(client, given)
    close(given)
    with pytest.raises(BrokenOff):
        ending.end_exam_in_steps(EndsInTheMiddle(), given.exam.id, actor_id=None,  # type: ignore[arg-type]
                                 moment=now())
    db.session.rollback()
    assert states(given) == ["in_progress"] * 3 + ["submitted"] * 2
    with shifted(timedelta(hours=4)):
        assert services.close_due_attempts() == 3, "should the job never be done, the clock does it"
    jobs.run_all()
    assert states(given) == ["submitted"] * 5
    assert services.verify_exam(given.exam.id) == (5, [])
    assert set(db.session.scalars(select(Job.state).where(Job.name == "assessment.end_exam", Job.run_at <= now()))) == {
        "done"}


def test_the_clock_leaves_to_the_job_what_is_the_jobs(client: FlaskClient) -> None:
    given = make_exam(students=5)
    begin_all(client, given)
    close(given)
    with shifted(timedelta(minutes=1)):
        assert services.close_due_attempts() == 0


def test_a_log_that_was_away_at_the_click_is_told_by_the_job(client: FlaskClient,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    given = make_exam(students=3)
    writers = begin_all(client, given)

    def away(*_given: object, **_more: object) -> int:
        raise Unavailable("away", service="event-log")

    with monkeypatch.context() as cut:
        cut.setattr(EventLog, "shut", away)
        close(given)
    jobs.run_all()
    assert states(given) == ["submitted"] * 3
    assert writers[0].answer("single_choice", "o2").get_json()["reason"] == "conflict"


@pytest.mark.parametrize("students", [1, 5])
def test_who_slipped_in_behind_the_end_is_ended_seconds_later(client: FlaskClient, students: int) -> None:
    """A door that has read the room a moment ago still takes a start."""
    given = make_exam(students=students)
    attempt = db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id).limit(1)).one()
    close(given)
    jobs.run_all()
    event_log().start(make_start(attempt.id, attempt.sitting_id, attempt.form_id, number="1", device=digest("d"),
                                 given=0, moment=now(), deadline=now() + timedelta(minutes=50)))
    with shifted(LATER):
        jobs.run_all()
        assert states(given) == ["ready"] * (students - 1) + ["submitted"]
        assert event_log().get_head(attempt.sitting_id, attempt.id).closed == "time_up"
        assert attempt.submitted_at is not None
        assert attempt.started_at is not None
        assert attempt.submitted_at - attempt.started_at < timedelta(seconds=1)


def test_a_start_of_which_only_the_log_knew_ends_with_the_others(client: FlaskClient) -> None:
    given = make_exam(students=5)
    attempt = db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id).limit(1)).one()
    event_log().start(make_start(attempt.id, attempt.sitting_id, attempt.form_id, number="1", device=digest("d"),
                                 given=0, moment=now(), deadline=now() + timedelta(minutes=50)))
    with shifted(LATER):
        close(given)
        assert event_log().get_head(attempt.sitting_id, attempt.id).closed == "time_up"
        jobs.run_all()
        assert states(given) == ["ready"] * 4 + ["submitted"]
        assert attempt.deadline is not None
        assert attempt.deadline <= now()


def test_a_large_room_is_ended_alone_and_may_be_opened_again(client: FlaskClient, sign_in: Any) -> None:
    given = make_exam(students=5)
    room = make_room(given)
    writers = [Candidate(client, given, student) for student in given.students[:3]]
    control.pause_room(given.teacher, room.id, reason="Mất điện")
    db.session.commit()
    assert control.end_room(given.teacher, room.id, reason="Dừng thi") == 3
    db.session.commit()
    assert states(given) == ["in_progress"] * 3 + ["ready"] * 2
    assert writers[0].answer("single_choice", "o2").get_json()["reason"] == "late"
    page = sign_in(given.teacher.person_id).get(f"/exams/watch/{room.id}").text
    assert "progress-line" in page
    control.open_room(given.teacher, room.id)
    db.session.commit()
    begun = Candidate(client, given, given.students[3])
    jobs.run_all()
    assert states(given) == ["in_progress", "ready"] + ["submitted"] * 3
    assert begun.answer("single_choice", "o1").status_code == 200, "who began after it is not meant"
    assert "progress-line" not in sign_in(given.teacher.person_id).get(f"/exams/watch/{room.id}").text


def test_the_page_says_that_it_goes_on_and_where_it_failed(client: FlaskClient, sign_in: Any) -> None:
    given = make_exam(students=5)
    begin_all(client, given)
    close(given)
    teacher = sign_in(given.teacher.person_id)
    assert "progress-line" in teacher.get(f"/exams/{given.exam.id}").text
    job = db.session.scalars(select(Job).where(Job.name == "assessment.end_exam")).one()
    job.state, job.reasons = "failed", {"vi": "Máy hỏng", "en": "Broken"}
    db.session.commit()
    assert "Máy hỏng" in teacher.get(f"/exams/{given.exam.id}").text
    job.state = "queued"
    db.session.commit()
    jobs.run_all()
    assert "progress-line" not in teacher.get(f"/exams/{given.exam.id}").text
