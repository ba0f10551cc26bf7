"""What an invigilator does in his room: open, pause, resume, end; give time; move, hand over or end one candidate.

Each act asks for the room first, changes states by the one table of transitions, and is in the audit.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Attempt, Candidate, Room, Transition
from assessment.delivery.reasons import TIME_REASONS
from assessment.delivery.services.adjusting import adjust_deadline
from assessment.delivery.services.ending import end_attempts
from assessment.delivery.services.following import bring_room_in_step
from assessment.delivery.services.settling import close_by_clock
from assessment.delivery.services.watching import (
    WatchedRoom,
    find_newest_attempt,
    get_seated,
    get_watched_room,
    need_running,
)
from assessment.delivery.states import change_state
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor

MOST_MINUTES = 240
PAUSE_AHEAD = timedelta(hours=6)
"""A pause gives this much time at once, so that no deadline passes in it; what was not used is taken back after it."""
LONGEST_REASON = 200


def open_room(actor: Actor, room_id: UUID, *, reason: str = "") -> None:
    """Let the candidates of a room begin, or begin again in one that was ended; raises Conflict."""
    watched = _to_change(actor, room_id)
    if watched.exam.state != "published":
        raise Conflict(_("This exam is not published."))
    if watched.room.state == "paused":
        raise Conflict(_("This room is paused: let it go on instead."))
    _move(actor, watched, "open", reason)
    watched.room.opened_at = watched.room.opened_at or clock.now()


def pause_room(actor: Actor, room_id: UUID, *, reason: str) -> None:
    """Stop the clock of everybody in the room; what they write meanwhile is kept and counts. Raises Conflict."""
    watched = _to_change(actor, room_id)
    _need_reason(reason)
    _move(actor, watched, "paused", reason)
    adjust_deadline(actor, "room", room_id, round(PAUSE_AHEAD.total_seconds()), "pause", reason[:LONGEST_REASON])


def resume_room(actor: Actor, room_id: UUID, *, reason: str = "") -> timedelta:
    """Let the clock run again; for how long it stood. Raises Conflict."""
    watched = _to_change(actor, room_id)
    if watched.room.state != "paused":
        raise Conflict(_("This room is not paused."))
    stood = _paused_for(room_id)
    _move(actor, watched, "open", reason)
    adjust_deadline(actor, "room", room_id, round((stood - PAUSE_AHEAD).total_seconds()), "pause",
                    reason[:LONGEST_REASON])
    return stood


def _ahead(room: Room) -> timedelta:
    """What a pause has given the candidates of a room ahead, and will take back from those who are there at its end."""
    return PAUSE_AHEAD - _paused_for(room.id) if room.state == "paused" else timedelta()


def _paused_for(room_id: UUID) -> timedelta:
    began = db.session.scalar(
        select(Transition.at).where(Transition.subject_kind == "room", Transition.subject_id == room_id,
                                    Transition.to_state == "paused").order_by(Transition.at.desc()).limit(1))
    return clock.now() - began if began else timedelta()


def end_room(actor: Actor, room_id: UUID, *, reason: str) -> int:
    """Hand in for everybody in the room who still works, as it stands, of many by a job; how many. Raises Conflict."""
    watched = _to_change(actor, room_id)
    _need_reason(reason)
    if watched.room.state == "paused":
        resume_room(actor, room_id, reason=reason)
    _move(actor, watched, "ended", reason)
    running = db.session.scalars(
        select(Attempt).join(Candidate, Candidate.id == Attempt.candidate_id)
        .where(Candidate.room_id == room_id, Attempt.state == "in_progress")
        .order_by(Attempt.id).with_for_update(of=Attempt)).all()
    end_attempts(actor, room_id, running)
    return len(running)


def give_time(actor: Actor, room_id: UUID, *, minutes: int, code: str, reason: str = "",
              candidate_id: UUID | None = None) -> None:
    """More minutes for one candidate, or for everybody in the room; raises Invalid, Conflict, NotFound."""
    watched = _to_change(actor, room_id)
    checks = [(1 <= minutes <= MOST_MINUTES, "minutes", _("Give from 1 to %(most)s minutes.", most=MOST_MINUTES)),
              (code in TIME_REASONS, "code", _("Choose why more time is given."))]
    problems = [Problem(where, message) for holds, where, message in checks if not holds]
    if problems:
        raise Invalid(_("The time could not be given."), problems)
    scope, scope_id = "room", room_id
    if candidate_id is not None:
        candidate = get_seated(watched, candidate_id)
        scope, scope_id = "attempt", need_running(find_newest_attempt(candidate.id)).id
    adjust_deadline(actor, scope, scope_id, minutes * 60, code, reason[:LONGEST_REASON])
    watched.record(actor, minutes=minutes, code=code, to=scope, reason=reason[:LONGEST_REASON])


def move_candidate(actor: Actor, room_id: UUID, candidate_id: UUID, *, to_room_id: UUID, seat: int) -> None:
    """Give a candidate another seat, here or in another room of the sitting that the actor watches too.

    Raises Invalid, Conflict, NotFound.
    """
    watched = _to_change(actor, room_id)
    candidate = get_seated(watched, candidate_id)
    there = _to_change(actor, to_room_id)
    if there.sitting.id != watched.sitting.id:
        raise Conflict(_("This room belongs to another sitting."))
    if not 1 <= seat <= there.room.seats:
        message = _("This room has the seats 1 to %(seats)s.", seats=there.room.seats)
        raise Invalid(message, [Problem("seat", message)])
    taken = db.session.scalar(select(Candidate.number).where(
        Candidate.room_id == to_room_id, Candidate.seat == seat, Candidate.id != candidate_id))
    if taken is not None:
        raise Conflict(_("Candidate %(number)s has this seat.", number=taken))
    attempt = find_newest_attempt(candidate.id)
    seconds = round((_ahead(there.room) - _ahead(watched.room)).total_seconds())
    if seconds and attempt is not None and attempt.state == "in_progress":
        adjust_deadline(actor, "attempt", attempt.id, seconds, "pause", "")
    candidate.room_id, candidate.seat = to_room_id, seat
    db.session.flush()
    watched.record(actor, moved=str(candidate_id), to=str(to_room_id), seat=seat)


def list_rooms_beside(watched: WatchedRoom) -> list[Room]:
    """The rooms of the sitting, this one first: where a candidate could be moved. The caller has authorised."""
    rooms = db.session.scalars(select(Room).where(Room.sitting_id == watched.sitting.id).order_by(Room.name).limit(500))
    return sorted(rooms, key=lambda room: (room.id != watched.id, room.name))


def let_in_again(actor: Actor, room_id: UUID, candidate_id: UUID, *, reason: str = "") -> None:
    """Let a candidate go on in another browser: the one before can write no more. Raises Conflict, NotFound."""
    watched = _to_change(actor, room_id)
    attempt = need_running(find_newest_attempt(get_seated(watched, candidate_id).id))
    attempt.epoch = event_log().hand_over(attempt.sitting_id, attempt.id)
    attempt.device = ""
    watched.record(actor, attempt=str(attempt.id), epoch=attempt.epoch, reason=reason[:LONGEST_REASON])


def end_attempt(actor: Actor, room_id: UUID, candidate_id: UUID, *, reason: str) -> None:
    """Hand in for one candidate, as it stands; raises Conflict, Invalid, NotFound."""
    watched = _to_change(actor, room_id)
    _need_reason(reason)
    attempt = need_running(find_newest_attempt(get_seated(watched, candidate_id).id))
    close_by_clock(actor, [attempt], clock.now())
    watched.record(actor, attempt=str(attempt.id), ended=True, reason=reason[:LONGEST_REASON])


def _to_change(actor: Actor, room_id: UUID) -> WatchedRoom:
    """The room, its row kept from others until the end of the transaction, so that two acts follow each other."""
    watched = get_watched_room(actor, room_id)
    db.session.refresh(watched.room, with_for_update=True)
    bring_room_in_step(room_id)
    return watched


def _need_reason(reason: str) -> None:
    if not reason.strip():
        message = _("Say why.")
        raise Invalid(message, [Problem("reason", message)])


def _move(actor: Actor, watched: WatchedRoom, to_state: str, reason: str) -> None:
    change_state(actor, watched.room, to_state, reason=reason[:LONGEST_REASON])
    watched.record(actor, state=to_state, reason=reason[:LONGEST_REASON])
