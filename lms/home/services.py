"""What waits for a person, gathered from the rooms: a frozen desk for each role.

A desk costs a fixed number of statements, whatever the lists hold.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assessment.bank import services as bank
from assessment.delivery import services as delivery
from content_repo.curation import services as curation
from content_repo.works import services as works
from lms.core import clock, jobs
from lms.core.db import Page
from lms.core.permissions import Actor, may
from lms.identity import services as identity
from lms.organisations import services as organisations

SHORT_LIST = 5
CLASS_NAME = re.compile(r"\b(1[0-2]|[1-9])\s?[A-Z]")


@dataclass(frozen=True)
class VisitorDesk:
    """For somebody who has not signed in. `counts`: published works of each kind code."""

    newest: Page[works.WorkCard]
    counts: dict[str, int]


@dataclass(frozen=True)
class StudentDesk:
    """Exams by what can be done with them, and new lectures: of `grade`, or of all grades if None."""

    now: list[delivery.MyExam]
    upcoming: list[delivery.MyExam]
    past: list[delivery.MyExam]
    grade: int | None
    lectures: Page[works.WorkCard]


@dataclass(frozen=True)
class ExamLine:
    """An exam of the teacher's. `status`: draft, upcoming, running or over."""

    exam: Any
    sitting: Any
    status: str


@dataclass(frozen=True)
class TeacherDesk:
    """What a teacher has begun: works returned to him come before drafts."""

    returned: Page[works.WorkCard]
    drafts: Page[works.WorkCard]
    submitted: int
    published: int
    exams: list[ExamLine]
    items: int

    @property
    def running(self) -> int:
        """How many exams are being sat now."""
        return sum(line.status == "running" for line in self.exams)


@dataclass(frozen=True)
class LibrarianDesk:
    """The review queue from its oldest end (submitted at `since`), and what was published last."""

    waiting: Page[curation.QueueEntry]
    since: datetime | None
    newest: Page[works.WorkCard]


@dataclass(frozen=True)
class AdministratorDesk:
    """Whether the platform is well, and how large is what he administers.

    `failed` and `queued` are None for those who do not keep the whole platform's jobs.
    """

    failed: Page[jobs.Job] | None
    queued: int | None
    people: int
    schools: int
    published: int


def visitor_desk(actor: Actor) -> VisitorDesk:
    """What everybody may see."""
    return VisitorDesk(works.list_published(actor, per_page=SHORT_LIST), works.count_published(actor))


def student_desk(actor: Actor) -> StudentDesk:
    """What to sit, what to wait for, what to study."""
    exams = delivery.list_my_exams(actor)
    by_status: dict[str, list[delivery.MyExam]] = {}
    for exam in exams:
        by_status.setdefault(exam.status, []).append(exam)
    past = [exam for exam in exams if exam.status in ("submitted", "missed")]
    past.sort(key=lambda mine: mine.sitting.closes_at, reverse=True)
    grade, lectures = _lectures_for(actor)
    return StudentDesk(by_status.get("running", []) + by_status.get("open", []),
                       by_status.get("upcoming", [])[:SHORT_LIST], past[:SHORT_LIST], grade, lectures)


def _lectures_for(actor: Actor) -> tuple[int | None, Page[works.WorkCard]]:
    """The newest of the student's grade; of all grades where that finds none."""
    grade = grade_from(organisations.organisation_names(actor.organisation_ids).values())
    if grade:
        lectures = works.list_published(actor, kind="lecture", grade=grade, per_page=SHORT_LIST)
        if lectures.items:
            return grade, lectures
    return None, works.list_published(actor, kind="lecture", per_page=SHORT_LIST)


def grade_from(class_names: Iterable[str]) -> int | None:
    """The grade that the names of somebody's classes tell (12A1: 12); None if they tell none or several."""
    grades = {int(found[1]) for found in map(CLASS_NAME.search, class_names) if found}
    return grades.pop() if len(grades) == 1 else None


def teacher_desk(actor: Actor) -> TeacherDesk:
    """What is begun and not finished."""
    lines = [_exam_line(exam, sitting) for exam, sitting in delivery.list_exams(actor)]
    order = ("running", "upcoming", "draft", "over")
    lines.sort(key=lambda line: (order.index(line.status), line.sitting.opens_at))
    return TeacherDesk(
        returned=works.list_my_works(actor, state="returned", per_page=SHORT_LIST),
        drafts=works.list_my_works(actor, state="draft", per_page=SHORT_LIST),
        submitted=works.list_my_works(actor, state="submitted", per_page=1).total,
        published=works.list_my_works(actor, state="published", per_page=1).total,
        exams=lines[:SHORT_LIST], items=bank.list_items(actor).total)


def _exam_line(exam: Any, sitting: Any) -> ExamLine:
    return ExamLine(exam, sitting, exam_status(exam.state, sitting.opens_at, sitting.closes_at, clock.now()))


def exam_status(state: str, opens_at: datetime, closes_at: datetime, moment: datetime) -> str:
    """Where an exam stands at `moment`: draft, upcoming, running or over."""
    if state == "draft":
        return "draft"
    if state == "closed" or moment >= closes_at:
        return "over"
    return "running" if moment >= opens_at else "upcoming"


def librarian_desk(actor: Actor) -> LibrarianDesk:
    """What waits for review, oldest first."""
    waiting = curation.list_queue(actor)
    since = waiting.items[0].work.submitted_at if waiting.items else None
    return LibrarianDesk(waiting, since, works.list_published(actor, per_page=SHORT_LIST))


def administrator_desk(actor: Actor) -> AdministratorDesk:
    """Failed work first: it is what an administrator can mend."""
    keeps_jobs = may(actor, "job:manage")
    return AdministratorDesk(
        failed=jobs.list_jobs(actor, state="failed") if keeps_jobs else None,
        queued=jobs.list_jobs(actor, state="queued").total if keeps_jobs else None,
        people=identity.count_people(actor) if may(actor, "person:manage") else organisations.count_people(actor),
        schools=organisations.count_managed(actor, kind="school"),
        published=sum(works.count_published(actor).values()))
