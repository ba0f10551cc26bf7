"""Making, publishing and closing an exam; rule 9: every change of state is legal, and who, why and when is kept."""

from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from assessment.assembly.services import DrawRow
from assessment.delivery import services
from assessment.delivery.models import Attempt, Candidate, Exam, Transition
from assessment.delivery.states import LEGAL, change_state
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from lms.organisations.models import Organisation
from tests.factories.delivery import make_exam
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import add_member, make_class, make_school

pytestmark = pytest.mark.usefixtures("context")


def draft(subject_id: object, **changes: object) -> services.ExamDraft:
    fields = {"title": "Bài", "subject_id": subject_id, "time_limit_minutes": 50,
              "opens_at": now(), "closes_at": now() + timedelta(hours=2)}
    return services.ExamDraft(**{**fields, **changes})  # type: ignore[arg-type]


def test_rule_9_states_of_an_exam_are_logged_with_actor_reason_and_time() -> None:
    given = make_exam()
    services.close_exam(given.teacher, given.exam.id, reason="xong")
    rows = db.session.scalars(select(Transition).where(Transition.subject_id == given.exam.id)
                              .order_by(Transition.id)).all()
    assert [(row.from_state, row.to_state) for row in rows] == [("draft", "published"), ("published", "closed")]
    assert rows[1].actor_id == given.teacher.id
    assert rows[1].reason == "xong"
    assert rows[1].at <= now()


@pytest.mark.parametrize("to_state", ["draft", "published"])
def test_rule_9_closed_exam_stays_closed(to_state: str) -> None:
    given = make_exam()
    exam = services.close_exam(given.teacher, given.exam.id)
    with pytest.raises(Conflict):
        change_state(given.teacher, exam, to_state)


def test_rule_9_every_state_is_in_the_table() -> None:
    for steps in LEGAL.values():
        assert {state for onward in steps.values() for state in onward} <= steps.keys()


def test_publishing_makes_an_attempt_for_each_candidate() -> None:
    given = make_exam(students=3)
    attempts = db.session.scalars(select(Attempt).where(Attempt.exam_id == given.exam.id)).all()
    assert len(attempts) == 3
    assert {attempt.state for attempt in attempts} == {"ready"}


def test_published_exam_cannot_be_changed() -> None:
    given = make_exam()
    for change in (lambda: services.edit_exam(given.teacher, given.exam.id, draft(given.exam.subject_id)),
                   lambda: services.set_draw_rows(given.teacher, given.exam.id, []),
                   lambda: services.draw_exam_form(given.teacher, given.exam.id)):
        with pytest.raises(Conflict):
            change()


def test_withdrawn_exam_is_a_draft_again_unless_somebody_has_begun() -> None:
    given = make_exam(students=2)
    services.withdraw_exam(given.teacher, given.exam.id)
    assert db.session.scalar(select(Attempt.id).where(Attempt.exam_id == given.exam.id)) is None
    services.publish_exam(given.teacher, given.exam.id)
    services.start_attempt(given.students[0], given.exam.id, device="d")
    with pytest.raises(Conflict):
        services.withdraw_exam(given.teacher, given.exam.id)


def test_closing_submits_what_is_running_as_it_stands() -> None:
    given = make_exam()
    attempt = services.start_attempt(given.students[0], given.exam.id, device="d")
    services.close_exam(given.teacher, given.exam.id)
    assert (attempt.state, attempt.ended_by) == ("submitted", "clock")


def test_new_plan_drops_the_form_drawn_by_the_old_one() -> None:
    given = make_exam(publish=False)
    services.set_draw_rows(given.teacher, given.exam.id, [DrawRow(given.exam.subject_id, 1, type="true_false")])
    plan = services.get_plan(given.teacher, given.exam.id)
    assert (plan.papers, plan.items, plan.points, plan.enough) == ([], 1, Decimal(1), True)


def test_bank_that_has_too_few_questions_is_said_by_row() -> None:
    given = make_exam(publish=False)
    services.set_draw_rows(given.teacher, given.exam.id, [DrawRow(given.exam.subject_id, 9, type="true_false")])
    assert not services.get_plan(given.teacher, given.exam.id).enough
    with pytest.raises(Invalid) as refused:
        services.draw_exam_form(given.teacher, given.exam.id)
    assert refused.value.problems[0].where == "rows-1"


@pytest.mark.parametrize(("changes", "where"), [
    ({"title": " "}, "title"), ({"title": "x" * 201}, "title"), ({"time_limit_minutes": 0}, "time_limit_minutes"),
    ({"closes_at": now() - timedelta(days=1)}, "closes_at"), ({"time_limit_minutes": 300}, "closes_at"),
    ({"release": "always"}, "release"), ({"instructions": "x" * 5001}, "instructions")])
def test_wrong_basics_are_refused_by_field(changes: dict[str, object], where: str) -> None:
    given = make_exam(publish=False)
    with pytest.raises(Invalid) as refused:
        services.edit_exam(given.teacher, given.exam.id, draft(given.exam.subject_id, **changes))
    assert where in {problem.where for problem in refused.value.problems}


@pytest.mark.parametrize("rows", [
    [{"count": 0}], [{"count": 201}], [{"count": 1, "points": Decimal(0)}], [{"count": 1, "points": Decimal(101)}]])
