"""Marked exams for tests: built in memory from simulated candidates, or stored through the services."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import services as marking
from assessment.marking.results import ExamResults, ItemColumn, Option
from assessment.marking.scoring import FIRST_TABLES, ScoreTable, default_table, score_many
from assessment.psychometrics.simulation import (
    ItemDescription,
    TrueItem,
    draw_item,
    draw_responses,
    simulate_exam,
)
from lms.core import clock
from lms.core.db import db
from lms.core.permissions import SYSTEM, Actor, positions_in
from tests.factories.bank import make_item
from tests.factories.curriculum import make_subject
from tests.factories.identity import make_actor, make_person
from tests.factories.organisations import make_school

EXAM_KINDS = ("single_choice", "single_choice", "multiple_response", "true_false", "short_numeric")
CHOICES = ("o1", "o2", "o3", "o4")
KINDS = (
    ItemDescription("single_choice", "know", CHOICES, ("o2",)),
    ItemDescription("single_choice", "understand", CHOICES, ("o3",)),
    ItemDescription("multiple_response", "understand", CHOICES, ("o1", "o3")),
    ItemDescription("true_false", "understand", CHOICES, ("o1", "o4")),
    ItemDescription("short_numeric", "understand", (), ("1,5",)),
)
TABLES = {code: ScoreTable.from_data(code, data) for code, data in FIRST_TABLES.items()}


def make_true_items(count: int = 10, seed: int = 1) -> list[TrueItem]:
    """Items of every type in turn, with parameters drawn from their levels."""
    random = np.random.default_rng(seed)
    return [draw_item(KINDS[place % len(KINDS)], random) for place in range(count)]


def make_results(persons: int = 300, items: Sequence[TrueItem] | None = None, seed: int = 2) -> ExamResults:
    """A marked exam of simulated candidates, one point an item; nothing is stored."""
    items = make_true_items() if items is None else list(items)
    random = np.random.default_rng(seed)
    responses = draw_responses(items, random.standard_normal(persons), random)
    columns = [make_column(item.description, place + 1, [row[place] for row in responses])
               for place, item in enumerate(items)]
    return results_from(columns, persons)


def make_column(description: ItemDescription, number: int, responses: list[Any]) -> ItemColumn:
    """An item as marking hands it over."""
    right = description.correct
    options = tuple(Option(each, f"phương án {each}", each in right) for each in description.options)
    return ItemColumn(uuid4(), number, description.kind, 1.0, f"Câu {number}", options,
                      () if options else right, responses)


def results_from(columns: Sequence[ItemColumn], persons: int) -> ExamResults:
    """Mark the columns and lay them side by side."""
    points, omitted = np.zeros((persons, len(columns))), np.zeros((persons, len(columns)), dtype=bool)
    for place, column in enumerate(columns):
        marks = score_many(column.kind, content_of(column), key_of(column), column.responses, Decimal(1),
                           TABLES[default_table(column.kind)])
        points[:, place] = [float(mark.points) for mark in marks]
        omitted[:, place] = [mark.state == "omitted" for mark in marks]
    return ExamResults(tuple(UUID(int=person) for person in range(persons)), tuple(columns), points, omitted)


def content_of(column: ItemColumn) -> dict[str, Any]:
    """The content in the bank's form, as far as marking reads it."""
    return {"options": [{"id": option.id} for option in column.options]}


def key_of(column: ItemColumn) -> dict[str, Any]:
    """The key in the bank's form."""
    right = [option.id for option in column.options if option.is_right]
    return {
        "single_choice": {"correct": right[0] if right else ""},
        "multiple_response": {"correct": right},
        "true_false": {"true": right},
    }.get(column.kind, {"accepted": [{"value": text, "text": text} for text in column.accepted]})


@dataclass(frozen=True)
class FinishedExam:
    """An exam that was sat: its row, who made it, and the answers by attempt and form item id."""

    exam: Any
    teacher: Any
    students: list[Any]
    attempt_ids: list[UUID]
    responses: dict[UUID, dict[str, Any]]


def make_finished_exam(persons: int = 12, *, kinds: Sequence[str] = EXAM_KINDS, seed: int = 3,
                       close: bool = False, **rules: Any) -> FinishedExam:
    """Simulated candidates sit a drawn form through delivery's services; nothing is marked. Commits.

    `rules` are the draft's.
    """
    school, subject = make_school(), make_subject()
    teacher = make_person("teacher", school)
    students = [make_person("student", school) for _ in range(persons)]
    for kind in kinds:
        make_item(kind, owner=teacher, subject=subject, organisation=school)
    actor = Actor(teacher.id, teacher.name, positions_in([school.id], "teacher"))
    now, hour = clock.now(), timedelta(hours=1)
    exam = delivery.create_exam(actor, delivery.ExamDraft(
        "Kiểm tra giữa kì", subject.id, 50, now - hour, now + hour, **rules))
    rows = [assembly.DrawRow(subject.id, count, type=kind) for kind, count in Counter(kinds).items()]
    delivery.set_draw_rows(actor, exam.id, rows)
    paper = assembly.get_paper(delivery.draw_exam_form(actor, exam.id, seed=1))
    delivery.register_people(actor, exam.id, [student.id for student in students])
    delivery.publish_exam(actor, exam.id)
    simulated = simulate_exam([_description(item) for item in paper.items], persons, seed)
    delivery.load_simulated_attempts(actor, exam.id, [
        delivery.SimulatedAttempt(student.id, now - timedelta(minutes=40), _answers(paper, given), 1200.0)
        for student, given in zip(students, simulated.responses, strict=True)])
    if close:
        delivery.close_exam(actor, exam.id)
    db.session.commit()
    attempts = delivery.list_finished_attempts(exam.id)
    return FinishedExam(exam, teacher, students, [each.id for each in attempts],
                        delivery.final_responses([each.id for each in attempts]))


