"""Answers that people mark: taken one at a time, marked by the rubric, and results that wait for them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from assessment.delivery import services as delivery
from assessment.marking import services
from assessment.marking.models import AttemptResult, ItemMark, PersonMark
from assessment.marking.services.by_hand import IN_HAND
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound
from lms.core.permissions import SYSTEM
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_hand_exam

pytestmark = pytest.mark.usefixtures("request_context")
BEST = {"c1": "0", "c2": "0"}


@pytest.fixture
def sat():
    """Three candidates who wrote an essay (the third left it blank), marked as far as the platform can."""
    return make_hand_exam()


def take(sat, actor=None):
    with transaction():
        taken = services.take_answer(actor or sat.teacher, sat.exam.id, sat.version_id)
    return taken and (taken.attempt_id, taken.form_item_id)


def mark(sat, answer, chosen=BEST, comment=""):
    with transaction():
        return services.mark_answer(sat.teacher, *answer, chosen=chosen, comment=comment)


def test_an_essay_waits_and_a_blank_one_does_not(sat):
    states = sorted(db.session.scalars(select(ItemMark.state).where(ItemMark.item_version_id == sat.version_id)))
    assert states == ["omitted", "waiting", "waiting"]
    [item] = services.list_hand_items(sat.teacher, sat.exam.id)
    assert (item.waiting, item.marked) == (2, 0)


def test_results_wait_until_all_are_marked(sat):
    student, attempt_id = sat.students[2], sat.attempt_ids[2]
    with transaction():
        delivery.close_exam(sat.teacher, sat.exam.id)
    assert not services.get_result(student, attempt_id).is_released
    while answer := take(sat):
        mark(sat, answer)
    result = services.get_result(student, attempt_id)
    assert result.is_released
    assert result.marks.waiting == 0


def test_marks_by_hand_join_the_result(sat):
    answer = take(sat)
    before = db.session.get(AttemptResult, answer[0]).points
    mark(sat, answer, {"c1": "1", "c2": "0"}, "Cần thêm dẫn chứng.")
    result = db.session.get(AttemptResult, answer[0])
    item = db.session.get(ItemMark, answer)
    assert (item.state, result.waiting) == ("partial", 0)
    assert result.points == before + item.points > before
    assert db.session.get(PersonMark, answer).comment == "Cần thêm dẫn chứng."


def test_marking_the_exam_again_keeps_what_people_gave(sat):
    mark(sat, take(sat))
    once = sorted(db.session.execute(select(ItemMark.attempt_id, ItemMark.state, ItemMark.points)).all())
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    assert sorted(db.session.execute(select(ItemMark.attempt_id, ItemMark.state, ItemMark.points)).all()) == once


def test_two_markers_never_hold_the_same_answer(sat):
    other = make_actor(make_person("teacher", sat.school))
    first, second = take(sat), take(sat, other)
    assert first != second
    assert take(sat) == first, "what one has in hand comes back first"
    assert take(sat, make_actor(make_person("teacher", sat.school))) is None
    with pytest.raises(Conflict), transaction():
        services.mark_answer(other, *first, chosen=BEST, comment="")


def test_a_hand_that_does_not_come_back_loses_the_answer(sat):
    answer = take(sat)
    other = make_actor(make_person("teacher", sat.school))
    with clock.frozen(clock.now() + IN_HAND + timedelta(seconds=1)):
        assert answer in (take(sat, other), take(sat, other))


def test_given_back_it_can_be_taken_at_once(sat):
    answer = take(sat)
    with transaction():
        services.give_back(sat.teacher, *answer)
    assert db.session.get(PersonMark, answer).points is None
    others = [make_actor(make_person("teacher", sat.school)) for _each in range(2)]
    assert answer in [take(sat, other) for other in others]


def test_an_incomplete_mark_changes_nothing(sat):
    answer = take(sat)
    with pytest.raises(Invalid), transaction():
        services.mark_answer(sat.teacher, *answer, chosen={"c1": "0"}, comment="")
    db.session.expire_all()
    assert db.session.get(ItemMark, answer).state == "waiting"


def test_only_teachers_of_the_school_mark(sat):
    answer = take(sat)
    others = [make_person("teacher"), make_person("librarian", sat.school)]
    for stranger in (sat.students[0], *map(make_actor, others)):
        with pytest.raises(Forbidden):
            services.get_answer(stranger, *answer)
        with pytest.raises(Forbidden), transaction():
            services.take_answer(stranger, sat.exam.id, sat.version_id)


def test_an_item_that_the_platform_marks_is_not_marked_by_hand(sat):
    other = next(each for each in db.session.scalars(select(ItemMark)) if each.item_version_id != sat.version_id)
    with pytest.raises(NotFound):
        services.get_answer(sat.teacher, other.attempt_id, other.form_item_id)


def test_a_second_mark_replaces_the_first_and_the_audit_keeps_both(sat):
    answer = take(sat)
    mark(sat, answer)
    mark(sat, answer, {"c1": "2", "c2": "1"})
    assert db.session.get(ItemMark, answer).points == Decimal(0)


def test_analysis_counts_only_what_is_marked_whole(sat):
    assert services.count_marked(sat.exam.id) == (3, 1)
    mark(sat, take(sat))
    assert len(services.results_of(sat.exam.id).attempt_ids) == 2
