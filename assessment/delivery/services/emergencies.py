"""What may still be changed of a published exam as a whole: more time, with a reason and the effect counted before.

All else is frozen from publishing on. Rooms, seats and single candidates are changed in the room (`control`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.models import Adjustment, Attempt, Exam, Sitting
from assessment.delivery.reasons import TIME_REASONS
from assessment.delivery.services.adjusting import adjust_deadline
from assessment.delivery.services.exams import MAX_MINUTES, get_exam, get_sitting, load_exam
from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity

KINDS = ("window", "time")
"""A window that closes later, by which who works has more time as well; or a longer time limit for everybody."""
MOST_MINUTES = 240
LONGEST_REASON = 200


@dataclass(frozen=True)
class Change:
    """So many minutes more, why by a code, and in words."""

    kind: str
    minutes: int
    code: str
    reason: str


@dataclass(frozen=True)
class Effect:
    """What a change does: to how many, until when the window is open then, and what the time limit is then."""

    ready: int
    in_progress: int
    submitted: int
    closes_at: datetime
    time_limit_minutes: int


@dataclass(frozen=True)
class Made:
    """A change that was made."""

    line: Adjustment
    who: str


def preview_change(actor: Actor, exam_id: UUID, change: Change) -> Effect:
    """What a change would do now, and nothing is done; raises Invalid, Conflict."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    _check(exam, change)
    return _effect(exam, get_sitting(exam.id), change)


def make_change(actor: Actor, exam_id: UUID, change: Change) -> Effect:
    """Give the time, and say what it did; raises Invalid, Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:invigilate", exam)
    _check(exam, change)
    sitting = get_sitting(exam.id)
    effect = _effect(exam, sitting, change)
    exam.time_limit_minutes = effect.time_limit_minutes
    adjust_deadline(actor, "sitting", sitting.id, change.minutes * 60, change.code, change.reason.strip())
    audit.record(actor, "exam:invigilate", ("exam", exam.id), kind=change.kind, minutes=change.minutes,
                 code=change.code, reason=change.reason.strip(), not_begun=effect.ready, working=effect.in_progress)
    return effect


def list_changes(actor: Actor, exam_id: UUID, *, page: int = 1) -> Page[Made]:
    """The changes that were made, the newest first."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    sitting_id = get_sitting(exam.id).id
    found = paginate(select(Adjustment).where(Adjustment.scope == "sitting", Adjustment.scope_id == sitting_id)
                     .order_by(Adjustment.created_at.desc(), Adjustment.id.desc()), page)
    names = identity.person_names(line.actor_id for line in found if line.actor_id)
    return Page([Made(line, names.get(line.actor_id, "")) for line in found], found.total, found.page, found.per_page)


def _effect(exam: Exam, sitting: Sitting, change: Change) -> Effect:
    counts = dict(db.session.execute(select(Attempt.state, func.count()).where(Attempt.sitting_id == sitting.id)
                                     .group_by(Attempt.state)).tuples().all())
    given = db.session.scalar(select(func.sum(Adjustment.seconds)).where(Adjustment.scope_id == sitting.id)) or 0
    longer = change.minutes if change.kind == "time" else 0
    return Effect(counts.get("ready", 0), counts.get("in_progress", 0), counts.get("submitted", 0),
                  sitting.closes_at + timedelta(seconds=given, minutes=change.minutes),
                  exam.time_limit_minutes + longer)


def _check(exam: Exam, change: Change) -> None:
    if exam.state != "published":
        raise Conflict(_("This exam is not published."))
    longest = MAX_MINUTES - exam.time_limit_minutes
    checks = [(change.kind in KINDS, "kind", _("Choose what to change.")),
              (1 <= change.minutes <= MOST_MINUTES, "minutes",
               _("Give from 1 to %(most)s minutes.", most=MOST_MINUTES)),
              (change.kind != "time" or change.minutes <= longest, "minutes",
               _("The time limit is from 1 to %(most)s minutes.", most=MAX_MINUTES)),
              (change.code in TIME_REASONS, "code", _("Choose why more time is given.")),
              (0 < len(change.reason.strip()) <= LONGEST_REASON, "reason", _("Say why."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The time could not be given."), problems)
