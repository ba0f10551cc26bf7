"""The rooms that somebody watches, and the one way to a room for whatever an invigilator does in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.models import Attempt, Candidate, Exam, Room, RoomInvigilator, Sitting
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, visible

ROOMS_A_PAGE = 50
AROUND = timedelta(hours=12)
"""So long before its window and after it a sitting's rooms are still among those that one watches."""


@dataclass(frozen=True)
class WatchedRoom:
    """A room with its sitting and exam: what the rules are asked about."""

    exam: Exam
    sitting: Sitting
    room: Room
    invigilator_ids: frozenset[UUID]

    @property
    def id(self) -> UUID:
        """The room's."""
        return self.room.id

    @property
    def owner_id(self) -> UUID:
        """Whoever made the exam."""
        return self.exam.owner_id

    @property
    def organisation_id(self) -> UUID | None:
        """Where the room is; the exam's where nobody said."""
        return self.room.organisation_id or self.exam.organisation_id

    def record(self, actor: Actor, *, reason: str | None = None, **details: Any) -> None:
        """Put an act in this room into the audit, for whoever was let in."""
        audit.record(actor, "room:watch", ("room", self.id), organisation_id=self.organisation_id, reason=reason,
                     **details)


def get_watched_room(actor: Actor, room_id: UUID) -> WatchedRoom:
    """A room for whoever may watch it; raises NotFound, Forbidden."""
    watched = find_watched_room(room_id)
    if watched is None:
        raise NotFound(_("There is no such room."))
    authorize(actor, "room:watch", watched)
    return watched


def find_watched_room(room_id: UUID) -> WatchedRoom | None:
    """A room with what the rules ask about. Internal: the caller authorises."""
    row = db.session.execute(select(Exam, Sitting, Room).join(Sitting, Sitting.exam_id == Exam.id)
                             .join(Room, Room.sitting_id == Sitting.id).where(Room.id == room_id)).first()
    if row is None:
        return None
    watchers = db.session.scalars(select(RoomInvigilator.person_id).where(RoomInvigilator.room_id == room_id))
    return WatchedRoom(*row, frozenset(watchers))


def list_watched_rooms(actor: Actor, *, page: int = 1) -> Page[Any]:
    """(exam, sitting, room) of each room near its time that the actor may watch, the next first."""
    authorize(actor, "room:list")
    moment = clock.now()
    statement: Any = (
        select(Exam, Sitting, Room).join(Sitting, Sitting.exam_id == Exam.id).join(Room, Room.sitting_id == Sitting.id)
        .where(Exam.state.in_(("published", "closed")), Sitting.closes_at > moment - AROUND,
               Sitting.opens_at < moment + AROUND, visible(actor, "room:watch", Room))
        .order_by(Sitting.opens_at, Room.name, Room.id))
    return paginate(statement, page, ROOMS_A_PAGE)


def get_seated(watched: WatchedRoom, candidate_id: UUID) -> Candidate:
    """A candidate of this room; raises NotFound. Internal: the caller has authorised the room."""
    candidate = db.session.get(Candidate, candidate_id)
    if candidate is None or candidate.room_id != watched.id:
        raise NotFound(_("There is no such candidate in this room."))
    return candidate


def list_seated(room_id: UUID) -> list[tuple[Candidate, Attempt | None]]:
    """Everybody of a room by seat and number, with his newest attempt. Internal: the caller has authorised the room."""
    rows: Iterable[Any] = db.session.execute(
        select(Candidate, Attempt).outerjoin(Attempt, Attempt.candidate_id == Candidate.id)
        .where(Candidate.room_id == room_id)
        .order_by(Candidate.seat.is_(None), Candidate.seat, Candidate.number, Attempt.number))
    newest = {candidate.id: (candidate, attempt) for candidate, attempt in rows}
    return list(newest.values())


def find_newest_attempt(candidate_id: UUID) -> Attempt | None:
    """The last attempt of a candidate. Internal: the caller has authorised the room."""
    return db.session.scalar(select(Attempt).where(Attempt.candidate_id == candidate_id)
                             .order_by(Attempt.number.desc()).limit(1))


def need_running(attempt: Attempt | None) -> Attempt:
    """This attempt, if somebody writes in it; raises Conflict."""
    if attempt is None or attempt.state != "in_progress":
        raise Conflict(_("This attempt is not running."))
    return attempt
