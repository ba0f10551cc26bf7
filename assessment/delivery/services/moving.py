"""A candidate who sits the exam in another sitting than the one for which he was registered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Accommodation, Attempt, Candidate, Evidence, Exam, Sitting
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.exams import get_exam
from assessment.delivery.services.following import bring_in_step
from assessment.delivery.services.registration import shut_before_start
from assessment.delivery.services.sittings import find_candidate, get_sitting
from assessment.delivery.services.times import minutes_of, too_short, window_minutes
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

LONGEST_REASON = 200


def move_to_sitting(actor: Actor, exam_id: UUID, candidate_id: UUID, sitting_id: UUID, *, reason: str = "") -> None:
    """Put a candidate who has not begun on the list of another sitting, without a seat; raises Invalid, Conflict,
    NotFound. Once the exam is published it needs a reason.
    """
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    candidate, before = find_candidate(exam.id, candidate_id)
    sitting = get_sitting(exam.id, sitting_id)
    attempts = _find_attempts(candidate)
    _check(exam, candidate, sitting, reason)
    if sitting.id == before.id:
        return
    for attempt in attempts:  # they are bound to the old sitting: he is given another
        shut_before_start(attempt, candidate.number)
        db.session.delete(attempt)
    db.session.flush()
    candidate.sitting_id, candidate.room_id, candidate.seat = sitting.id, None, None
    db.session.flush()
    if exam.state == "published":
        make_attempts(exam, sitting)
    audit.record(actor, "exam:edit", ("candidate", candidate.id), before=before.name, after=sitting.name,
                 reason=reason.strip())


def _check(exam: Exam, candidate: Candidate, sitting: Sitting, reason: str) -> None:
    if exam.state not in ("draft", "published"):
        raise Conflict(_("This exam waits for approval: take it back before you change it.")
                       if exam.state == "proposed" else _("This exam is closed."))
    needed, window = minutes_of(exam, db.session.get(Accommodation, candidate.id)), window_minutes(sitting)
    checks = [(needed <= window, "sitting_id", too_short(window, needed)),
              (sitting.closes_at > clock.now() or exam.state == "draft", "sitting_id",
               _("The window of this sitting is over already.")),
              (exam.state == "draft" or 0 < len(reason.strip()) <= LONGEST_REASON, "reason", _("Say why."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The candidate could not be moved."), problems=problems)


def _find_attempts(candidate: Candidate) -> Sequence[Attempt]:
    """His attempts, none of them begun; raises Conflict."""
    attempts = db.session.scalars(select(Attempt).where(Attempt.candidate_id == candidate.id).with_for_update()).all()
    bring_in_step(attempts)
    told = select(Evidence.id).where(Evidence.attempt_id.in_([each.id for each in attempts])).limit(1)
    if any(each.state != "ready" for each in attempts) or db.session.scalar(told) is not None:
        raise Conflict(_("This candidate has begun already."))
    return attempts
