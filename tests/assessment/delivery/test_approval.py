"""Exams that need two persons: proposed by one, read and approved by another, frozen between and after."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from assessment.delivery import services
from assessment.delivery.services import approval, dry_run
from lms.core.db import db
from lms.core.errors import Conflict, Invalid
from lms.core.permissions import Refused
from lms.organisations.models import Organisation
from tests.factories.delivery import SetExam, make_exam
from tests.factories.identity import make_actor, make_person

SignIn = Callable[[object], FlaskClient]


def school_exam(level: str = "school") -> SetExam:
    """A drawn exam of the school with a candidate, in draft."""
    given = make_exam(publish=False)
    exam = services.get_exam(given.teacher, given.exam.id)
    exam.level = level
    dry_run.run_dry(given.teacher, exam.id)
    db.session.commit()
    return given


def head_of(given: SetExam):
    """Somebody who may approve exams of this school."""
    school = db.session.get_one(Organisation, services.find_exam(given.exam.id).organisation_id)
    return make_person("administrator", school)


@pytest.mark.parametrize("level", ["school", "department", "national"])
def test_one_proposes_and_another_approves(context: Flask, level: str) -> None:
    given = school_exam(level)
    with pytest.raises(Conflict):
        services.publish_exam(given.teacher, given.exam.id)
    approval.propose_exam(given.teacher, given.exam.id)
    assert services.list_my_exams(given.students[0]) == []
    with pytest.raises(Refused):
        approval.approve_exam(given.teacher, given.exam.id)
    exam = approval.approve_exam(make_actor(head_of(given)), given.exam.id)
    assert (exam.state, exam.proposed_by_id) == ("published", given.teacher.person_id)
    assert len(services.list_my_exams(given.students[0])) == 1


def test_who_proposed_is_no_second_person_whatever_his_role(context: Flask) -> None:
    given = school_exam()
    head = make_actor(head_of(given))
    approval.propose_exam(head, given.exam.id)
    with pytest.raises(Conflict):
        approval.approve_exam(head, given.exam.id)
    assert approval.approve_exam(make_actor(head_of(given)), given.exam.id).state == "published"


def test_nothing_changes_while_it_waits_and_it_comes_back_with_a_reason(context: Flask) -> None:
    given = school_exam()
    approval.propose_exam(given.teacher, given.exam.id)
    for change in (lambda: services.draw_exam_form(given.teacher, given.exam.id),
                   lambda: services.set_draw_rows(given.teacher, given.exam.id, [])):
        with pytest.raises(Conflict):
            change()
    with pytest.raises(Invalid):
        approval.return_exam(make_actor(head_of(given)), given.exam.id, reason=" ")
    assert approval.return_exam(make_actor(head_of(given)), given.exam.id, reason="Câu 3 sai").state == "draft"
    services.draw_exam_form(given.teacher, given.exam.id)


def test_what_is_proposed_is_what_the_dry_run_ran_on(context: Flask) -> None:
    given = school_exam()
    services.draw_exam_form(given.teacher, given.exam.id)
    with pytest.raises(Invalid):
        approval.propose_exam(given.teacher, given.exam.id)
    dry_run.run_dry(given.teacher, given.exam.id)
    assert approval.propose_exam(given.teacher, given.exam.id).state == "proposed"


def test_a_published_exam_is_not_returned_and_taken_back_only_by_who_approves(context: Flask) -> None:
    given = school_exam()
    approval.propose_exam(given.teacher, given.exam.id)
    head = make_actor(head_of(given))
    approval.approve_exam(head, given.exam.id)
    with pytest.raises(Conflict):
        approval.return_exam(head, given.exam.id, reason="Câu 3 sai")
    with pytest.raises(Refused):
        services.withdraw_exam(given.teacher, given.exam.id)
    assert services.withdraw_exam(head, given.exam.id).state == "draft"


def test_a_school_holds_no_national_exam(context: Flask) -> None:
    given = make_exam(publish=False)
    sitting = services.get_sitting(given.exam.id)
    for level, holds in (("school", True), ("department", False), ("national", False)):
        wanted = services.ExamDraft("Kì thi", given.exam.subject_id, 50, sitting.opens_at, sitting.closes_at,
                                    level=level)
        if holds:
            assert services.create_exam(given.teacher, wanted).level == level
        else:
            with pytest.raises(Invalid):
                services.create_exam(given.teacher, wanted)


def test_a_class_test_is_published_by_its_maker_alone(context: Flask) -> None:
    given = make_exam(publish=False)
    with pytest.raises(Conflict):
        approval.propose_exam(given.teacher, given.exam.id)
    assert services.publish_exam(given.teacher, given.exam.id).state == "published"


def test_the_pages_lead_both_through(app: Flask, sign_in: SignIn) -> None:
    with app.app_context():
        given = school_exam()
        head_id = head_of(given).id
        db.session.commit()
    maker, head, base = sign_in(given.teacher.person_id), sign_in(head_id), f"/exams/{given.exam.id}"
    assert "Trình duyệt" in maker.get(base).text
    assert maker.post(f"{base}/propose").status_code == 302
    page = maker.get(base).text
    assert "Chờ duyệt" in page
    assert f"{base}/approve" not in page
    assert f"{base}/approve" in head.get(base).text
    assert head.post(f"{base}/return", data={"reason": ""}).status_code == 422
    assert head.post(f"{base}/approve").status_code == 302
    assert "Đã công bố" in head.get(base).text
