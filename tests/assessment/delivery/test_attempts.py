"""Attempts from the candidate's side, the clock that ends them, and what the rooms above read."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as database_event
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt, Exam, Transition
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, NotFound
from tests.factories.delivery import Candidate, make_exam

pytestmark = pytest.mark.usefixtures("context")


def test_rule_1_deadline_is_time_limit_after_the_start() -> None:
    given = make_exam(minutes=50)
    attempt = services.start_attempt(given.students[0], given.exam.id, device="d")
    assert attempt.started_at is not None
    assert attempt.deadline is not None
    assert abs(attempt.deadline - attempt.started_at - timedelta(minutes=50)) < timedelta(seconds=1)


def test_rule_1_window_ends_for_everybody_and_says_so_before_the_start() -> None:
    given = make_exam(minutes=50)
    mine = services.get_my_exam(given.students[0], given.exam.id)
    with shifted(timedelta(hours=2, minutes=30)):
        assert mine.is_cut_short
        attempt = services.start_attempt(given.students[0], given.exam.id, device="d")
        assert attempt.deadline == mine.sitting.closes_at


def test_starting_twice_is_starting_once() -> None:
    given = make_exam()
    first = services.start_attempt(given.students[0], given.exam.id, device="d")
    deadline = first.deadline
    with shifted(timedelta(minutes=5)):
        assert services.start_attempt(given.students[0], given.exam.id, device="d").deadline == deadline


def test_start_whose_transaction_was_lost_keeps_its_first_deadline() -> None:
    given = make_exam()
    deadline = services.start_attempt(given.students[0], given.exam.id, device="d").deadline
    db.session.rollback()
    with shifted(timedelta(minutes=5)):
        again = services.start_attempt(given.students[0], given.exam.id, device="d")
    assert again.state == "in_progress"
    assert again.deadline == deadline


@pytest.mark.parametrize(("opens", "closes"), [(1, 5), (-5, -1)])
def test_outside_the_window_nobody_begins(opens: int, closes: int) -> None:
    given = make_exam(publish=False, opens_in=timedelta(hours=opens), closes_in=timedelta(hours=closes))
    from lms.core.permissions import SYSTEM
    services.publish_exam(SYSTEM, given.exam.id)
    with pytest.raises(Conflict):
        services.start_attempt(given.students[0], given.exam.id, device="d")


def test_status_follows_the_clock(client: FlaskClient) -> None:
    given = make_exam(opens_in=timedelta(minutes=10), closes_in=timedelta(hours=2), minutes=30)
    student = given.students[0]

    def status() -> str:
        return services.get_my_exam(student, given.exam.id).status

    assert status() == "upcoming"
    with shifted(timedelta(minutes=20)):
        assert status() == "open"
        services.start_attempt(student, given.exam.id, device="d")
        assert status() == "running"
    with shifted(timedelta(minutes=51)):
        assert status() == "submitted"
    assert [each.status for each in services.list_my_exams(student)] == ["running"]


def test_exam_that_was_never_begun_is_missed() -> None:
    given = make_exam()
    with shifted(timedelta(hours=4)):
        assert services.get_my_exam(given.students[0], given.exam.id).status == "missed"


def test_draft_is_not_shown_to_candidates() -> None:
    given = make_exam(publish=False)
    assert services.list_my_exams(given.students[0]) == []
    with pytest.raises(NotFound):
        services.get_my_exam(given.students[0], given.exam.id)


def test_the_clock_submits_what_is_overdue_once(client: FlaskClient) -> None:
    given = make_exam(minutes=10)
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o2")
    with shifted(timedelta(minutes=10, seconds=2)):
        assert services.close_due_attempts() == 0, "what is on its way gets a moment"
    with shifted(timedelta(minutes=10, seconds=6)):
        assert services.close_due_attempts() == 1
        assert services.close_due_attempts() == 0
    attempt = db.session.get_one(Attempt, writer.id)
    assert (attempt.state, attempt.ended_by, attempt.submitted_at) == ("submitted", "clock", attempt.deadline)
    kinds = [event.kind for event in event_log().list_events(attempt.sitting_id, attempt.id)]
    assert kinds == ["started", "answer", "auto_submit"]
    log = db.session.scalars(select(Transition.to_state).where(Transition.subject_id == writer.id)).all()
    assert set(log) == {"in_progress", "submitted"}


@pytest.mark.parametrize("first", ["page", "clock"])
def test_who_hands_in_within_the_grace_has_handed_in_and_nothing_was_late(client: FlaskClient, sign_in: Any,
                                                                          first: str) -> None:
    """The page hands in when its clock is at nought: that arrives a moment after the deadline, the answers before."""
    given = make_exam(minutes=10)
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o2")
    with shifted(timedelta(minutes=10, seconds=3)):
        told = writer.submit().get_json()
        assert (told["reason"], len(told["acks"])) == ("late", 1), "taken, and the page leaves for the receipt"
        if first == "clock":
            services.close_due_attempts()
            db.session.commit()
        sitting = sign_in(given.students[0].person_id)
        shown = sitting.get(f"/exams/{given.exam.id}/submitted").text
        mine = sitting.get("/exams/mine").text
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
    attempt = db.session.get_one(Attempt, writer.id)
    assert (attempt.state, attempt.ended_by, attempt.submitted_at) == ("submitted", "candidate", attempt.deadline)
    assert [event.kind for event in event_log().list_events(attempt.sitting_id, attempt.id)][-1] == "submit"
    assert "Bài của em đã được nộp" in shown
    assert "sau khi hết giờ" not in shown, "no answer was late"
    assert "Đã nộp" in mine
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}


def test_browser_that_was_cut_off_brings_late_what_it_kept(client: FlaskClient) -> None:
    given = make_exam(minutes=10)
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o2")
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
        refused = writer.answer("single_choice", "o3").get_json()
        assert (refused["reason"], refused["state"]) == ("conflict", "time_up")
        writer.seq, writer.prev = refused["seq"], refused["hash"]
        kept = writer.answer("single_choice", "o3").get_json()
        assert (kept["reason"], kept["acks"][0]["late"]) == ("late", True)
        receipt = services.get_receipt(given.students[0], given.exam.id)
    assert (receipt.answered, receipt.late) == (1, 1)
    assert services.final_responses([writer.id])[writer.id] == {writer.item("single_choice"): "o2"}


def test_exam_closes_by_itself_when_its_window_is_over() -> None:
    given = make_exam(minutes=10)
    services.start_attempt(given.students[0], given.exam.id, device="d")
    db.session.commit()
    with shifted(timedelta(hours=4)):
        services.close_due_attempts()
        services.close_due_attempts()
    assert db.session.get_one(Exam, given.exam.id).state == "closed"
    assert services.is_released(given.exam.id)


def test_submission_that_the_main_database_missed_is_settled_by_the_clock(client: FlaskClient) -> None:
    given = make_exam(minutes=10)
    writer = Candidate(client, given, given.students[0])
    head = event_log().get_head(writer.attempt.sitting_id, writer.id)
    from tests.factories.delivery import Pen
    Pen(event_log(), head).submit()
    with shifted(timedelta(minutes=11)):
        services.close_due_attempts()
    attempt = db.session.get_one(Attempt, writer.id)
    assert (attempt.state, attempt.ended_by) == ("submitted", "candidate")


def test_finished_attempts_are_listed_for_marking(client: FlaskClient) -> None:
    given = make_exam(students=2)
    first, _second = (Candidate(client, given, student) for student in given.students)
    first.submit()
    services.bring_exam_in_step(given.exam.id)
    assert [each.id for each in services.list_finished_attempts(given.exam.id)] == [first.id]


def test_nobody_writes_or_reads_for_another(client: FlaskClient) -> None:
    given = make_exam(students=1)
    other = make_exam(students=1)
    with pytest.raises(NotFound):
        services.start_attempt(other.students[0], given.exam.id, device="d")
    attempt = services.start_attempt(given.students[0], given.exam.id, device="d")
    with pytest.raises(Forbidden):
        services.hand_over_attempt(given.students[0], attempt.id, reason="")
    with pytest.raises(Forbidden):
        services.hand_over_attempt(other.teacher, attempt.id, reason="")


def test_simulated_attempts_are_real_chains() -> None:
    given = make_exam(students=3)
    answers = [(item.form_item_id, "o1", 30.0 * n) for n, item in enumerate(given.paper.items, start=1)
               if item.type == "single_choice"]
    simulated = [services.SimulatedAttempt(student.id, now() - timedelta(minutes=40), answers, 1800.0)
                 for student in given.students]
    assert services.load_simulated_attempts(given.teacher, given.exam.id, simulated) == 3
    assert services.verify_exam(given.exam.id) == (3, [])
    finished = services.list_finished_attempts(given.exam.id)
    assert set(services.final_responses([each.id for each in finished]).keys()) == {each.id for each in finished}
    assert all(final for final in services.final_responses([each.id for each in finished]).values())


def test_verifier_names_the_attempt_that_was_tampered_with(app: Flask, client: FlaskClient) -> None:
    given = make_exam()
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", "o1")
    with event_log().engine.begin() as connection:
        connection.exec_driver_sql("UPDATE exam_event SET payload = replace(payload, 'o1', 'o2') WHERE seq = 1")
    checked, broken = services.verify_exam(given.exam.id)
    assert (checked, len(broken)) == (1, 1)
    assert broken[0][1].broken_at == 1
    for which in (str(given.exam.id), "--all"):
        result = app.test_cli_runner().invoke(args=["exam", "verify", which])
        assert result.exit_code == 1
        assert f"attempt {writer.id}: event 1" in result.output
    assert app.test_cli_runner().invoke(args=["exam", "verify"]).exit_code == 2
    with event_log().engine.begin() as connection:
        connection.exec_driver_sql("UPDATE exam_event SET payload = replace(payload, 'o2', 'o1') WHERE seq = 1")


def test_rule_6_start_and_save_need_no_job(client: FlaskClient) -> None:
    given = make_exam()
    writer = Candidate(client, given, given.students[0])
    names: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        names.append(statement)

    database_event.listen(db.engine, "before_cursor_execute", note)
    try:
        writer.answer("single_choice", "o1")
        writer.answer("single_choice", "o2")
    finally:
        database_event.remove(db.engine, "before_cursor_execute", note)
    assert not [statement for statement in names if " job " in statement]


