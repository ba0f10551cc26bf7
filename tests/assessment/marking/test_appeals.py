"""What candidates see of their results, when, and how they ask to look again."""

from datetime import timedelta

import pytest

from assessment.delivery import services as delivery
from assessment.marking import services
from lms.core.clock import now, shifted
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.ids import new_id
from lms.core.permissions import SYSTEM
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam, make_hand_exam

ASKED = "Em đã chọn B, xin xem lại."


def finished(app, **rules):
    """A marked exam, in a context of its own: who made it, who sat it first, his attempt and its items."""
    with app.test_request_context():
        sat = make_finished_exam(3, **rules)
        services.mark_exam(SYSTEM, sat.exam.id)
        db.session.commit()
        by_person = {each.person_id: each.id for each in delivery.list_finished_attempts(sat.exam.id)}
        attempt_id = by_person[sat.students[0].id]
        items = [entry.item.form_item_id for _section, entries in services.get_result(SYSTEM, attempt_id).sections
                 for entry in entries]
        return make_actor(sat.teacher), make_actor(sat.students[0]), sat.exam.id, attempt_id, items


@pytest.mark.parametrize(("rules", "shown"), [
    ({"release": "at_once", "level": "practice"}, True), ({"release": "after_close"}, False),
    ({"release": "after_close", "close": True}, True), ({"release": "never", "close": True}, False)])
def test_results_are_shown_when_the_exam_says(app, rules, shown):
    _teacher, student, exam_id, attempt_id, _items = finished(app, **rules)
    with app.test_request_context():
        assert delivery.is_released(exam_id) is shown
        assert (services.get_result(student, attempt_id).marks is not None) is shown


def test_results_at_a_time_wait_for_it(app):
    later = now() + timedelta(hours=5)
    _teacher, student, _exam_id, attempt_id, _items = finished(app, release="at_time", release_at=later, close=True)
    with app.test_request_context():
        assert services.get_result(student, attempt_id).marks is None
        with shifted(timedelta(hours=6)):
            assert services.get_result(student, attempt_id).marks is not None


@pytest.mark.parametrize(("rules", "where"), [
    ({"release": "at_once"}, "release"), ({"release": "at_time"}, "release_at"),
    ({"release": "at_time", "release_at": now() - timedelta(days=1)}, "release_at"),
    ({"review": "everything"}, "review"), ({"level": "galaxy"}, "level")])
def test_rules_of_release_that_make_no_sense_are_refused(app, rules, where):
    with app.test_request_context(), pytest.raises(Invalid) as refused:
        make_finished_exam(1, **rules)
    assert where in [problem.where for problem in refused.value.problems]


def test_who_practises_sees_the_key_and_explanations_at_once_even_where_an_essay_waits(app):
    with app.test_request_context():
        sat = make_hand_exam(rules={"release": "at_once", "level": "practice"})
        result = services.get_result(sat.students[0], sat.attempt_ids[0])
    assert (result.is_released, result.marks.waiting) == (True, 1)
    assert all(entry.key for _section, entries in result.sections for entry in entries)


@pytest.mark.parametrize("review", ["marks", "answers", "key"])
def test_a_candidate_sees_as_much_as_the_exam_says_and_its_teacher_all(app, sign_in, review):
    teacher, student, _exam_id, attempt_id, _items = finished(app, review=review, close=True)
    with app.test_request_context():
        entries = [entry for _s, entries in services.get_result(student, attempt_id).sections for entry in entries]
        assert all(entry.mark is not None for entry in entries)
        assert all((entry.key is not None) == (review == "key") for entry in entries)
        assert any(entry.response is not None for entry in entries) == (review != "marks")
    page = sign_in(student.person_id).get(f"/results/{attempt_id}").text
    assert ("is-key" in page) == (review == "key")
    assert ("answer-options" in page) == (review != "marks")
    assert "is-wrong" not in page or review == "key"
    assert "is-key" in sign_in(teacher.person_id).get(f"/results/{attempt_id}").text


