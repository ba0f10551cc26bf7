"""A form that is withdrawn while the exam runs: who gets another, who begins anew, and what is kept of the old."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.delivery import services
from assessment.delivery.models import Attempt, Exam, WithdrawnForm
from assessment.delivery.services import candidates, withdrawal
from assessment.delivery.services.withdrawal import Draft
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Actor
from lms.organisations.models import Organisation
from tests.factories.delivery import Candidate, SetExam, make_exam
from tests.factories.identity import make_actor, make_person


def two_forms(students: int = 2, **more: Any) -> SetExam:
    """A published exam in two codes, dealt out by number."""
    given = make_exam(students=students, publish=False, **more)
    services.draw_exam_form(given.teacher, given.exam.id, codes=2)
    services.publish_exam(given.teacher, given.exam.id)
    db.session.commit()
    return given


def begin(client: FlaskClient, given: SetExam, student: Actor) -> Candidate:
    """He begins on the form that he has."""
    writer = Candidate(client, given, student)
    writer.paper = assembly.get_paper(writer.attempt.form_id)
    return writer


def attempts_of(student: Actor) -> list[Attempt]:
    """His attempts, the first first, as they are now."""
    return list(db.session.scalars(select(Attempt).where(Attempt.person_id == student.id).order_by(Attempt.number)))


def draft(student: Actor, reach: str, code: str = "leaked", reason: str = "Đề bị chụp") -> Draft:
    """The form that this pupil has."""
    return Draft(attempts_of(student)[-1].form_id, reach, code, reason)


def withdraw(given: SetExam, student: Actor, reach: str) -> UUID:
    """The form of this pupil; which it was."""
    row = withdrawal.withdraw_form(given.teacher, given.exam.id, draft(student, reach))
    db.session.commit()
    return row.form_id


def test_who_has_not_begun_gets_another_form_and_begins_on_it(context: Flask, client: FlaskClient) -> None:
    given = two_forms()
    student = given.students[0]
    gone = withdraw(given, student, "ready")
    [attempt] = attempts_of(student)
    assert attempt.form_id != gone
    services.start_attempt(student, given.exam.id, device="device-1")
    desk = services.find_desk(student, given.exam.id, device="device-1")
    assert desk is not None
    assert desk.mine.attempt.form_id != gone
    late = make_actor(make_person("student"))
    candidates.register_people(given.teacher, given.exam.id, [late.id])
    assert attempts_of(late)[0].form_id != gone


def test_who_works_goes_on_where_only_the_others_are_concerned(context: Flask, client: FlaskClient) -> None:
    given = two_forms()
    writer = begin(client, given, given.students[0])
    withdraw(given, given.students[0], "ready")
    assert writer.answer("single_choice", "o1").status_code == 200
    assert [each.state for each in attempts_of(given.students[0])] == ["in_progress"]


def test_who_works_begins_anew_with_all_of_his_time(context: Flask, client: FlaskClient) -> None:
    given = two_forms(minutes=50, closes_in=timedelta(minutes=55))
    student = given.students[0]
    writer = begin(client, given, student)
    writer.answer("single_choice", "o1")
    with shifted(timedelta(minutes=30)):
        gone = withdraw(given, student, "running")
        old, anew = attempts_of(student)
        assert (old.state, anew.state, anew.number) == ("withdrawn", "ready", 2)
        assert (old.form_id, anew.form_id) != (gone, gone)
        services.start_attempt(student, given.exam.id, device="device-1")
        db.session.commit()
        left = attempts_of(student)[1].deadline - now()
        assert timedelta(minutes=49) < left <= timedelta(minutes=50)


def test_what_was_on_its_way_to_the_old_form_is_kept_and_does_not_count(context: Flask, client: FlaskClient) -> None:
    given = two_forms()
    student = given.students[0]
    writer = begin(client, given, student)
    writer.answer("single_choice", "o1")
    withdraw(given, student, "running")
    refused = writer.answer("single_choice", "o2").get_json()
    writer.seq, writer.prev = refused["seq"], refused["hash"]
    taken = writer.answer("single_choice", "o2")
    assert (taken.status_code, taken.get_json()["reason"]) == (409, "late")
    assert taken.get_json()["acks"], "it is on disk"
    services.follow_log()
    assert [each.id for each in services.list_finished_attempts(given.exam.id)] == []
    assert services.verify_exam(given.exam.id)[1] == []


def test_who_has_handed_in_sits_another_form_only_where_that_is_chosen(context: Flask, client: FlaskClient) -> None:
    given = two_forms(students=4)
    for student in given.students:
        Candidate(client, given, student).submit()
    services.follow_log()
    db.session.commit()
    first, second = given.students[0], given.students[1]
    assert attempts_of(first)[0].form_id != attempts_of(second)[0].form_id
    effect = withdrawal.preview_withdrawal(given.teacher, given.exam.id, draft(first, "all"))
    assert (effect.moved, effect.anew, effect.kept) == (0, 2, 0)
    kept = withdrawal.preview_withdrawal(given.teacher, given.exam.id, draft(first, "running"))
    assert (kept.anew, kept.kept) == (0, 2)
    withdraw(given, first, "all")
    assert [each.state for each in attempts_of(first)] == ["withdrawn", "ready"]
    assert [each.state for each in attempts_of(second)] == ["submitted"]
    assert candidates.count_states(given.teacher, given.exam.id) == {"ready": 2, "in_progress": 0, "submitted": 2}


def test_who_began_in_that_very_second_is_carried_along(context: Flask, client: FlaskClient) -> None:
    given = two_forms()
    student = given.students[0]
    gone = withdraw(given, given.students[0], "running")
    [attempt] = attempts_of(student)
    attempt.form_id = gone  # as if the door had not yet heard of it
    db.session.commit()
    begin(client, given, student)
    services.close_due_attempts()
    assert [each.state for each in attempts_of(student)] == ["withdrawn", "ready"]


def test_two_persons_withdraw_a_form_of_a_school_exam(context: Flask, client: FlaskClient) -> None:
    given = two_forms()
    exam = db.session.get_one(Exam, given.exam.id)
    exam.level = "school"
    db.session.commit()
    student = given.students[0]
    form_id = withdraw(given, student, "ready")
    assert attempts_of(student)[0].form_id == form_id, "nothing is done yet"
    with pytest.raises(Conflict):
        withdrawal.withdraw_form(given.teacher, given.exam.id, draft(student, "ready"))
    second = make_actor(make_person("administrator", db.session.get_one(Organisation, exam.organisation_id)))
    row = db.session.scalars(select(WithdrawnForm)).one()
    row.actor_id = second.person_id  # who proposed it does not confirm it
    with pytest.raises(Conflict):
        withdrawal.confirm_withdrawal(second, given.exam.id, form_id)
    row.actor_id = given.teacher.person_id
    withdrawal.confirm_withdrawal(second, given.exam.id, form_id)
    assert attempts_of(student)[0].form_id != form_id


def test_a_proposal_is_taken_back(context: Flask) -> None:
    given = two_forms()
    db.session.get_one(Exam, given.exam.id).level = "school"
    form_id = withdraw(given, given.students[0], "ready")
    withdrawal.drop_proposal(given.teacher, given.exam.id, form_id)
    assert db.session.scalars(select(WithdrawnForm)).all() == []
    with pytest.raises(Conflict):
        withdrawal.drop_proposal(given.teacher, given.exam.id, form_id)


@pytest.mark.parametrize(("wrong", "where"), [({"reach": "some"}, "reach"), ({"code": "because"}, "code"),
                                              ({"reason": " "}, "reason"), ({"reason": "x" * 201}, "reason")])
def test_what_makes_no_sense_is_refused_beside_the_field(context: Flask, wrong: dict[str, str], where: str) -> None:
    given = two_forms()
    with pytest.raises(Invalid) as refused:
        withdrawal.withdraw_form(given.teacher, given.exam.id, draft(given.students[0], **({"reach": "ready"} | wrong)))
    assert [problem.where for problem in refused.value.problems] == [where]


def test_the_only_form_is_not_withdrawn(context: Flask) -> None:
    given = make_exam()
    with pytest.raises(Invalid) as refused:
        withdrawal.withdraw_form(given.teacher, given.exam.id, draft(given.students[0], "ready"))
    assert [problem.where for problem in refused.value.problems] == ["form_id"]


def test_pages_show_the_effect_first_and_tell_the_candidate_why(app: Flask, client: FlaskClient, sign_in: Any) -> None:
    with app.app_context():
        given = two_forms()
        form_id = attempts_of(given.students[0])[0].form_id
        begin(client, given, given.students[0]).answer("single_choice", "o1")
    teacher, base = sign_in(given.teacher.person_id), f"/exams/{given.exam.id}"
    assert f"{base}/withdraw-form" in teacher.get(base).text
    fields = {"form_id": str(form_id), "reach": "running", "code": "leaked", "reason": "Đề bị chụp"}
    assert teacher.post(f"{base}/withdraw-form", data=fields | {"reason": ""}).status_code == 422
    shown = teacher.post(f"{base}/withdraw-form", data=fields)
    assert "1 thí sinh làm lại mã đề khác" in shown.text
    assert teacher.post(f"{base}/withdraw-form/confirm", data=fields).status_code == 302
    pupil = sign_in(given.students[0].person_id)
    assert pupil.get(f"{base}/submitted").headers["Location"].endswith("/start")
    assert "Đề bị lộ" in pupil.get(f"{base}/start").text
    assert "Đã thu hồi" in teacher.get(f"{base}/withdraw-form").text
