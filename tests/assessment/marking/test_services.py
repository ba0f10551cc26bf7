"""Marking from raw events: idempotent, by job, seen by the right people and never before the release."""

from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import func, select

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import services
from assessment.marking.models import AttemptResult, ItemMark, ScoreTableVersion
from assessment.marking.scoring import FIRST_TABLES, ScoreTable, score
from assessment.marking.services.results import TEXT_SHOWN, plain
from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Forbidden, NotFound, SignInRequired
from lms.core.ids import new_id
from lms.core.permissions import ANONYMOUS, SYSTEM, Actor, positions_in
from tests.factories.identity import make_person
from tests.factories.marking import make_finished_exam

pytestmark = pytest.mark.usefixtures("request_context")


def actor_for(person, role):
    return Actor(person.id, person.name, positions_in([], role))


def stored():
    rows = db.session.scalars(select(ItemMark))
    marks = {(row.attempt_id, row.form_item_id): (row.points, row.state) for row in rows}
    return marks, {row.attempt_id: row.points for row in db.session.scalars(select(AttemptResult))}


def test_marks_follow_from_the_raw_answers_and_marking_twice_changes_nothing():
    sat = make_finished_exam()
    with transaction():
        assert services.mark_exam(SYSTEM, sat.exam.id) == 12
    once = stored()
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    assert stored() == once
    marks, totals = once
    attempt = delivery.find_attempt(sat.attempt_ids[0])
    paper = assembly.get_paper(attempt.form_id)
    versions = bank.get_versions(item.item_version_id for item in paper.items)
    total = Decimal(0)
    for item in paper.items:
        table = ScoreTable.from_data(item.score_table_code, FIRST_TABLES[item.score_table_code])
        response = sat.responses[attempt.id].get(str(item.form_item_id))
        version = versions[item.item_version_id]
        mark = score(item.type, version.content, version.key, response, item.points, table)
        assert marks[attempt.id, item.form_item_id] == (mark.points, mark.state)
        total += mark.points
    assert totals[attempt.id] == total


def test_a_new_version_of_a_score_table_is_used_and_remembered():
    sat = make_finished_exam(3, kinds=["true_false"])
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
        db.session.add(ScoreTableVersion(code="tf4_2025", number=2, data={"rule": "all_or_nothing"}))
        services.mark_exam(SYSTEM, sat.exam.id)
    results = list(db.session.scalars(select(AttemptResult)))
    assert all(row.score_tables == {"tf4_2025": 2} for row in results)
    assert all(row.points in (0, row.maximum) for row in results)


def test_a_table_that_does_not_fit_stops_the_marking_with_a_reason():
    sat = make_finished_exam(2, kinds=["true_false"])
    with transaction():
        services.ensure_score_tables()
        unfit = {"rule": "by_right_count", "parts": 3}
        db.session.add(ScoreTableVersion(code="tf4_2025", number=2, data=unfit))
    with pytest.raises(Conflict):
        services.mark_exam(SYSTEM, sat.exam.id)
    with transaction():
        job = services.request_marking(SYSTEM, sat.exam.id)
        assert services.request_marking(SYSTEM, sat.exam.id) is job
    jobs.run_all()
    assert db.session.get(jobs.Job, job.id).state == "failed"
    assert db.session.get(jobs.Job, job.id).reasons["vi"]


def test_an_attempt_is_marked_by_its_job():
    sat = make_finished_exam(2)
    with transaction():
        jobs.enqueue("assessment.mark_attempt", attempt_id=str(sat.attempt_ids[0]))
        jobs.enqueue("assessment.mark_attempt", attempt_id=str(sat.attempt_ids[0]))
        jobs.enqueue("assessment.mark_attempt", attempt_id=str(new_id()))
    jobs.run_all()
    assert db.session.scalar(select(func.count()).select_from(AttemptResult)) == 1
    assert services.count_marked(sat.exam.id) == (2, 1)


