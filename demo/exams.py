"""Two exams: one finished, sat by 300 simulated candidates, and one that the demo student can sit now.

The simulated candidates' abilities are standard normal; the items' parameters follow from their levels and are
drawn under SEED (assessment/psychometrics/simulation.py states the distributions). Two faults are planted so that the
analysis has something to find: an item whose key looks wrong and one distractor that nobody picks.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from assessment.analysis import services as analysis
from assessment.assembly import services as assembly
from assessment.bank import services as bank
from assessment.delivery import services as delivery
from assessment.marking import services as marking
from assessment.psychometrics import simulation
from lms.core import clock
from lms.core.db import transaction
from lms.core.permissions import SYSTEM, Actor
from lms.curriculum import services as curriculum

SEED = 6200
# type, level, how many, points each: the shape of the graduation paper in physics, from the questions at hand
PLAN = (
    ("single_choice", "know", 9, "0.25"),
    ("single_choice", "understand", 6, "0.25"),
    ("single_choice", "apply", 3, "0.25"),
    ("true_false", "understand", 2, "1"),
    ("true_false", "apply", 2, "1"),
    ("short_numeric", "understand", 2, "0.25"),
    ("short_numeric", "apply", 4, "0.25"),
)
SHORT_PLAN = (
    ("single_choice", "know", 4, "0.25"),
    ("single_choice", "understand", 4, "0.25"),
    ("true_false", None, 2, "1"),
    ("short_numeric", None, 2, "0.5"),
)


def load_running_exam(teacher: Actor, class_id: UUID) -> None:
    """An exam of mathematics that the class can sit for two months from now."""
    with transaction():
        exam = _plan(
            teacher,
            "Kiểm tra giữa kì I – Toán 12",
            "toan",
            SHORT_PLAN,
            minutes=45,
            opens=clock.now() - timedelta(minutes=5),
            closes=clock.now() + timedelta(days=60),
        )
        delivery.register_classes(teacher, exam, [class_id])
        delivery.publish_exam(teacher, exam)


def load_finished_exam(teacher: Actor, people: list[UUID]) -> None:
    """An exam of physics, sat by simulated candidates a week ago, marked and analysed."""
    began = clock.now() - timedelta(days=7)
    with transaction():
        exam = _plan(
            teacher,
            "Thi thử tốt nghiệp – Vật lí",
            "vat-li",
            PLAN,
            minutes=50,
            opens=began,
            closes=began + timedelta(hours=2),
        )
        delivery.register_people(SYSTEM, exam, people)
        delivery.publish_exam(SYSTEM, exam)
    with transaction():
        delivery.load_simulated_attempts(SYSTEM, exam, _simulate(exam, people, began))
    with transaction():
        delivery.close_exam(SYSTEM, exam, reason="demo")
    with transaction():
        marking.mark_exam(SYSTEM, exam)
    with transaction():
        analysis.store_analysis(exam, marking.results_of(exam))


def _plan(
    teacher: Actor,
    title: str,
    subject_code: str,
    plan: tuple[tuple[str, str | None, int, str], ...],
    *,
    minutes: int,
    opens: datetime,
    closes: datetime,
) -> UUID:
    subject = curriculum.get_subject_by_code(subject_code)
    exam = delivery.create_exam(
        teacher,
        delivery.ExamDraft(
            title=title,
            subject_id=subject.id,
            time_limit_minutes=minutes,
            opens_at=opens,
            closes_at=closes,
            instructions="Đọc kĩ đề trước khi làm. Bài được lưu sau mỗi lần trả lời.",
        ),
    )
    rows = [
        assembly.DrawRow(subject_id=subject.id, type=kind, level=level, count=count, points=Decimal(points))
        for kind, level, count, points in plan
    ]
    delivery.set_draw_rows(teacher, exam.id, rows)
    delivery.draw_exam_form(teacher, exam.id, seed=SEED)
    return exam.id


def _simulate(exam_id: UUID, people: list[UUID], began: datetime) -> list[delivery.SimulatedAttempt]:
    paper = assembly.get_paper(assembly.form_ids(exam_id)[0])
    versions = bank.get_versions([item.item_version_id for item in paper.items])
    descriptions = [_describe(versions[item.item_version_id]) for item in paper.items]
    random = np.random.default_rng(SEED)
    items = _with_faults([simulation.draw_item(description, random) for description in descriptions])
    ability = random.standard_normal(len(people))
    responses = simulation.draw_responses(items, ability, random)
    return [
        _attempt(person, began + timedelta(seconds=float(random.uniform(0, 90))), paper, row, random)
        for person, row in zip(people, responses, strict=True)
    ]


def _describe(version: bank.ItemVersionData) -> simulation.ItemDescription:
    key = version.key
    options = tuple(option["id"] for option in version.content.get("options", []))
    correct = {
        "single_choice": lambda: (key["correct"],),
        "multiple_response": lambda: tuple(key["correct"]),
        "true_false": lambda: tuple(key["true"]),
    }.get(version.type, lambda: tuple(entry["value"].replace(".", ",") for entry in key["accepted"]))()
    return simulation.ItemDescription(
        kind=version.type,
        level=_level(version.item_id),
        options=options,
        correct=correct,
        wrong_texts=("0", "1", "2", "10", "0,5") if not options else (),
    )


def _level(item_id: UUID) -> str:
    return bank.get_item(SYSTEM, item_id).item.level


def _with_faults(items: list[simulation.TrueItem]) -> list[simulation.TrueItem]:
    choices = [place for place, item in enumerate(items) if item.description.kind == "single_choice"]
    suspicious, unpicked = choices[3], choices[8]
    items[suspicious] = replace(items[suspicious], discrimination=-0.6, difficulty=0.8)
    wrong = [
        place
        for place, option in enumerate(items[unpicked].description.options)
        if option not in items[unpicked].description.correct
    ]
    lures = list(items[unpicked].lures)
    lures[wrong[0]] = -8.0
    items[unpicked] = replace(items[unpicked], lures=tuple(lures))
    return items


def _attempt(
    person_id: UUID, started: datetime, paper: assembly.Paper, row: list[Any], random: np.random.Generator
) -> delivery.SimulatedAttempt:
    """Answers in the order of the paper, with a pause of some seconds to minutes before each."""
    at, answers = 0.0, []
    for item, response in zip(paper.items, row, strict=True):
        at += float(random.uniform(10, 90))
        if response is not None:
            answers.append((item.form_item_id, response, at))
    return delivery.SimulatedAttempt(
        person_id=person_id, started_at=started, answers=answers, submitted_after=at + float(random.uniform(5, 120))
    )
