"""Sitting an exam once more, where it allows several attempts. Which of them counts is for marking to say: the best."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Attempt, Candidate
from assessment.delivery.services.attempts import get_my_exam
from assessment.delivery.services.following import bring_in_step
from assessment.delivery.services.newest import usable_forms
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize


@dataclass(frozen=True)
class PastAttempt:
    """An attempt that its candidate has handed in."""

    id: UUID
    number: int
    submitted_at: datetime | None


def sit_again(actor: Actor, exam_id: UUID) -> Attempt:
    """One more attempt for who has handed in and has one left, on the next form; raises Conflict, NotFound.

    The candidate is kept from others meanwhile: of two clicks one makes an attempt.
    """
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    db.session.execute(select(Candidate.id).where(Candidate.id == mine.candidate.id).with_for_update())
    bring_in_step([mine.attempt])
    mine = get_my_exam(actor, exam_id)
    if mine.attempt.state == "ready":
        return mine.attempt
    if not mine.may_sit_again:
        raise Conflict(_("You have no attempt left, or the exam cannot be begun any more."))
    last = mine.attempt
    forms = usable_forms(exam_id)
    form_id = next((each for each in forms if each > last.form_id), forms[0])
    attempt = Attempt(exam_id=exam_id, sitting_id=last.sitting_id, candidate_id=last.candidate_id,
                      person_id=last.person_id, form_id=form_id, number=last.number + 1)
    db.session.add(attempt)
    db.session.flush()
    audit.record(actor, "attempt:sit", ("attempt", attempt.id), number=attempt.number)
    return attempt


def list_past_attempts(actor: Actor, exam_id: UUID) -> list[PastAttempt]:
    """What the actor has handed in of an exam, the first first; raises NotFound."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    found = db.session.scalars(select(Attempt).where(
        Attempt.candidate_id == mine.candidate.id, Attempt.state == "submitted").order_by(Attempt.number))
    return [PastAttempt(each.id, each.number, each.submitted_at) for each in found]
