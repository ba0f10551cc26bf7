"""Pupils who put themselves on the list of an exam, where its maker lets them: until a time, while there are places."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from assessment.delivery.models import Candidate, Exam, Sitting
from assessment.delivery.services.candidates import next_number
from assessment.delivery.services.dealing import make_attempts
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.organisations import services as organisations

MOST_SHOWN = 100


@dataclass(frozen=True)
class Registration:
    """An exam to which the actor may register himself: how many are on its list, and whether he is."""

    exam: Exam
    sitting: Sitting
    taken: int
    is_mine: bool

    @property
    def left(self) -> int | None:
        """Free places; None where there is no limit."""
        return None if self.sitting.places is None else max(0, self.sitting.places - self.taken)


def list_registrations(actor: Actor) -> list[Registration]:
    """The exams of the actor's school, or above it, that take registrations now; the next first."""
    authorize(actor, "attempt:register")
    listed = aliased(Candidate)
    taken = select(func.count()).where(listed.sitting_id == Sitting.id).scalar_subquery()
    rows = db.session.execute(
        select(Exam, Sitting, taken, Candidate.id).join(Sitting, Sitting.exam_id == Exam.id)
        .outerjoin(Candidate, and_(Candidate.sitting_id == Sitting.id, Candidate.person_id == actor.person_id))
        .where(Exam.state == "published", Sitting.register_until > clock.now(),
               Exam.organisation_id.in_(_own_places(actor)))
        .order_by(Sitting.opens_at, Exam.id).limit(MOST_SHOWN))
    return [Registration(exam, sitting, number, mine is not None) for exam, sitting, number, mine in rows]


def register_myself(actor: Actor, exam_id: UUID) -> Candidate:
    """Put the actor on the list of an exam that takes registrations; raises Conflict.

    The sitting is kept from others meanwhile: of two who come for the last place, one gets it.
    """
    authorize(actor, "attempt:register")
    row = db.session.execute(select(Exam, Sitting).join(Sitting, Sitting.exam_id == Exam.id).where(
        Exam.id == exam_id, Exam.organisation_id.in_(_own_places(actor))).with_for_update(of=Sitting)).first()
    if row is None or row[0].state != "published" or not _takes(row[1]):
        raise Conflict(_("This exam takes no registrations from you now."))
    exam, sitting = row
    there = select(func.count(Candidate.id)).where(Candidate.sitting_id == sitting.id)
    if db.session.scalar(there.where(Candidate.person_id == actor.id)):
        raise Conflict(_("You are on the list of this exam already."))
    if sitting.places is not None and (db.session.scalar(there) or 0) >= sitting.places:
        raise Conflict(_("All places of this exam are taken."))
    candidate = Candidate(sitting_id=sitting.id, person_id=actor.id, number=f"{next_number(sitting.id):06}")
    db.session.add(candidate)
    db.session.flush()
    make_attempts(exam, sitting)
    audit.record(actor, "attempt:register", ("exam", exam.id))
    return candidate


def _takes(sitting: Sitting) -> bool:
    return sitting.register_until is not None and clock.now() < sitting.register_until


def _own_places(actor: Actor) -> frozenset[UUID]:
    """Where the actor is a pupil, and what stands above."""
    return organisations.with_ancestors(actor.places("student"))
