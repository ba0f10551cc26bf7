"""The sittings of an exam: windows in each of which its paper is sat, each with candidates and rooms of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Candidate, Sitting
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _


@dataclass(frozen=True)
class Span:
    """From the opening of an exam's first sitting to the end of its last, and how many there are."""

    opens_at: datetime
    closes_at: datetime
    sittings: int = 1


def list_sittings(exam_id: UUID) -> Sequence[Sitting]:
    """The sittings of an exam by their time; there is always one. Internal: the caller has decided access."""
    return db.session.scalars(select(Sitting).where(Sitting.exam_id == exam_id)
                              .order_by(Sitting.opens_at, Sitting.id)).all()


def get_sitting(exam_id: UUID, sitting_id: UUID | None = None) -> Sitting:
    """One sitting of an exam, the first where none is named; raises NotFound. Internal: the caller decides access."""
    sittings = list_sittings(exam_id)
    found = next((each for each in sittings if sitting_id in (None, each.id)), None)
    if found is None:
        raise NotFound(_("There is no such sitting of this exam."))
    return found


def find_candidate(exam_id: UUID, candidate_id: UUID) -> tuple[Candidate, Sitting]:
    """A candidate with his sitting; raises NotFound. Internal: the caller has decided access."""
    row = db.session.execute(select(Candidate, Sitting).join(Sitting, Sitting.id == Candidate.sitting_id).where(
        Candidate.id == candidate_id, Sitting.exam_id == exam_id)).tuples().first()
    if row is None:
        raise NotFound(_("There is no such candidate in this exam."))
    return row


def told_of(sitting: Sitting, what: str) -> str:
    """What is said of one of several sittings, with its name before it."""
    return f"{sitting.name}: {what}" if sitting.name else what
