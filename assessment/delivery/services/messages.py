"""What an invigilator tells his candidates, and what a candidate's page asks for every so often."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, or_, select

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog.log import remaining_ms
from assessment.delivery.models import Attempt, Candidate, Room, RoomMessage, Sitting
from assessment.delivery.presence import note_presence
from assessment.delivery.services.holding import claims_of
from assessment.delivery.services.watching import get_seated, get_watched_room
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor
from lms.core.switches import feature_is_on

LONGEST_MESSAGE = 500
SHOWN = 20
ASK_AGAIN = 20
ASK_SELDOM = 120
"""Seconds after which a page asks again, and while messages are turned off."""


@dataclass(frozen=True)
class Notices:
    """What a candidate's page is told. `room` is its room's state, "" without one."""

    messages: list[RoomMessage]
    room: str
    state: str
    epoch_holds: bool
    remaining_ms: int
    server_time: datetime
    next_seconds: int


def send_message(actor: Actor, room_id: UUID, *, text: str, candidate_id: UUID | None = None) -> RoomMessage:
    """Tell one candidate, or everybody in the room; raises Invalid, NotFound."""
    watched = get_watched_room(actor, room_id)
    if not 0 < len(text.strip()) <= LONGEST_MESSAGE:
        message = _("Write a message of at most %(most)s characters.", most=LONGEST_MESSAGE)
        raise Invalid(message, [Problem("text", message)])
    if candidate_id is not None:
        get_seated(watched, candidate_id)
    sent = RoomMessage(sitting_id=watched.sitting.id, room_id=room_id, candidate_id=candidate_id, text=text.strip(),
                       actor_id=actor.person_id)
    db.session.add(sent)
    db.session.flush()
    watched.record(actor, message=str(sent.id))
    return sent


def tell_sittings(exam_id: UUID, text: str, *, by: UUID | None) -> None:
    """Tell everybody who sits an exam, in every room or none. Internal: the caller has authorised `by`."""
    for sitting_id in db.session.scalars(select(Sitting.id).where(Sitting.exam_id == exam_id)):
        db.session.add(RoomMessage(sitting_id=sitting_id, text=text[:LONGEST_MESSAGE], actor_id=by))
    db.session.flush()


def list_messages(actor: Actor, room_id: UUID, *, candidate_id: UUID | None = None) -> list[RoomMessage]:
    """The last SHOWN messages to the room or the whole sitting, or to one candidate of it, the newest first."""
    watched = get_watched_room(actor, room_id)
    to_room = or_(RoomMessage.room_id == room_id,
                  and_(RoomMessage.room_id.is_(None), RoomMessage.sitting_id == watched.sitting.id))
    statement = select(RoomMessage).where(to_room, RoomMessage.candidate_id == candidate_id)
    return list(db.session.scalars(statement.order_by(RoomMessage.created_at.desc()).limit(SHOWN)))


def read_notices(token: str, attempt_id: UUID, *, hidden: bool = False, waiting: int = 0) -> Notices:
    """What a player should know that no save tells it. The token is the authority: no actor.

    `hidden`: another window covers the page. `waiting`: answers that are not on the server yet.
    """
    claims = claims_of(token, attempt_id)
    note_presence(attempt_id, hidden=hidden, waiting=waiting)
    head, moment = event_log().get_head(claims.sitting_id, attempt_id), clock.now()
    told = feature_is_on("room_messages")
    messages, room = _find_messages(attempt_id) if told else ([], "")
    left = remaining_ms(head.deadline, moment) if head.closed == "open" else 0
    return Notices(messages, room, head.closed, head.epoch == claims.epoch, left, moment,
                   ASK_AGAIN if told else ASK_SELDOM)


def _find_messages(attempt_id: UUID) -> tuple[list[RoomMessage], str]:
    place: Any = db.session.execute(
        select(Candidate.id, Candidate.sitting_id, Candidate.room_id, Room.state)
        .join(Attempt, Attempt.candidate_id == Candidate.id).outerjoin(Room, Room.id == Candidate.room_id)
        .where(Attempt.id == attempt_id)).first()
    if place is None:
        return [], ""
    candidate_id, sitting_id, room_id, state = place
    to_all = and_(or_(RoomMessage.room_id == room_id, RoomMessage.room_id.is_(None)),
                  RoomMessage.candidate_id.is_(None))
    newest = db.session.scalars(
        select(RoomMessage).where(RoomMessage.sitting_id == sitting_id,
                                  or_(RoomMessage.candidate_id == candidate_id, to_all))
        .order_by(RoomMessage.created_at.desc()).limit(SHOWN)).all()
    return list(reversed(newest)), state or ""
