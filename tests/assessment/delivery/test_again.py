"""Exams that may be sat more than once: who may begin anew, and which attempt counts."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment.delivery import services
from assessment.delivery.models import Attempt, Exam
from assessment.delivery.services import again, candidates
from assessment.delivery.services.exams import ExamDraft, _check
from assessment.marking import services as marking
from assessment.marking.models import AttemptResult
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from tests.factories.delivery import Candidate, SetExam, make_exam


def allow(given: SetExam, attempts: int, **more: Any) -> SetExam:
    """The exam may be sat so often."""
    exam = db.session.scalars(select(Exam).where(Exam.id == given.exam.id)).one()
    exam.attempts_allowed = attempts
    for name, value in more.items():
        setattr(exam, name, value)
    db.session.commit()
    return given


def sit(client: FlaskClient, given: SetExam, chosen: str) -> Candidate:
    """One attempt of the first pupil with one answer, handed in."""
    writer = Candidate(client, given, given.students[0])
    writer.answer("single_choice", chosen)
    writer.submit()
    return writer


def test_who_has_handed_in_begins_anew_as_often_as_the_exam_allows(context: Flask, client: FlaskClient) -> None:
    given = allow(make_exam(), 2)
    student = given.students[0]
    sit(client, given, "o1")
    for _click in range(2):
        assert again.sit_again(student, given.exam.id).number == 2
        db.session.commit()
    sit(client, given, "o2")
    with pytest.raises(Conflict):
        again.sit_again(student, given.exam.id)
    assert db.session.scalars(select(Attempt.number).order_by(Attempt.number)).all() == [1, 2]
    assert [each.number for each in again.list_past_attempts(student, given.exam.id)] == [1, 2]


def test_who_is_still_writing_and_who_comes_too_late_do_not(context: Flask, client: FlaskClient) -> None:
    given = allow(make_exam(), 3)
    student = given.students[0]
    writer = Candidate(client, given, student)
    with pytest.raises(Conflict):
        again.sit_again(student, given.exam.id)
    writer.submit()
    with shifted(timedelta(hours=4)), pytest.raises(Conflict):
        again.sit_again(student, given.exam.id)


def test_the_best_attempt_counts_in_results_and_analysis(context: Flask, client: FlaskClient) -> None:
    given = allow(make_exam(students=2), 3)
    student = given.students[0]
    right, wrong = ("o1", "o2") if scores(client, given, student, "o1") else ("o2", "o1")
    for chosen in (right, wrong):
        again.sit_again(student, given.exam.id)
        db.session.commit()
        sit(client, given, chosen)
    services.follow_log()
    for attempt in db.session.scalars(select(Attempt.id).where(Attempt.state == "submitted")).all():
        marking.mark_attempt(attempt)
    db.session.commit()
    rows = marking.list_results(given.teacher, given.exam.id).rows
    assert [(row.of, row.marks is not None) for row in rows] == [(3, True)]
    best = max(result.points for result in marks_of(given))
    assert rows[0].marks.points == best
    assert len(marking.results_of(given.exam.id).attempt_ids) == 1


def scores(client: FlaskClient, given: SetExam, student: Any, chosen: str) -> bool:
    """Whether an attempt with this answer has points; it is his first."""
    writer = sit(client, given, chosen)
    marking.mark_attempt(writer.id)
    db.session.commit()
    return any(result.points > 0 for result in marks_of(given))


def marks_of(given: SetExam) -> list[Any]:
    """All results of the exam, also those that do not count."""
    return list(db.session.scalars(select(AttemptResult).where(AttemptResult.exam_id == given.exam.id)))


def test_a_candidate_is_one_line_of_the_list_and_his_page_shows_all_attempts(app: Flask, client: FlaskClient,
                                                                             sign_in: Any) -> None:
    with app.app_context():
        given = allow(make_exam(), 2, level="practice", release="at_once")
    with app.app_context():
        sit(client, given, "o1")
    pupil = sign_in(given.students[0].person_id)
    base = f"/exams/{given.exam.id}"
    assert "Làm lại bài này" in pupil.get(f"{base}/submitted").text
    assert pupil.post(f"{base}/again").headers["Location"].endswith("/start")
    assert "Lần 2 trong 2 lần" in pupil.get(f"{base}/start").text
    page = pupil.get(f"{base}/submitted")  # the second is not begun: the first is still what he has handed in
    assert page.status_code == 200
    assert pupil.get(f"{base}/receipt.json?attempt=1").status_code == 200
    assert pupil.get(f"{base}/receipt.json?attempt=2").status_code == 409
    with app.app_context():
        assert candidates.list_candidates(given.teacher, given.exam.id).total == 1
        assert candidates.count_states(given.teacher, given.exam.id) == {"ready": 1, "in_progress": 0, "submitted": 0}
        with shifted(timedelta(hours=4)):
            assert services.get_my_exam(given.students[0], given.exam.id).status == "submitted"


@pytest.mark.parametrize(("attempts", "level"), [(0, "class_test"), (101, "practice"), (2, "school")])
def test_what_makes_no_sense_is_refused_beside_the_field(context: Flask, attempts: int, level: str) -> None:
    given = make_exam(publish=False)
    draft = ExamDraft("Bài", given.exam.subject_id, 45, now(), now() + timedelta(hours=2), level=level,
                      attempts_allowed=attempts)
    with pytest.raises(Invalid) as refused:
        _check(draft, given.exam.organisation_id)
    assert [problem.where for problem in refused.value.problems if problem.where != "level"] == ["attempts_allowed"]