def test_the_matrix_holds_what_was_marked():
    sat = make_finished_exam(8)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    results = services.results_of(sat.exam.id)
    assert results.points.shape == (8, 5)
    assert not np.isnan(results.points).any()
    assert results.maximum == pytest.approx([0.25, 0.25, 0.25, 1.0, 0.25])
    totals = {row.attempt_id: float(row.points) for row in db.session.scalars(select(AttemptResult))}
    assert results.points.sum(axis=1) == pytest.approx([totals[each] for each in results.attempt_ids])
    assert [item.number for item in results.items] == [1, 2, 3, 4, 5]
    paper = assembly.get_paper(delivery.find_attempt(sat.attempt_ids[0]).form_id)
    first = str(paper.items[0].form_item_id)
    assert results.items[0].responses == [sat.responses[each].get(first) for each in results.attempt_ids]


def test_marking_statements_do_not_grow_with_the_candidates(count_statements):
    small, large = make_finished_exam(3), make_finished_exam(40, seed=5)
    with count_statements() as few, transaction():
        services.mark_exam(SYSTEM, small.exam.id)
    with count_statements() as many, transaction():
        services.mark_exam(SYSTEM, large.exam.id)
    assert many.number <= few.number + 4


def test_before_the_release_a_candidate_gets_neither_marks_nor_keys():
    sat = make_finished_exam(2)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    result = services.get_result(actor_for(sat.students[0], "student"), sat.attempt_ids[0])
    assert (result.is_released, result.is_own, result.marks, result.sections) == (False, True, None, [])


def test_after_the_release_he_gets_marks_answers_and_keys():
    sat = make_finished_exam(2, close=True)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    result = services.get_result(actor_for(sat.students[0], "student"), sat.attempt_ids[0])
    assert result.marks is not None
    entries = [entry for _section, items in result.sections for entry in items]
    assert len(entries) == 5
    assert all(entry.key and entry.mark for entry in entries)


def test_an_exam_that_never_releases_shows_its_teacher_only():
    sat = make_finished_exam(2, close=True, release="never")
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    assert services.get_result(actor_for(sat.students[0], "student"), sat.attempt_ids[0]).marks is None
    assert services.get_result(actor_for(sat.teacher, "teacher"), sat.attempt_ids[0]).marks is not None


def test_who_may_see_what():
    sat = make_finished_exam(2, close=True)
    outsider, other = make_person("teacher"), actor_for(sat.students[1], "student")
    with pytest.raises(Forbidden):
        services.get_result(other, sat.attempt_ids[0])
    for act in (services.list_results, services.mark_exam, services.request_marking):
        with pytest.raises(Forbidden):
            act(other, sat.exam.id)
        with pytest.raises(Forbidden):
            act(actor_for(outsider, "teacher"), sat.exam.id)
        with pytest.raises(SignInRequired):
            act(ANONYMOUS, sat.exam.id)
        with pytest.raises(NotFound):
            act(SYSTEM, new_id())
    colleague = Actor(outsider.id, "", positions_in([sat.exam.organisation_id], "teacher"))
    assert len(services.list_results(colleague, sat.exam.id).rows) == 2


def test_the_list_sorts_and_pages():
    sat = make_finished_exam(7)
    with transaction():
        services.mark_exam(SYSTEM, sat.exam.id)
    best_first = services.list_results(SYSTEM, sat.exam.id, sort="points").rows
    points = [row.marks.points for row in best_first]
    assert points == sorted(points, reverse=True)
    numbers = services.list_results(SYSTEM, sat.exam.id, sort="nonsense")
    assert [row.attempt.number for row in numbers.rows] == [f"{number:06}" for number in range(1, 8)]
    page = numbers.page(2, per_page=5)
    assert (len(page.items), page.total, page.pages) == (2, 7, 2)


def test_a_long_stem_is_never_cut_within_a_formula():
    assert plain("<p>Cho  <b>x</b> &lt; 2</p><p>Tính</p>") == "Cho x < 2 Tính"
    before = "a" * (TEXT_SHOWN - 8)
    assert plain(f"<p>{before} \\(x^2 + y^2 = 1\\) là</p>") == f"{before}…"
    assert len(plain("b" * 1000)) == TEXT_SHOWN