def test_wrong_rows_are_refused(rows: list[dict[str, object]]) -> None:
    given = make_exam(publish=False)
    with pytest.raises(Invalid):
        services.set_draw_rows(given.teacher, given.exam.id,
                               [DrawRow(given.exam.subject_id, **row) for row in rows])  # type: ignore[arg-type]


def test_window_that_is_over_cannot_be_published_by_a_person() -> None:
    given = make_exam(publish=False, opens_in=timedelta(hours=-3), closes_in=timedelta(hours=-1))
    with pytest.raises(Invalid):
        services.publish_exam(given.teacher, given.exam.id)
    assert services.publish_exam(SYSTEM, given.exam.id).state == "published"


def test_exam_without_candidates_is_not_published() -> None:
    given = make_exam(publish=False, students=0)
    with pytest.raises(Invalid):
        services.publish_exam(given.teacher, given.exam.id)


def test_class_is_registered_once_and_numbers_go_on() -> None:
    given = make_exam()
    school = db.session.get_one(type(given.exam), given.exam.id).organisation_id
    group = make_class(type("School", (), {"id": school})(), students=3)  # type: ignore[arg-type]
    assert services.register_classes(given.teacher, given.exam.id, [group.id]) == 3
    assert services.register_classes(given.teacher, given.exam.id, [group.id]) == 0
    rows = services.list_candidates(given.teacher, given.exam.id)
    assert [row.candidate.number for row in rows] == ["000001", "000002", "000003", "000004"]
    assert all(row.attempt for row in rows), "who comes later has an attempt too"
    assert services.count_states(given.teacher, given.exam.id) == {"ready": 4, "in_progress": 0, "submitted": 0}


def test_candidate_is_removed_from_a_draft_only() -> None:
    given = make_exam(publish=False, students=2)
    first, second = db.session.scalars(select(Candidate).order_by(Candidate.number)).all()
    services.remove_candidate(given.teacher, given.exam.id, first.id)
    services.publish_exam(given.teacher, given.exam.id)
    with pytest.raises(Conflict):
        services.remove_candidate(given.teacher, given.exam.id, second.id)
    with pytest.raises(NotFound):
        services.remove_candidate(given.teacher, given.exam.id, new_id())


def test_students_and_strangers_may_not_touch_an_exam() -> None:
    given = make_exam()
    stranger = make_actor(make_person("teacher", make_school()))
    for actor in (given.students[0], stranger):
        for act in (services.get_exam, services.close_exam, services.publish_exam, services.list_candidates):
            with pytest.raises(Forbidden):
                act(actor, given.exam.id)


def test_exams_of_the_own_school_are_listed() -> None:
    given, _other = make_exam(), make_exam()
    assert [exam.id for exam, _sitting in services.list_exams(given.teacher)] == [given.exam.id]
    assert services.list_exams(SYSTEM).total == 2


def test_exams_of_a_school_where_a_teacher_only_studies_are_not_his_to_see() -> None:
    given = make_exam()
    guest = make_person("teacher", make_school())
    add_member(db.session.get_one(Organisation, given.exam.organisation_id), guest, "student")
    assert services.list_exams(make_actor(guest)).items == []
    with pytest.raises(Forbidden):
        services.get_exam(make_actor(guest), given.exam.id)


@pytest.mark.parametrize("year", [1, 1999, 2101, 9999])
def test_an_exam_takes_place_in_our_time(year: int) -> None:
    given = make_exam(publish=False)
    moment = now().replace(year=year, month=1, day=1, hour=0)
    with pytest.raises(Invalid) as refused:
        services.create_exam(given.teacher, draft(given.exam.subject_id, opens_at=moment,
                                                  closes_at=moment + timedelta(hours=2)))
    assert refused.value.problems[0].where == "opens_at"


def test_codes_of_a_paper_are_drawn_kept_and_dealt_out() -> None:
    given = make_exam(students=3, publish=False)
    services.draw_exam_form(given.teacher, given.exam.id, codes=3)
    services.draw_exam_form(given.teacher, given.exam.id)
    services.publish_exam(given.teacher, given.exam.id)
    forms = db.session.scalars(select(Attempt.form_id).where(Attempt.exam_id == given.exam.id)).all()
    assert len(set(forms)) == len(forms) == 3


@pytest.mark.parametrize("codes", [0, 49])
def test_an_exam_has_a_bounded_number_of_codes(codes: int) -> None:
    given = make_exam(publish=False)
    with pytest.raises(Invalid, match="48"):
        services.draw_exam_form(given.teacher, given.exam.id, codes=codes)


def test_the_paper_of_a_school_exam_is_for_its_makers_until_it_opens(context: Flask) -> None:
    given = make_exam(opens_in=timedelta(hours=1))
    exam = db.session.get_one(Exam, given.exam.id)
    school = db.session.get_one(Organisation, exam.organisation_id)
    colleague, head = make_actor(make_person("teacher", school)), make_actor(make_person("administrator", school))
    assert services.get_exam_with_paper(colleague, exam.id).id == exam.id, "a class test is no secret among colleagues"
    exam.level = "school"
    db.session.commit()
    for maker in (given.teacher, head):
        assert services.get_exam_with_paper(maker, exam.id).id == exam.id
    with pytest.raises(Forbidden):
        services.get_exam_with_paper(colleague, exam.id)
    with shifted(timedelta(hours=2)):
        assert services.get_exam_with_paper(colleague, exam.id).id == exam.id
