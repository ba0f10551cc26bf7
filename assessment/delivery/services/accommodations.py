"""What a candidate is granted, and how it fits the window: extra time is of no use where the window cuts it off."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Accommodation, Attempt, Candidate, Exam, Sitting
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.sittings import find_candidate
from assessment.delivery.services.times import too_short, window_minutes
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

MOST_MINUTES = 600
LONGEST_REASON = 500


@dataclass(frozen=True)
class AccommodationDraft:
    """What is granted: minutes more, minutes of breaks in which the clock stands, and what the room prepares."""

    extra_minutes: int = 0
    break_minutes: int = 0
    large_print: bool = False
    reader: bool = False
    separate_room: bool = False
    reason: str = ""


@dataclass(frozen=True)
class CandidateDetail:
    """A candidate with what he is granted and how far he is."""

    candidate: Candidate
    accommodation: Accommodation | None
    attempt: Attempt | None


def get_candidate(actor: Actor, exam_id: UUID, candidate_id: UUID) -> CandidateDetail:
    """One candidate of an exam; raises NotFound."""
    exam, candidate, _sitting = _load(actor, exam_id, candidate_id)
    attempt = db.session.scalar(select(Attempt).where(Attempt.candidate_id == candidate.id, Attempt.exam_id == exam.id)
                                .order_by(Attempt.number.desc()).limit(1))
    return CandidateDetail(candidate, db.session.get(Accommodation, candidate.id), attempt)


def grant_accommodation(actor: Actor, exam_id: UUID, candidate_id: UUID, draft: AccommodationDraft) -> Accommodation:
    """Grant this to a candidate who has not begun, in place of what he had; raises Invalid, Conflict."""
    exam, candidate, sitting = _load(actor, exam_id, candidate_id)
    authorize(actor, "exam:edit", exam)
    begun = select(Attempt.id).where(Attempt.candidate_id == candidate.id, Attempt.state != "ready").limit(1)
    if exam.state == "closed" or db.session.scalar(begun):
        raise Conflict(_("This candidate has begun: give more time in the room instead."))
    _check(exam, sitting, draft)
    granted = db.session.get(Accommodation, candidate.id)
    before = _told(granted) if granted else {}
    if granted is None:
        granted = Accommodation(candidate_id=candidate.id)
        db.session.add(granted)
    for name, value in vars(draft).items():
        setattr(granted, name, value)
    granted.granted_by_id = actor.id
    db.session.flush()
    audit.record(actor, "exam:edit", ("candidate", candidate.id), before=before, after=_told(granted))
    return granted


def _told(granted: Accommodation) -> dict[str, int]:
    """What the audit says: the minutes. Why somebody needs them is nobody else's business."""
    return {"extra_minutes": granted.extra_minutes, "break_minutes": granted.break_minutes}


def _check(exam: Exam, sitting: Sitting, draft: AccommodationDraft) -> None:
    needed = exam.time_limit_minutes + draft.extra_minutes + draft.break_minutes
    window = window_minutes(sitting)
    between = _("From 0 to %(most)s minutes.", most=MOST_MINUTES)
    checks = [(0 <= draft.extra_minutes <= MOST_MINUTES, "extra_minutes", between),
              (0 <= draft.break_minutes <= MOST_MINUTES, "break_minutes", between),
              (len(draft.reason) <= LONGEST_REASON, "reason", _("The reason is too long.")),
              (needed <= window, "extra_minutes", too_short(window, needed))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("This could not be granted."), problems=problems)


def _load(actor: Actor, exam_id: UUID, candidate_id: UUID) -> tuple[Exam, Candidate, Sitting]:
    exam = get_exam(actor, exam_id)
    return exam, *find_candidate(exam.id, candidate_id)
