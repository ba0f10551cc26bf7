"""Pupils who put themselves on the list of an exam, where its maker lets them: until a time, while there are places."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from assessment.delivery.current_log import event_log
from assessment.delivery.models import (
    Accommodation,
    Attempt,
    Candidate,
    Evidence,
    Exam,
    Incident,
    RoomMessage,
    Sitting,
)
from assessment.delivery.services.candidates import next_number
from assessment.delivery.services.dealing import make_attempts
from assessment.delivery.services.following import bring_in_step, make_start
from assessment.delivery.services.newest import is_newest
from assessment.delivery.services.settling import AUTO_SUBMIT
from assessment.delivery.services.sittings import list_sittings
from lms.core import audit, clock
from lms.core.db import after_commit, db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.organisations import services as organisations

MOST_SHOWN = 100


@dataclass(frozen=True)
class Registration:
    """A sitting to which the actor may register himself: how many are on its list, and whether he is, by himself.

    `elsewhere` says that he is on the list of another sitting of this exam.
    """

    exam: Exam
    sitting: Sitting
    taken: int
    is_mine: bool
    by_self: bool
    elsewhere: bool = False

    @property
    def left(self) -> int | None:
        """Free places; None where there is no limit."""
        return None if self.sitting.places is None else max(0, self.sitting.places - self.taken)


def list_registrations(actor: Actor) -> list[Registration]:
    """The sittings of exams of the actor's school, or above it, that take registrations now; the next first."""
    authorize(actor, "attempt:register")
    listed = aliased(Candidate)
    taken = select(func.count()).where(listed.sitting_id == Sitting.id).scalar_subquery()
    rows = db.session.execute(
        select(Exam, Sitting, taken, Candidate.by_self, _listed(actor, Exam.id))
        .join(Sitting, Sitting.exam_id == Exam.id)
        .outerjoin(Candidate, and_(Candidate.sitting_id == Sitting.id, Candidate.person_id == actor.person_id))
        .where(Exam.state == "published", Sitting.register_until > clock.now(),
               Exam.organisation_id.in_(_own_places(actor)))
        .order_by(Sitting.opens_at, Exam.id, Sitting.id).limit(MOST_SHOWN))
    return [Registration(exam, sitting, number, by_self is not None, bool(by_self), by_self is None and listed)
            for exam, sitting, number, by_self, listed in rows]


def _listed(actor: Actor, exam_id: Any) -> ColumnElement[bool]:
    """Whether the actor is on the list of any sitting of an exam."""
    candidate, sitting = aliased(Candidate), aliased(Sitting)
    return (select(candidate.id).join(sitting, sitting.id == candidate.sitting_id)
            .where(sitting.exam_id == exam_id, candidate.person_id == actor.person_id).exists())


def register_myself(actor: Actor, exam_id: UUID, *, sitting_id: UUID | None = None) -> Candidate:
    """Put the actor on the list of a sitting that takes registrations, the first if none is named; raises Conflict.

    The exam is kept from others meanwhile: of two who come for the last place, one gets it.
    """
    authorize(actor, "attempt:register")
    exam = db.session.scalar(select(Exam).where(Exam.id == exam_id, Exam.organisation_id.in_(_own_places(actor)))
                             .with_for_update(key_share=True))
    sittings = [each for each in list_sittings(exam_id) if _takes(each) and sitting_id in (None, each.id)]
    if exam is None or exam.state != "published" or not sittings:
        raise Conflict(_("This exam takes no registrations from you now."))
    if db.session.scalar(select(_listed(actor, exam.id))):
        raise Conflict(_("You are on the list of this exam already."))
    sitting = sittings[0]
    taken = db.session.scalar(select(func.count(Candidate.id)).where(Candidate.sitting_id == sitting.id)) or 0
    if sitting.places is not None and taken >= sitting.places:
        raise Conflict(_("All places of this exam are taken."))
    candidate = Candidate(sitting_id=sitting.id, person_id=actor.id, number=f"{next_number(exam.id):06}", by_self=True)
    db.session.add(candidate)
    db.session.flush()
    make_attempts(exam, sitting)
    audit.record(actor, "attempt:register", ("exam", exam.id))
    return candidate


def withdraw_myself(actor: Actor, exam_id: UUID) -> None:
    """Take the actor off the list to which he has put himself, as long as registration is open and the exam is not: his
    place is free again. Raises Conflict.
    """
    authorize(actor, "attempt:register")
    row = db.session.execute(
        select(Sitting, Candidate, Attempt).select_from(Exam).join(Sitting, Sitting.exam_id == Exam.id)
        .join(Candidate, Candidate.sitting_id == Sitting.id).join(Attempt, Attempt.candidate_id == Candidate.id)
        .where(Exam.id == exam_id, Exam.state == "published", Candidate.person_id == actor.person_id, is_newest())
        .with_for_update(of=(Sitting, Attempt))).first()
    if row is None or not _takes(row[0]) or row[0].opens_at <= clock.now() or not row[1].by_self:
        raise Conflict(_("You cannot withdraw from this exam any more. Ask your teacher."))
    _sitting, candidate, attempt = row
    bring_in_step([attempt])
    if attempt.state != "ready" or attempt.number > 1 or _is_on_record(candidate.id, attempt.id):
        raise Conflict(_("You have begun this exam already."))
    for each in (attempt, db.session.get(Accommodation, candidate.id)):
        if each is not None:
            db.session.delete(each)
    db.session.flush()
    db.session.delete(candidate)
    shut_before_start(attempt, candidate.number)
    audit.record(actor, "attempt:register", ("exam", exam_id), withdrawn=True)


def shut_before_start(attempt: Attempt, number: str) -> None:
    """Once this is committed, the log takes no start of an attempt that nobody has begun. For services: no actor."""
    after_commit(partial(_shut, attempt.id, attempt.sitting_id, attempt.form_id, number))


def _shut(attempt_id: UUID, sitting_id: UUID, form_id: UUID, number: str) -> None:
    """A page that was opened before holds what begins an attempt: the log takes no start of this one any more."""
    moment = clock.now()
    event_log().start(make_start(attempt_id, sitting_id, form_id, number=number, device="", given=0, moment=moment,
                                 deadline=moment))
    event_log().close_by_clock(sitting_id, [attempt_id], received_at=moment, payload=AUTO_SUBMIT)


def _is_on_record(candidate_id: UUID, attempt_id: UUID) -> bool:
    """Whether an invigilator has written something down about him, or his browser told something, which stays."""
    told_by_browser = select(Evidence.id).where(Evidence.attempt_id == attempt_id).limit(1)
    told = select(RoomMessage.id).where(RoomMessage.candidate_id == candidate_id).limit(1)
    noted = select(Incident.id).where(Incident.candidate_id == candidate_id).limit(1)
    return any(db.session.scalar(each) for each in (told, noted, told_by_browser))


def _takes(sitting: Sitting) -> bool:
    return sitting.register_until is not None and clock.now() < sitting.register_until


def _own_places(actor: Actor) -> frozenset[UUID]:
    """Where the actor is a pupil, and what stands above."""
    return organisations.with_ancestors(actor.places("student"))
