"""Bringing the rows of attempts in step with the event log, where a start or a submission went past them.

The log is the truth about when an attempt began and how it ended (decision 0033): the door takes both by one append,
and the row follows: when somebody needs it, and within ten seconds by the sweeper.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Begun, NewStart, Reached, event_hash
from assessment.delivery.eventlog.chain import GENESIS_PREV
from assessment.delivery.models import Adjustment, Attempt, Candidate, Exam, Sitting, Transition
from assessment.delivery.services.adjusting import latest_ends
from assessment.delivery.services.settling import settle_attempts
from assessment.delivery.states import change_state
from lms.core import clock
from lms.core.db import after_commit, db, transaction
from lms.core.permissions import SYSTEM

UNFINISHED = ("ready", "in_progress")
ATTEMPTS_A_LOOK = 2_000
ATTEMPTS_A_TRANSACTION = 50
AFTERWARDS = timedelta(minutes=5)
"""So long after the last deadline of a sitting it is still looked at: the clock has ended all attempts long before."""


def make_start(attempt_id: UUID, sitting_id: UUID, form_id: UUID, *, number: str, device: str, given: int,
               moment: datetime, deadline: datetime) -> NewStart:
    """The first event of an attempt. `device` is the digest of the browser's secret, `given` the seconds by which the
    ledger had moved the window as far as the start knew, `deadline` what came of it.
    """
    payload = json.dumps({"started": {"attempt": str(attempt_id), "form": str(form_id), "candidate": number,
                                      "device": device, "given": given,
                                      "deadline": deadline.isoformat()}})
    return NewStart(sitting_id, attempt_id, deadline, moment, payload, event_hash(GENESIS_PREV, 0, payload))


def bring_in_step(attempts: Iterable[Attempt]) -> int:
    """Make rows say what the log says of them: begun, handed in; how many were behind. Internal: no actor."""
    behind = find_behind(attempts)
    _lock([attempt.id for attempt, _begun in behind])
    for attempt, begun in behind:
        if attempt.state == "ready":
            _begin(attempt, begun)
        attempt.epoch = begun.epoch  # a hand-over that the log took, and of which the row was never told
    settle_attempts(attempt for attempt, begun in behind if begun.closed != "open")
    return len(behind)


def _lock(attempt_ids: Sequence[UUID]) -> None:
    """The rows as they are now, kept from others until the end of the transaction."""
    for start in range(0, len(attempt_ids), ATTEMPTS_A_LOOK):
        some = select(Attempt).where(Attempt.id.in_(attempt_ids[start:start + ATTEMPTS_A_LOOK])).order_by(Attempt.id)
        db.session.scalars(some.with_for_update().execution_options(populate_existing=True)).all()


def find_behind(attempts: Iterable[Attempt]) -> list[tuple[Attempt, Begun]]:
    """The attempts whose rows have not followed yet, with what the log says; one statement where none is behind,
    whatever the number of sittings. Internal: no actor.
    """
    unfinished = {each.id: each for each in attempts if each.state in UNFINISHED}
    found = []
    for sitting_id, group in groupby(sorted(_ahead_in_log(unfinished), key=_sitting), key=_sitting):
        own = {attempt.id: attempt for attempt in group}
        found += [(own[told.attempt_id], told) for told in event_log().list_begun(sitting_id, list(own))]
    return sorted(found, key=_by_id)


def _ahead_in_log(unfinished: Mapping[UUID, Attempt]) -> list[Attempt]:
    reached = event_log().list_reached({each.sitting_id for each in unfinished.values()}, list(unfinished))
    pairs = [(unfinished[told.attempt_id], told) for told in reached]
    return [attempt for attempt, told in pairs if _is_behind(attempt.state, attempt.epoch, told)]


def _is_behind(state: str, epoch: int, told: Reached) -> bool:
    return state == "ready" or told.closed != "open" or epoch != told.epoch


def _by_id(behind: tuple[Attempt, Begun]) -> UUID:
    """Rows are locked in one order, whoever brings them in step: two at once wait for each other, and never both."""
    return behind[0].id


def _sitting(attempt: Attempt) -> UUID:
    return attempt.sitting_id


def _begin(attempt: Attempt, begun: Begun) -> None:
    started = json.loads(begun.payload)["started"]
    deadline = _deadline(attempt, begun, started)
    change_state(SYSTEM, attempt, "in_progress", reason="begun by the candidate")
    attempt.started_at, attempt.deadline, attempt.epoch = begun.started_at, deadline, begun.epoch
    attempt.device, attempt.form_id = started.get("device", ""), UUID(started["form"])
    db.session.flush()
    if deadline != begun.deadline:
        after_commit(partial(event_log().move_deadlines, [(attempt.sitting_id, attempt.id, deadline)]))


def _deadline(attempt: Attempt, begun: Begun, started: dict[str, Any]) -> datetime:
    """What the start knew, moved by what the ledger says beyond that, as if the attempt had run already; at the latest
    when the exam was closed.
    """
    room_id, closed_at = _place(attempt)
    deadline = begun.deadline
    if "deadline" in started:
        own = [attempt.sitting_id, attempt.id, *([room_id] if room_id else [])]
        ledger = db.session.scalar(select(func.coalesce(func.sum(Adjustment.seconds), 0)).where(
            Adjustment.sitting_id == attempt.sitting_id, Adjustment.scope_id.in_(own))) or 0
        deadline = datetime.fromisoformat(started["deadline"]) + timedelta(seconds=ledger - int(started["given"]))
    return min(deadline, max(closed_at, begun.started_at)) if closed_at else deadline


def _place(attempt: Attempt) -> tuple[UUID | None, datetime | None]:
    """The room of an attempt, and when its exam was closed, if it is."""
    closed_at = select(func.max(Transition.at)).where(
        Transition.subject_kind == "exam", Transition.subject_id == Exam.id, Transition.to_state == "closed")
    return db.session.execute(
        select(Candidate.room_id, closed_at.scalar_subquery()).select_from(Candidate)
        .join(Exam, Exam.id == attempt.exam_id).where(Candidate.id == attempt.candidate_id)).tuples().one()


def bring_sitting_in_step(sitting_id: UUID) -> None:
    """All unfinished attempts of a sitting, before an act that concerns them. Internal: no actor."""
    for few in _list_behind(sitting_id):
        bring_in_step(db.session.scalars(select(Attempt).where(Attempt.id.in_(few))).all())


def bring_exam_in_step(exam_id: UUID) -> None:
    """All unfinished attempts of an exam, before an act that concerns them. Internal: no actor."""
    for sitting_id in db.session.scalars(select(Sitting.id).where(Sitting.exam_id == exam_id)).all():
        bring_sitting_in_step(sitting_id)


def bring_room_in_step(room_id: UUID) -> None:
    """The unfinished attempts of a room, before an act or a look. Internal: no actor."""
    bring_in_step(_unfinished_of_room(room_id))


def look_at_room(room_id: UUID) -> None:
    """As `bring_room_in_step`, for a page that only reads: in a transaction of its own, where somebody is behind."""
    if find_behind(_unfinished_of_room(room_id)):
        with transaction():
            bring_room_in_step(room_id)


def _unfinished_of_room(room_id: UUID) -> Sequence[Attempt]:
    return db.session.scalars(
        select(Attempt).join(Candidate, Candidate.id == Attempt.candidate_id)
        .where(Candidate.room_id == room_id, Attempt.state.in_(UNFINISHED))).all()


def follow_log(*, everywhere: bool = False) -> int:
    """Bring in step whatever is behind in a sitting in which somebody can be at work; how many attempts.

    That is from its opening until its last deadline, with all that was given. `everywhere` also looks at sittings that
    are long over, should anything have been missed. The platform acts: no actor.
    """
    opened = db.session.execute(select(Sitting.id, Sitting.closes_at).join(Exam, Exam.id == Sitting.exam_id).where(
        Exam.state == "published", Sitting.opens_at <= clock.now())).tuples().all()
    ends = {} if everywhere else latest_ends(dict(opened))
    return sum(follow_sitting(sitting_id) for sitting_id, _closes_at in opened
               if everywhere or clock.now() < ends[sitting_id] + AFTERWARDS)


def follow_sitting(sitting_id: UUID) -> int:
    """Bring in step whatever is behind in a sitting, some attempts in a transaction; how many. Internal: no actor."""
    number = 0
    for few in _list_behind(sitting_id):
        with transaction():
            number += bring_in_step(db.session.scalars(select(Attempt).where(Attempt.id.in_(few))).all())
    return number


def _list_behind(sitting_id: UUID) -> list[list[UUID]]:
    """The attempts of a sitting whose rows have not followed yet, in groups for a transaction each.

    Of row and log only what tells that is read, once and by the page: most attempts of a large sitting are in step.
    """
    rows = db.session.execute(
        select(Attempt.id, Attempt.state, Attempt.epoch)
        .where(Attempt.sitting_id == sitting_id, Attempt.state.in_(UNFINISHED))
        .execution_options(yield_per=ATTEMPTS_A_LOOK))
    behind: list[UUID] = []
    for part in rows.partitions():
        own = {attempt_id: (state, epoch) for attempt_id, state, epoch in part}
        behind += [told.attempt_id for told in event_log().list_reached([sitting_id], list(own))
                   if _is_behind(*own[told.attempt_id], told)]
    behind.sort()
    return [behind[start:start + ATTEMPTS_A_TRANSACTION] for start in range(0, len(behind), ATTEMPTS_A_TRANSACTION)]