def test_a_request_goes_from_the_candidate_to_the_teacher_and_back(app, sign_in):
    teacher, student, exam_id, attempt_id, items = finished(app, close=True)
    pupil, master = sign_in(student.person_id), sign_in(teacher.person_id)
    address = f"/results/{attempt_id}/{items[0]}/appeal"
    assert address in pupil.get(f"/results/{attempt_id}").text
    assert pupil.post(address, data={"text": " "}).status_code == 422
    assert pupil.post(address, data={"text": ASKED}).status_code == 302
    assert pupil.get(address).status_code == 409
    assert ASKED in pupil.get(f"/results/{attempt_id}").text
    assert f"/exams/{exam_id}/appeals" in master.get(f"/exams/{exam_id}/results").text
    assert ASKED in master.get(f"/exams/{exam_id}/appeals").text
    with app.test_request_context():
        [row] = services.list_appeals(teacher, exam_id)
    one = f"/appeals/{row.appeal.id}"
    assert ASKED in master.get(one).text
    assert master.post(one, data={"decision": "upheld", "reply": ""}).status_code == 422
    assert master.post(one, data={"decision": "upheld", "reply": "Đáp án đã sửa."}).status_code == 302
    assert master.post(one, data={"decision": "rejected", "reply": "Khác."}).status_code == 409
    page = pupil.get(f"/results/{attempt_id}").text
    assert "Đáp án đã sửa." in page
    assert "Khác." not in page


def test_of_an_answer_marked_by_hand_the_teacher_is_led_to_its_rubric(app, sign_in):
    with app.test_request_context():
        sat = make_hand_exam()
        while taken := services.take_answer(sat.teacher, sat.exam.id, sat.version_id):
            services.mark_answer(sat.teacher, taken.attempt_id, taken.form_item_id, chosen={"c1": "1", "c2": "0"},
                                 comment="")
            db.session.commit()
            asked = taken.form_item_id
        delivery.close_exam(sat.teacher, sat.exam.id)
        appeal_id = services.make_appeal(sat.students[0], sat.attempt_ids[0], asked, text=ASKED).id
        db.session.commit()
    page = sign_in(sat.teacher.person_id).get(f"/appeals/{appeal_id}").text
    assert f"/answers/{sat.attempt_ids[0]}/{asked}" in page


def test_who_may_ask_and_who_answers(app):
    teacher, student, exam_id, attempt_id, items = finished(app, close=True)
    with app.test_request_context():
        outsider = make_actor(make_person("teacher"))
        for actor in (teacher, outsider):
            with pytest.raises(Forbidden):
                services.make_appeal(actor, attempt_id, items[0], text=ASKED)
        with pytest.raises(NotFound):
            services.make_appeal(student, attempt_id, new_id(), text=ASKED)
        with pytest.raises(Invalid):
            services.make_appeal(student, attempt_id, items[0], text="x" * 2001)
        appeal = services.make_appeal(student, attempt_id, items[0], text=ASKED)
        for actor in (student, outsider):
            with pytest.raises(Forbidden):
                services.list_appeals(actor, exam_id)
            with pytest.raises(Forbidden):
                services.answer_appeal(actor, appeal.id, upheld=True, reply="Được")
        with pytest.raises(NotFound):
            services.get_appeal(teacher, new_id())


def test_nobody_asks_before_the_release_or_about_what_is_not_marked(app):
    _teacher, student, _exam_id, attempt_id, items = finished(app)
    with app.test_request_context():
        with pytest.raises(Conflict):
            services.make_appeal(student, attempt_id, items[0], text=ASKED)
        sat = make_hand_exam(rules={"release": "at_once", "level": "practice"})
        waiting = next(entry.item.form_item_id for _section, entries
                       in services.get_result(sat.students[0], sat.attempt_ids[0]).sections
                       for entry in entries if entry.mark.state == "waiting")
        with pytest.raises(Conflict):
            services.make_appeal(sat.students[0], sat.attempt_ids[0], waiting, text=ASKED)


def test_the_queue_puts_first_what_waits_and_asks_no_more_for_more(app, count_statements):
    teacher, student, exam_id, attempt_id, items = finished(app, close=True)
    with app.test_request_context():
        first = services.make_appeal(student, attempt_id, items[0], text="một")
        with count_statements() as few:
            services.list_appeals(teacher, exam_id)
        services.answer_appeal(teacher, first.id, upheld=False, reply="Điểm đúng.")
        for item in items[1:]:
            services.make_appeal(student, attempt_id, item, text="hai")
        with count_statements() as many:
            rows = services.list_appeals(teacher, exam_id)
        assert [row.appeal.state for row in rows] == ["open"] * 4 + ["rejected"]
        assert many.number <= few.number
        assert services.list_results(teacher, exam_id).appeals == 4
