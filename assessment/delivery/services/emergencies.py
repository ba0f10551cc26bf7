"""What may still be changed of a published exam as a whole: more time, with a reason and the effect counted before.

All else is frozen from publishing on. Rooms, seats and single candidates are changed in the room (`control`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.models import Adjustment, Attempt, Exam, Sitting
from assessment.delivery.reasons import TIME_REASONS
from assessment.delivery.services.adjusting import adjust_deadline
from assessment.delivery.services.exams import MAX_MINUTES, get_exam, load_exam
from assessment.delivery.services.sittings import get_sitting, list_sittings
from lms.core import audit, clock
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
    """So many minutes more, why by a code, and in words; `sitting_id` is whose window closes later, if not the first's.

    A longer time limit is for all sittings that are not over.
    """

    kind: str
    minutes: int
    code: str
    reason: str
    sitting_id: UUID | None = None


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
    """A change that was made, and to which sitting."""

    line: Adjustment
    who: str
    sitting: str


def preview_change(actor: Actor, exam_id: UUID, change: Change) -> Effect:
    """What a change would do now, and nothing is done; raises Invalid, Conflict."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    _check(exam, change)
    return _effect(exam, _sittings_of(exam, change), change)


def make_change(actor: Actor, exam_id: UUID, change: Change) -> Effect:
    """Give the time, and say what it did; raises Invalid, Conflict."""
    exam = load_exam(exam_id)
    authorize(actor, "exam:invigilate", exam)
    _check(exam, change)
    sittings = _sittings_of(exam, change)
    effect = _effect(exam, sittings, change)
    exam.time_limit_minutes = effect.time_limit_minutes
    for sitting in sittings:
        adjust_deadline(actor, "sitting", sitting.id, change.minutes * 60, change.code, change.reason.strip())
    audit.record(actor, "exam:invigilate", ("exam", exam.id), kind=change.kind, minutes=change.minutes,
                 code=change.code, reason=change.reason.strip(), not_begun=effect.ready, working=effect.in_progress)
    return effect


def list_changes(actor: Actor, exam_id: UUID, *, page: int = 1) -> Page[Made]:
    """The changes that were made, the newest first."""
    exam = get_exam(actor, exam_id)
    authorize(actor, "exam:invigilate", exam)
    sittings = {sitting.id: sitting.name for sitting in list_sittings(exam.id)}
    found = paginate(select(Adjustment).where(Adjustment.scope == "sitting", Adjustment.scope_id.in_(sittings))
                     .order_by(Adjustment.created_at.desc(), Adjustment.id.desc()), page)
    names = identity.person_names(line.actor_id for line in found if line.actor_id)
    return Page([Made(line, names.get(line.actor_id, ""), sittings[line.scope_id]) for line in found],
                found.total, found.page, found.per_page)


def _sittings_of(exam: Exam, change: Change) -> Sequence[Sitting]:
    """To whom a change applies; raises NotFound, Conflict where every sitting is over."""
    if change.kind == "window":
        return [get_sitting(exam.id, change.sitting_id)]
    found = [each for each in list_sittings(exam.id) if _end_of(each) > clock.now()]
    if not found:
        raise Conflict(_("Every sitting of this exam is over."))
    return found


def _end_of(sitting: Sitting) -> datetime:
    given = db.session.scalar(select(func.sum(Adjustment.seconds)).where(Adjustment.scope_id == sitting.id)) or 0
    return sitting.closes_at + timedelta(seconds=given)


def _effect(exam: Exam, sittings: Sequence[Sitting], change: Change) -> Effect:
    counts = dict(db.session.execute(
        select(Attempt.state, func.count()).where(Attempt.sitting_id.in_([each.id for each in sittings]))
        .group_by(Attempt.state)).tuples().all())
    longer = change.minutes if change.kind == "time" else 0
    return Effect(counts.get("ready", 0), counts.get("in_progress", 0), counts.get("submitted", 0),
                  max(map(_end_of, sittings)) + timedelta(minutes=change.minutes), exam.time_limit_minutes + longer)


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
