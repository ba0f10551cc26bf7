"""Questions found wrong: what each ruling does to whose marks, who may make it, and how it is taken back."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from assessment.assembly import services as assembly
from assessment.delivery import services as delivery
from assessment.delivery.models import Exam, RoomMessage
from assessment.marking import services
from assessment.marking.models import AttemptResult, ItemMark, ItemRuling
from assessment.marking.scoring import Ruling, best_of, rule_over, scale_total
from assessment.marking.services import rulings
from assessment.marking.services.effects import add_up
from lms.core import jobs
from lms.core.audit.events import AuditEvent
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Forbidden, Invalid
from lms.core.permissions import SYSTEM
from lms.organisations.models import Organisation
from tests.factories.identity import make_actor, make_person
from tests.factories.marking import make_finished_exam, make_hand_exam
from tests.factories.organisations import make_school

pytestmark = pytest.mark.usefixtures("request_context")
WHY = {"code": "wrong_key", "reason": "Đáp án in sai."}


def marked(persons=12, **rules):
    """A marked exam: who made it, its id, and its questions by type, the first of each."""
    sat = make_finished_exam(persons, **rules)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    paper = assembly.get_paper(delivery.find_attempt(sat.attempt_ids[0]).form_id)
    items = {item.type: item for item in reversed(paper.items)}
    return sat, make_actor(sat.teacher), items


def rule(actor, sat, item, kind, **more):
    with transaction():
        row = rulings.make_ruling(actor, sat.exam.id, item.item_version_id,
                                  rulings.RulingDraft(kind, **{**WHY, **more}))
    jobs.run_all()
    return row


def totals(sat):
    db.session.expire_all()
    rows = db.session.scalars(select(AttemptResult).where(AttemptResult.exam_id == sat.exam.id))
    return {row.attempt_id: (row.points, row.maximum) for row in rows}


def marks_of(item):
    rows = db.session.scalars(select(ItemMark).where(ItemMark.item_version_id == item.item_version_id))
    return {row.attempt_id: (row.points, row.state) for row in rows}


def test_what_is_nobodys_leaves_the_maximum():
    sat, actor, items = marked()
    before, given = totals(sat), marks_of(items["single_choice"])
    rule(actor, sat, items["single_choice"], "void", policy="left_out")
    after = totals(sat)
    assert {state for _points, state in marks_of(items["single_choice"]).values()} == {"void"}
    for attempt_id, (points, maximum) in before.items():
        assert after[attempt_id] == (points - given[attempt_id][0], maximum - Decimal("0.25"))


def test_what_is_nobodys_may_be_spread_over_the_rest():
    sat, actor, items = marked()
    before, given = totals(sat), marks_of(items["true_false"])
    rule(actor, sat, items["true_false"], "void", policy="rescaled")
    for attempt_id, (points, maximum) in totals(sat).items():
        rest = before[attempt_id][0] - given[attempt_id][0]
        assert maximum == before[attempt_id][1] == 2
        assert points == (rest * 2).quantize(Decimal("0.0001"))


def test_everybody_gets_the_points_also_who_left_it_blank():
    sat, actor, items = marked(30)
    item = items["short_numeric"]
    before, given = totals(sat), marks_of(item)
    assert "omitted" in {state for _points, state in given.values()} or len({*given.values()}) > 1
    rule(actor, sat, item, "credit_all")
    for attempt_id, (points, _maximum) in totals(sat).items():
        assert points == before[attempt_id][0] - given[attempt_id][0] + Decimal("0.25")
    rule(actor, sat, item, "none")
    assert (totals(sat), marks_of(item)) == (before, given)


@pytest.mark.parametrize("old", [[], ["o1"]])
def test_another_key_moves_marks_both_ways_and_a_further_one_only_up(old):
    sat, actor, items = marked(40)
    item = items["single_choice"]
    given = [sat.responses[each].get(str(item.form_item_id)) for each in sat.attempt_ids]
    answers = [*old, next(each for each in given if each not in (None, "o1"))]
    draft = rulings.RulingDraft("keys", right=answers, **WHY)
    effect = rulings.preview_ruling(actor, sat.exam.id, item.item_version_id, draft)
    before = totals(sat)
    rule(actor, sat, item, "keys", right=answers)
    after = totals(sat)
    assert effect.up == sum(after[each] > before[each] for each in before)
    assert effect.down == sum(after[each] < before[each] for each in before)
    assert (effect.attempts, sum(effect.before), sum(effect.after)) == (40, 40, 40)
    assert effect.up
    assert bool(effect.down) == (not old)
    said = {each: sat.responses[each].get(str(item.form_item_id)) for each in before}
    assert {each for each, (points, _state) in marks_of(item).items() if points} == {
        each for each, response in said.items() if response in answers}


@pytest.mark.parametrize(("kind", "more", "answer"), [
    ("multiple_response", {"right": ["o4"]}, ["o4"]),
    ("true_false", {"right": []}, dict.fromkeys(("o1", "o2", "o3", "o4"), False))])
def test_keys_of_several_options_are_put_right(kind, more, answer):
    sat, actor, items = marked(60)
    item = items[kind]
    rule(actor, sat, item, "keys", **more)
    said = {each: sat.responses[each].get(str(item.form_item_id)) for each in sat.attempt_ids}
    assert {each for each, (_points, state) in marks_of(item).items() if state == "right"} == {
        each for each, response in said.items() if response == answer}


def test_a_further_number_is_accepted_beside_what_was_right():
    sat, actor, items = marked(40)
    item, before = items["short_numeric"], marks_of(items["short_numeric"])
    wrong = next(each for each, (_points, state) in before.items() if state == "wrong")
    typed = sat.responses[wrong][str(item.form_item_id)]
    rule(actor, sat, item, "keys", also=[typed])
    after = marks_of(item)
    assert after[wrong][1] == "right"
    assert all(after[each][1] == "right" for each, (_points, state) in before.items() if state == "right")


@pytest.mark.parametrize(("kind", "draft", "where"), [
    ("single_choice", {"kind": "keys", "right": ["o9"]}, "right"), ("single_choice", {"kind": "keys"}, "right"),
    ("multiple_response", {"kind": "keys", "right": []}, "right"), ("short_numeric", {"kind": "keys"}, "also"),
    ("short_numeric", {"kind": "keys", "also": ["mười"]}, "also"), ("single_choice", {"kind": "void"}, "policy"),
    ("single_choice", {"kind": "none"}, "kind"), ("single_choice", {"kind": "burn"}, "kind"),
    ("single_choice", {"kind": "credit_all", "reason": " "}, "reason"),
    ("single_choice", {"kind": "credit_all", "code": "mood"}, "code")])
def test_what_makes_no_sense_is_refused_by_the_name_of_its_field(kind, draft, where):
    sat, actor, items = marked(2)
    with pytest.raises(Invalid) as refused:
        rule(actor, sat, items[kind], **{**WHY, **draft})
    assert where in [problem.where for problem in refused.value.problems]
    assert not db.session.scalar(select(ItemRuling.id))


def test_the_last_question_that_counts_cannot_be_left_out():
    sat, actor, items = marked(2, kinds=["true_false"])
    with pytest.raises(Invalid) as refused:
        rule(actor, sat, items["true_false"], "void", policy="rescaled")
    assert [problem.where for problem in refused.value.problems] == ["kind"]


def test_an_essay_that_is_left_out_waits_for_nobody_and_its_key_cannot_be_put_right():
    sat = make_hand_exam()
    draft = rulings.RulingDraft("void", policy="left_out", **WHY)
    with pytest.raises(Invalid), transaction():
        rulings.make_ruling(sat.teacher, sat.exam.id, sat.version_id, rulings.RulingDraft("keys", **WHY))
    with transaction():
        rulings.make_ruling(sat.teacher, sat.exam.id, sat.version_id, draft)
    jobs.run_all()
    assert services.count_waiting(sat.exam.id) == 0
    with transaction():
        rulings.make_ruling(sat.teacher, sat.exam.id, sat.version_id, rulings.RulingDraft("none", **WHY))
    jobs.run_all()
    assert services.count_waiting(sat.exam.id) == 2


def test_above_the_class_a_second_person_approves():
    sat, actor, items = marked(5)
    school_id = sat.exam.organisation_id
    head = make_actor(make_person("administrator", db.session.get_one(Organisation, school_id)))
    db.session.get_one(Exam, sat.exam.id).level = "school"
    db.session.commit()
    item, before = items["single_choice"], totals(sat)
    row = rule(head, sat, item, "void", policy="left_out")
    assert (row.state, totals(sat)) == ("proposed", before)
    version_id = item.item_version_id
    assert rulings.preview_waiting(head, sat.exam.id, version_id).attempts == 5
    with pytest.raises(Conflict), transaction():
        rulings.decide_ruling(head, sat.exam.id, version_id, approves=True)
    with pytest.raises(Forbidden), transaction():
        rulings.decide_ruling(actor, sat.exam.id, version_id, approves=True)
    with pytest.raises(Conflict):
        rule(actor, sat, item, "credit_all")
    with transaction():
        rulings.decide_ruling(actor, sat.exam.id, version_id, approves=False)
    second = rule(actor, sat, item, "void", policy="left_out")
    with transaction():
        rulings.decide_ruling(head, sat.exam.id, version_id, approves=True)
    jobs.run_all()
    assert totals(sat) != before
    rows = db.session.scalars(select(ItemRuling).order_by(ItemRuling.number)).all()
    assert [(each.number, each.state, each.decided_by_id) for each in rows] == [
        (1, "refused", actor.person_id), (2, "in_force", head.person_id)]
    assert second.id == rows[1].id
    acts = db.session.scalars(select(AuditEvent).where(
        AuditEvent.action == "exam:rule", AuditEvent.subject_id == str(sat.exam.id))).all()
    assert len(acts) == 4


def test_strangers_may_not_rule_and_drafts_have_no_rulings():
    sat, _actor, items = marked(2)
    stranger = make_actor(make_person("teacher", make_school()))
    with pytest.raises(Forbidden):
        rule(stranger, sat, items["true_false"], "credit_all")
    with pytest.raises(Forbidden):
        rulings.list_exam_items(make_actor(sat.students[0]), sat.exam.id)


def test_who_writes_now_is_told_only_if_the_ruling_says_so():
    sat, actor, items = marked(2)
    rule(actor, sat, items["true_false"], "credit_all")
    assert not db.session.scalar(select(RoomMessage.id))
    rule(actor, sat, items["single_choice"], "void", policy="left_out", tells=True)
    message = db.session.scalars(select(RoomMessage)).one()
    assert str(items["single_choice"].number) in message.text
    assert (message.room_id, message.candidate_id) == (None, None)


def test_marking_again_changes_nothing_of_a_ruling():
    sat, actor, items = marked()
    rule(actor, sat, items["true_false"], "void", policy="rescaled")
    rule(actor, sat, items["single_choice"], "credit_all")
    once = totals(sat)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    assert totals(sat) == once


def test_analysis_leaves_out_what_measures_nothing_and_reads_the_new_key():
    sat, actor, items = marked(12)
    rule(actor, sat, items["true_false"], "void", policy="left_out")
    rule(actor, sat, items["short_numeric"], "credit_all")
    rule(actor, sat, items["single_choice"], "keys", right=["o1", "o4"])
    results = services.results_of(sat.exam.id)
    assert results.points.shape == (12, 3)
    column = next(each for each in results.items if each.version_id == items["single_choice"].item_version_id)
    assert {option.id for option in column.options if option.is_right} == {"o1", "o4"}
    assert {each.kind for each in results.items} == {"single_choice", "multiple_response"}


def test_statements_do_not_grow_with_the_questions(count_statements):
    small, one, _items = marked(2, kinds=["true_false"])
    large, two, _more = marked(2)
    with count_statements() as few:
        rulings.list_exam_items(one, small.exam.id)
    with count_statements() as many:
        rulings.list_exam_items(two, large.exam.id)
    assert many.number <= few.number + 1


def test_scoring_by_rulings_is_pure():
    assert rule_over(None, Decimal(1), 2) is None
    assert rule_over(Ruling("keys"), Decimal(1), 2) is None
    assert [mark.points for mark in rule_over(Ruling("credit_all"), Decimal(1), 2)] == [1, 1]
    low, high = rule_over(Ruling("void"), Decimal(1), 1), rule_over(Ruling("credit_all"), Decimal(1), 1)
    assert best_of([low, high]) == high
    assert scale_total(Decimal(1), Decimal(4), Decimal(2), Decimal(2)) == (Decimal(2), Decimal(4))
    effect = add_up(3, [(Decimal(4), Decimal(5)), (Decimal(6), Decimal("5.5")), (Decimal(10), Decimal(10))])
    assert (effect.up, effect.down, effect.same, effect.most_up, effect.most_down) == (1, 1, 1, 1, Decimal("0.5"))
    assert (effect.passing_before, effect.passing_after, effect.after[5], effect.after[9]) == (2, 3, 2, 1)
