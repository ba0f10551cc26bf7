"""Who sits an exam, and how far each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, cast, func, select

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Accommodation, Attempt, Candidate, Exam
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.exams import get_exam, get_sitting
from assessment.delivery.services.listening import count_extra_plays
from assessment.delivery.services.newest import is_newest
from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity
from lms.organisations import services as organisations

CANDIDATES_A_PAGE = 50


@dataclass(frozen=True)
class CandidateRow:
    """A candidate with his newest attempt: `events` saved so far, when the last came, plays beyond those allowed."""

    candidate: Candidate
    name: str
    class_name: str
    attempt: Attempt | None
    events: int
    last_at: datetime | None
    extra_plays: int = 0


def register_classes(actor: Actor, exam_id: UUID, class_ids: Iterable[UUID]) -> int:
    """Register every pupil of these classes; how many were new."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    added = 0
    for class_id in class_ids:
        people = [member.id for member in organisations.list_class_members(actor, class_id)]
        added += _register(exam, people, class_id)
    audit.record(actor, "exam:edit", ("exam", exam.id), registered=added)
    return added


def register_people(actor: Actor, exam_id: UUID, person_ids: Iterable[UUID]) -> int:
    """Register people one by one; how many were new."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    added = _register(exam, list(person_ids), None)
    audit.record(actor, "exam:edit", ("exam", exam.id), registered=added)
    return added


def _register(exam: Exam, person_ids: list[UUID], class_id: UUID | None) -> int:
    if exam.state == "closed":
        raise Conflict(_("This exam is closed."))
    sitting = get_sitting(exam.id)
    there = set(db.session.scalars(select(Candidate.person_id).where(Candidate.sitting_id == sitting.id)))
    new = [person_id for person_id in dict.fromkeys(person_ids) if person_id not in there]
    first = next_number(sitting.id)
    for number, person_id in enumerate(new, start=first):
        db.session.add(Candidate(sitting_id=sitting.id, person_id=person_id, number=f"{number:06}",
                                 class_id=class_id))
    db.session.flush()
    if exam.state == "published":
        make_attempts(exam, sitting)
    return len(new)


def next_number(sitting_id: UUID) -> int:
    """The number after the highest, compared as numbers: lists bring longer ones. For services: no actor."""
    number = cast(Candidate.number, BigInteger)
    return (db.session.scalar(select(func.max(number)).where(Candidate.sitting_id == sitting_id)) or 0) + 1


def remove_candidate(actor: Actor, exam_id: UUID, candidate_id: UUID) -> None:
    """Take a candidate off the list, while the exam is in draft; raises Conflict, NotFound."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    candidate = db.session.get(Candidate, candidate_id)
    if candidate is None or candidate.sitting_id != get_sitting(exam.id).id:
        raise NotFound(_("There is no such candidate in this exam."))
    if exam.state != "draft":
        raise Conflict(_("This exam is published: take it back before you change it."))
    granted = db.session.get(Accommodation, candidate.id)
    if granted is not None:
        db.session.delete(granted)
        db.session.flush()
    db.session.delete(candidate)
    audit.record(actor, "exam:edit", ("exam", exam.id), removed=str(candidate.person_id))


def list_candidates(actor: Actor, exam_id: UUID, *, page: int = 1) -> Page[CandidateRow]:
    """Who is on the list, by number, CANDIDATES_A_PAGE at once, with the state of each attempt."""
    exam = get_exam(actor, exam_id)
    sitting = get_sitting(exam.id)
    statement: Any = (select(Candidate, Attempt)
                      .outerjoin(Attempt, and_(Attempt.candidate_id == Candidate.id, is_newest()))
                      .where(Candidate.sitting_id == sitting.id).order_by(Candidate.number))
    found = paginate(statement, page, CANDIDATES_A_PAGE)
    names = identity.person_names(candidate.person_id for candidate, _attempt in found)
    classes = organisations.organisation_names(c.class_id for c, _attempt in found if c.class_id)
    begun = [attempt for _candidate, attempt in found if attempt and attempt.state != "ready"]
    receipts = event_log().last_receipts(sitting.id, [attempt.id for attempt in begun]) if begun else {}
    extra = count_extra_plays(begun)
    rows = [_row(candidate, attempt, names, classes, receipts, extra) for candidate, attempt in found]
    return Page(rows, found.total, found.page, found.per_page)


def count_states(actor: Actor, exam_id: UUID) -> dict[str, int]:
    """How many of all candidates have not begun ("ready"), are in progress and have submitted."""
    exam = get_exam(actor, exam_id)
    rows = db.session.execute(
        select(Attempt.state, func.count()).select_from(Candidate)
        .outerjoin(Attempt, and_(Attempt.candidate_id == Candidate.id, is_newest()))
        .where(Candidate.sitting_id == get_sitting(exam.id).id).group_by(Attempt.state))
    counts = {"ready": 0, "in_progress": 0, "submitted": 0}
    for state, number in rows:  # a candidate of a draft has no attempt yet
        counts[state or "ready"] += number
    return counts


def _row(candidate: Candidate, attempt: Attempt | None, names: dict[UUID, str], classes: dict[UUID, str],
         receipts: dict[UUID, tuple[int, datetime]], extra: dict[UUID, int]) -> CandidateRow:
    events, last_at = receipts.get(attempt.id, (0, None)) if attempt else (0, None)
    class_name = classes.get(candidate.class_id, "") if candidate.class_id else ""
    return CandidateRow(candidate, names.get(candidate.person_id, ""), class_name, attempt, events, last_at,
                        extra.get(attempt.id, 0) if attempt else 0)
