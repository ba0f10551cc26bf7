"""The ledger of deadlines: so many seconds for an attempt, a room or a sitting, and by whose word.

A line and the deadlines in the rows of attempts are one transaction. The event log, which is another database, is told
after it; where it could not be told, `bring_deadlines_in_step` tells it within seconds: a time, never a step.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.current_log import event_log
from assessment.delivery.models import Adjustment, Attempt, Candidate, Exam, Room, Sitting
from assessment.delivery.services.watching import WatchedRoom, find_watched_room
from lms.core import clock
from lms.core.db import after_commit, db
from lms.core.errors import Unavailable
from lms.core.permissions import Actor, authorize

LATELY = timedelta(minutes=3)
"""So old may a line be whose deadlines the sweeper, which comes every ten seconds, still tells the log."""


def adjust_deadline(actor: Actor, scope: str, scope_id: UUID, seconds: int, code: str, reason: str) -> int:
    """Write a line of the ledger and move the deadline of whoever runs within it; how many attempts."""
    if scope == "sitting":
        authorize(actor, "exam:invigilate", _exam_of(scope_id))
    else:
        authorize(actor, "room:watch", _room_of(scope, scope_id))
    where, sitting_id = _within(scope, scope_id)
    db.session.add(Adjustment(sitting_id=sitting_id, scope=scope, scope_id=scope_id, seconds=seconds, code=code,
                              reason=reason, actor_id=actor.person_id))
    running = db.session.scalars(select(Attempt).where(where, Attempt.state == "in_progress").with_for_update()).all()
    _move(running, timedelta(seconds=seconds))
    db.session.flush()
    return len(running)


def _exam_of(sitting_id: UUID) -> Exam | None:
    return db.session.scalar(select(Exam).join(Sitting, Sitting.exam_id == Exam.id).where(Sitting.id == sitting_id))


def _room_of(scope: str, scope_id: UUID) -> WatchedRoom | None:
    """The room that a line is for, where there is one."""
    if scope == "attempt":
        seat = select(Candidate.room_id).join(Attempt, Attempt.candidate_id == Candidate.id)
        room_id = db.session.scalar(seat.where(Attempt.id == scope_id))
    else:
        room_id = scope_id if scope == "room" else None
    return find_watched_room(room_id) if room_id else None


def _within(scope: str, scope_id: UUID) -> tuple[Any, UUID]:
    """The attempts of a scope, and its sitting."""
    if scope == "attempt":
        return Attempt.id == scope_id, db.session.get_one(Attempt, scope_id).sitting_id
    if scope == "sitting":
        return Attempt.sitting_id == scope_id, scope_id
    seated = select(Candidate.id).where(Candidate.room_id == scope_id)
    return Attempt.candidate_id.in_(seated), db.session.get_one(Room, scope_id).sitting_id


def _move(running: Sequence[Attempt], by: timedelta) -> None:
    for attempt in running:
        assert attempt.deadline is not None
        attempt.deadline += by
    after_commit(partial(_tell_log, [(each.sitting_id, each.id, each.deadline) for each in running if each.deadline]))


def _tell_log(deadlines: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    with suppress(Unavailable):  # the sweeper tells it
        event_log().move_deadlines(deadlines)


def bring_deadlines_in_step() -> None:
    """Tell the event log once more what was adjusted lately. The platform acts: no actor."""
    lately = select(Adjustment).where(Adjustment.created_at > clock.now() - LATELY)
    scopes = {(line.scope, line.scope_id) for line in db.session.scalars(lately)}
    for scope, scope_id in scopes:
        where, _sitting_id = _within(scope, scope_id)
        rows = select(Attempt.sitting_id, Attempt.id, Attempt.deadline).where(where, Attempt.state == "in_progress")
        _tell_log([(sitting_id, attempt_id, deadline) for sitting_id, attempt_id, deadline in db.session.execute(rows)
                   if deadline])


def most_given(sitting_id: UUID) -> timedelta:
    """By how much the window of a sitting was moved for the room that was given most. Internal: no actor."""
    sums: dict[tuple[str, UUID], int] = {}
    for line in db.session.scalars(select(Adjustment).where(Adjustment.sitting_id == sitting_id)):
        sums[line.scope, line.scope_id] = sums.get((line.scope, line.scope_id), 0) + line.seconds
    rooms = [seconds for (scope, _id), seconds in sums.items() if scope == "room"]
    return timedelta(seconds=max(0, sums.get(("sitting", sitting_id), 0) + max(rooms, default=0)))


def latest_ends(closing: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """By sitting the last deadline that anybody in it can have, from when its window closes: with what was given to it,
    to one of its rooms and to one of its candidates. One statement for all. Internal: no actor.
    """
    line = Adjustment
    sums = (select(line.sitting_id, line.scope, func.sum(line.seconds).label("seconds"))
            .where(line.sitting_id.in_(closing)).group_by(line.sitting_id, line.scope, line.scope_id).subquery())
    most = select(sums.c.sitting_id, func.max(sums.c.seconds)).group_by(sums.c.sitting_id, sums.c.scope)
    ends = dict(closing)
    for sitting_id, seconds in db.session.execute(most).tuples() if closing else ():
        ends[sitting_id] += timedelta(seconds=max(0, seconds))
    return ends