def _answers(paper: assembly.Paper, given: Sequence[Any]) -> list[tuple[UUID, Any, float]]:
    """What one candidate saved, half a minute an item; nothing where he left it out."""
    return [(item.form_item_id, response, 30.0 * place)
            for place, (item, response) in enumerate(zip(paper.items, given, strict=True), start=1)
            if response is not None]


def _description(item: assembly.PaperItem) -> ItemDescription:
    """An item of the plain bodies of the bank's factory, as the simulator wants it."""
    key = bank.get_versions([item.item_version_id])[item.item_version_id].key
    typed = [each["value"].replace(".", ",") for each in key.get("accepted", [])]
    right = key.get("correct", key.get("true")) or typed
    options = tuple(option["id"] for option in item.content["options"])
    return ItemDescription(item.type, "know", options, (right,) if isinstance(right, str) else tuple(right))


RUBRIC = {"criteria": [
    {"id": "c1", "name": "Nội dung", "levels": [{"points": "3", "text": "đủ ý"}, {"points": "1.5", "text": "thiếu ý"},
                                                {"points": "0", "text": "lạc đề"}]},
    {"id": "c2", "name": "Diễn đạt", "levels": [{"points": "1", "text": "mạch lạc"},
                                                {"points": "0", "text": "rời rạc"}]},
]}


@dataclass(frozen=True)
class HandExam:
    """An exam with an essay, sat by three candidates; the last left the essay blank."""

    exam: Any
    teacher: Actor
    school: Any
    students: list[Actor]
    attempt_ids: list[UUID]
    version_id: UUID


ESSAY = ({"prompt": "<p>Tả con đường đến trường.</p>", "options": [], "rows": 8}, {"rubric": RUBRIC})
ESSAYS = ("Bài viết của thí sinh thứ nhất.", "Bài viết của thí sinh thứ hai.", None)


def make_hand_exam(kind: str = "essay", body: tuple[dict[str, Any], dict[str, Any]] = ESSAY,
                   texts: Sequence[str | None] = ESSAYS, rules: Mapping[str, Any] | None = None) -> HandExam:
    """A single choice and an essay (or a program), handed in and marked as far as the platform can. Commits."""
    school, subject = make_school(), make_subject()
    teacher = make_person("teacher", school)
    students = [make_person("student", school) for _each in range(3)]
    make_item("single_choice", owner=teacher, subject=subject, organisation=school)
    essay = make_item(kind, owner=teacher, subject=subject, organisation=school, content=body[0], key=body[1])
    actor, now, hour = make_actor(teacher), clock.now(), timedelta(hours=1)
    exam = delivery.create_exam(actor, delivery.ExamDraft("Kiểm tra Ngữ văn", subject.id, 50, now - hour, now + hour,
                                                         **(rules or {})))
    delivery.set_draw_rows(actor, exam.id, [assembly.DrawRow(subject.id, 1, type=each)
                                            for each in ("single_choice", kind)])
    paper = assembly.get_paper(delivery.draw_exam_form(actor, exam.id, seed=1))
    delivery.register_people(actor, exam.id, [student.id for student in students])
    delivery.publish_exam(actor, exam.id)
    item = {each.type: each.form_item_id for each in paper.items}
    delivery.load_simulated_attempts(actor, exam.id, [
        delivery.SimulatedAttempt(student.id, now - timedelta(minutes=40), [
            (item["single_choice"], "o1", 30.0), *([(item[kind], text, 60.0)] if text else [])], 1200.0)
        for student, text in zip(students, texts, strict=True)])
    db.session.commit()
    marking.mark_exam(SYSTEM, exam.id)
    db.session.commit()
    attempts = {each.person_id: each.id for each in delivery.list_finished_attempts(exam.id)}
    version_id = essay.current_version_id
    db.session.refresh(exam)
    made = HandExam(exam, actor, school, [make_actor(each) for each in students],
                    [attempts[each.id] for each in students], version_id)
    db.session.expunge(exam)  # so that it can be read after its context has ended
    db.session.commit()
    return made
