"""Further sittings of an exam in draft: added, changed, taken out. A person sits an exam in one of them only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select

from assessment.delivery.models import (
    Adjustment,
    Candidate,
    Exam,
    Incident,
    Outage,
    Room,
    RoomInvigilator,
    RoomMessage,
    Sitting,
)
from assessment.delivery.services.exams import YEARS, get_exam, load_draft
from assessment.delivery.services.sittings import get_sitting, list_sittings
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

MOST_SITTINGS = 50
LONGEST_NAME = 60


@dataclass(frozen=True)
class SittingDraft:
    """What is said about a sitting; pupils may register themselves until `register_until`, while there are `places`."""

    name: str
    opens_at: datetime
    closes_at: datetime
    register_until: datetime | None = None
    places: int | None = None


@dataclass(frozen=True)
class SittingRow:
    """A sitting of the list: how many sit in it, and in how many rooms."""

    sitting: Sitting
    candidates: int
    rooms: int


def list_windows(actor: Actor, exam_id: UUID) -> list[SittingRow]:
    """The sittings of an exam by their time."""
    exam = get_exam(actor, exam_id)
    candidates, rooms = _count(exam, Candidate), _count(exam, Room)
    return [SittingRow(each, candidates.get(each.id, 0), rooms.get(each.id, 0)) for each in list_sittings(exam.id)]


def _count(exam: Exam, model: Any) -> dict[UUID, int]:
    rows = db.session.execute(select(model.sitting_id, func.count()).join(Sitting, Sitting.id == model.sitting_id)
                              .where(Sitting.exam_id == exam.id).group_by(model.sitting_id))
    return dict(rows.tuples().all())


def add_sitting(actor: Actor, exam_id: UUID, draft: SittingDraft) -> Sitting:
    """One more sitting of an exam in draft, begun by whom the first is begun; raises Invalid, Conflict."""
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    there = list_sittings(exam.id)
    if len(there) >= MOST_SITTINGS:
        raise Conflict(_("An exam has at most %(most)s sittings.", most=MOST_SITTINGS))
    _check(exam, draft, there)
    sitting = Sitting(exam_id=exam.id, start_by=there[0].start_by)
    _apply(sitting, draft)
    db.session.add(sitting)
    if len(there) == 1 and not there[0].name:  # with a second, the first needs a name as well
        there[0].name = _("Sitting %(n)s", n=1)
    db.session.flush()
    audit.record(actor, "exam:edit", ("exam", exam.id), sitting=sitting.name)
    return sitting


def edit_sitting(actor: Actor, exam_id: UUID, sitting_id: UUID, draft: SittingDraft) -> Sitting:
    """Change a sitting of an exam in draft; raises Invalid, Conflict, NotFound."""
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    sitting = get_sitting(exam.id, sitting_id)
    _check(exam, draft, [each for each in list_sittings(exam.id) if each.id != sitting.id])
    _apply(sitting, draft)
    db.session.flush()
    audit.record(actor, "exam:edit", ("exam", exam.id), sitting=sitting.name, changed=True)
    return sitting


def remove_sitting(actor: Actor, exam_id: UUID, sitting_id: UUID) -> None:
    """Take out a sitting for which nobody is registered, with its rooms; raises Conflict, NotFound."""
    exam = load_draft(actor, exam_id)
    authorize(actor, "exam:edit", exam)
    sitting = get_sitting(exam.id, sitting_id)
    if len(list_sittings(exam.id)) == 1:
        raise Conflict(_("An exam has one sitting at least."))
    if _is_used(sitting):
        raise Conflict(_("Candidates are registered for this sitting. Move them or take them off its list first."))
    rooms = select(Room.id).where(Room.sitting_id == sitting.id)
    db.session.execute(delete(RoomInvigilator).where(RoomInvigilator.room_id.in_(rooms)))
    db.session.execute(delete(Room).where(Room.sitting_id == sitting.id))
    db.session.delete(sitting)
    audit.record(actor, "exam:edit", ("exam", exam.id), removed_sitting=sitting.name)


def _is_used(sitting: Sitting) -> bool:
    """Whether somebody is registered, or something was put on record when the exam was published before."""
    kept: tuple[Any, ...] = (Candidate, Adjustment, Outage, Incident, RoomMessage)
    return any(db.session.scalar(select(each.id).where(each.sitting_id == sitting.id).limit(1)) for each in kept)


def _check(exam: Exam, draft: SittingDraft, others: Sequence[Sitting]) -> None:
    name = draft.name.strip()
    window = (draft.closes_at - draft.opens_at) / timedelta(minutes=1)
    checks = [
        (len(name) <= LONGEST_NAME, "name", _("The name is too long.")),
        (bool(name) or not others, "name", _("Of several sittings, each needs a name.")),
        (name not in {each.name for each in others}, "name", _("Another sitting has this name.")),
        (draft.opens_at.year in YEARS and draft.closes_at.year in YEARS, "opens_at",
         _("An exam takes place between the years 2000 and 2100.")),
        (window > 0, "closes_at", _("The window must close after it opens.")),
        (window <= 0 or window >= exam.time_limit_minutes, "closes_at",
         _("The window is shorter than the time limit: nobody could use all of his time.")),
        (exam.release_at is None or exam.release_at >= draft.closes_at, "closes_at",
         _("Results are shown after the window has closed.")),
        (draft.register_until is None or draft.register_until <= draft.closes_at, "register_until",
         _("Registration ends before the window closes.")),
        (draft.places is None or (draft.register_until is not None and draft.places > 0), "places",
         _("Places are counted where pupils register themselves."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("Please check the sitting."), problems=problems)


def _apply(sitting: Sitting, draft: SittingDraft) -> None:
    sitting.name, sitting.opens_at, sitting.closes_at = draft.name.strip(), draft.opens_at, draft.closes_at
    sitting.register_until, sitting.places = draft.register_until, draft.places
