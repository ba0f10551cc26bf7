"""Who sits an exam, and how far each of them is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, and_, cast, func, select

from assessment.delivery.models import Accommodation, Attempt, Candidate, Exam, Sitting
from assessment.delivery.services.archives import find_log
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.listening import count_extra_plays
from assessment.delivery.services.newest import is_newest
from assessment.delivery.services.sittings import find_candidate, get_sitting
from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict
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


def register_classes(actor: Actor, exam_id: UUID, class_ids: Iterable[UUID], *, sitting_id: UUID | None = None) -> int:
    """Register every pupil of these classes for a sitting, the first if none is named; how many were new."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    sitting, added = get_sitting(exam.id, sitting_id), 0
    for class_id in class_ids:
        people = [member.id for member in organisations.list_class_members(actor, class_id)]
        added += _register(exam, sitting, people, class_id)
    audit.record(actor, "exam:edit", ("exam", exam.id), registered=added)
    return added


def register_people(actor: Actor, exam_id: UUID, person_ids: Iterable[UUID], *, sitting_id: UUID | None = None) -> int:
    """Register people one by one for a sitting, the first if none is named; how many were new to the exam."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    added = _register(exam, get_sitting(exam.id, sitting_id), list(person_ids), None)
    audit.record(actor, "exam:edit", ("exam", exam.id), registered=added)
    return added


def _register(exam: Exam, sitting: Sitting, person_ids: list[UUID], class_id: UUID | None) -> int:
    """Whoever is on the list of another sitting of the exam stays on that."""
    if exam.state == "closed":
        raise Conflict(_("This exam is closed."))
    there = set(db.session.scalars(select(Candidate.person_id).join(Sitting, Sitting.id == Candidate.sitting_id)
                                   .where(Sitting.exam_id == exam.id)))
    new = [person_id for person_id in dict.fromkeys(person_ids) if person_id not in there]
    first = next_number(exam.id)
    for number, person_id in enumerate(new, start=first):
        db.session.add(Candidate(sitting_id=sitting.id, person_id=person_id, number=f"{number:06}",
                                 class_id=class_id))
    db.session.flush()
    if exam.state == "published":
        make_attempts(exam, sitting)
    return len(new)


def next_number(exam_id: UUID) -> int:
    """The number after the highest of all sittings, as numbers: lists bring longer ones. For services: no actor."""
    highest = (select(func.max(cast(Candidate.number, BigInteger)))
               .join(Sitting, Sitting.id == Candidate.sitting_id).where(Sitting.exam_id == exam_id))
    return (db.session.scalar(highest) or 0) + 1


def remove_candidate(actor: Actor, exam_id: UUID, candidate_id: UUID) -> None:
    """Take a candidate off the list, while the exam is in draft; raises Conflict, NotFound."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    candidate, _sitting = find_candidate(exam.id, candidate_id)
    if exam.state != "draft":
        raise Conflict(_("This exam is published: take it back before you change it."))
    granted = db.session.get(Accommodation, candidate.id)
    if granted is not None:
        db.session.delete(granted)
        db.session.flush()
    db.session.delete(candidate)
    audit.record(actor, "exam:edit", ("exam", exam.id), removed=str(candidate.person_id))


def list_candidates(actor: Actor, exam_id: UUID, *, sitting_id: UUID | None = None,
                    page: int = 1) -> Page[CandidateRow]:
    """Who is on the list of a sitting, the first if none is named, by number, with the state of each attempt.

    CANDIDATES_A_PAGE at once.
    """
    exam = get_exam(actor, exam_id)
    sitting = get_sitting(exam.id, sitting_id)
    statement: Any = (select(Candidate, Attempt)
                      .outerjoin(Attempt, and_(Attempt.candidate_id == Candidate.id, is_newest()))
                      .where(Candidate.sitting_id == sitting.id).order_by(Candidate.number))
    found = paginate(statement, page, CANDIDATES_A_PAGE)
    names = identity.person_names(candidate.person_id for candidate, _attempt in found)
    classes = organisations.organisation_names(c.class_id for c, _attempt in found if c.class_id)
    begun = [attempt for _candidate, attempt in found if attempt and attempt.state != "ready"]
    log = find_log(sitting.id)
    receipts = log.last_receipts(sitting.id, [attempt.id for attempt in begun]) if log and begun else {}
    extra = count_extra_plays(begun)
    rows = [_row(candidate, attempt, names, classes, receipts, extra) for candidate, attempt in found]
    return Page(rows, found.total, found.page, found.per_page)


def count_states(actor: Actor, exam_id: UUID, *, sitting_id: UUID | None = None) -> dict[str, int]:
    """How many have not begun ("ready"), are in progress and have submitted: of a sitting, or of the whole exam."""
    exam = get_exam(actor, exam_id)
    within = [Sitting.id == sitting_id] if sitting_id else []
    rows = db.session.execute(
        select(Attempt.state, func.count()).select_from(Candidate)
        .join(Sitting, Sitting.id == Candidate.sitting_id)
        .outerjoin(Attempt, and_(Attempt.candidate_id == Candidate.id, is_newest()))
        .where(Sitting.exam_id == exam.id, *within).group_by(Attempt.state))
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
