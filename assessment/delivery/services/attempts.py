"""Attempts: what a candidate finds, begins, goes on with and has handed in; and the clock that ends them."""

import hashlib
import hmac
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from assessment.assembly import services as assembly
from assessment.delivery.code_tries import count_wrong, pause_left
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import Head, StoredEvent
from assessment.delivery.models import Accommodation, Adjustment, Attempt, Candidate, Exam, Room, Sitting
from assessment.delivery.services.adjusting import bring_deadlines_in_step, most_given
from assessment.delivery.services.archives import log_of
from assessment.delivery.services.exams import close_finished_exam, get_exam
from assessment.delivery.services.following import (
    ATTEMPTS_A_TRANSACTION,
    bring_in_step,
    find_behind,
    follow_log,
    make_start,
)
from assessment.delivery.services.newest import count_used, is_newest
from assessment.delivery.services.saving import describe_state
from assessment.delivery.services.settling import close_by_clock
from assessment.delivery.services.sittings import list_sittings
from assessment.delivery.services.times import minutes_of
from assessment.delivery.services.withdrawal import finish_withdrawals
from assessment.delivery.tokens import make_token
from lms.core import audit, clock
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotFound, Problem, TooMany, Unavailable
from lms.core.i18n import _, _n
from lms.core.permissions import SYSTEM, Actor, authorize

EMPTY: tuple[Any, ...] = (None, "", [], {})
GRACE = timedelta(seconds=5)
"""How long after the deadline the clock waits for what is still on its way, before it closes an attempt."""
LEFT_TO_A_JOB = timedelta(minutes=15)
"""The attempts of an exam that was closed are ended by its job (`ending.py`); only much later also by the clock."""


@dataclass(frozen=True)
class MyExam:
    """An exam as one candidate sees it. `status`: upcoming, open, running, submitted or missed.

    `given` are the seconds by which the ledger moved the window of his room and sitting. The attempt is his newest, of
    `used` that he has had.
    """

    exam: Exam
    sitting: Sitting
    attempt: Attempt
    candidate: Candidate
    room: Room | None
    accommodation: Accommodation | None
    given: int | None
    used: int = 1

    @property
    def closes_at(self) -> datetime:
        """When it ends for everybody in his room."""
        return self.sitting.closes_at + timedelta(seconds=self.given or 0)

    @property
    def minutes(self) -> int:
        """How many minutes he has from his start."""
        return minutes_of(self.exam, self.accommodation)

    @property
    def waits_for_room(self) -> bool:
        """Whether the invigilator has yet to let his room begin, or go on."""
        return room_waits(self.sitting, self.room)

    @property
    def status(self) -> str:
        """Where the candidate stands, by the server's clock."""
        moment = clock.now()
        if self.attempt.state == "submitted":
            return "submitted"
        if self.attempt.state == "in_progress":
            assert self.attempt.deadline is not None
            runs = moment <= self.attempt.deadline and self.exam.state == "published"
            return "running" if runs else "submitted"
        if moment < self.sitting.opens_at:
            return "upcoming"
        if moment < self.closes_at and self.exam.state == "published":
            return "open"
        return "submitted" if self.used > 1 else "missed"

    @property
    def attempts_left(self) -> int:
        """How often he may still begin anew, whether or not the window is open."""
        return max(0, self.exam.attempts_allowed - self.used)

    @property
    def may_sit_again(self) -> bool:
        """Whether he has handed in and may begin once more now."""
        is_open = self.exam.state == "published" and self.sitting.opens_at <= clock.now() < self.closes_at
        return self.attempt.state == "submitted" and is_open and self.attempts_left > 0

    @property
    def is_cut_short(self) -> bool:
        """Whether the window leaves less than the time limit."""
        return self.closes_at - clock.now() < timedelta(minutes=self.minutes)

    @property
    def deadline_if_started_now(self) -> datetime:
        """When the time would be up."""
        return self.deadline_from(clock.now())

    def deadline_from(self, start: datetime) -> datetime:
        """When the time is up for who starts then."""
        return min(start + timedelta(minutes=self.minutes), self.closes_at)


@dataclass(frozen=True)
class PaperSize:
    """What a candidate may know of a paper before its start."""

    items: int
    points: Decimal


@dataclass(frozen=True)
class Receipt:
    """What a candidate has handed in: the end of his chain, and how many of his answers count."""

    mine: MyExam
    head: Head
    handed_in_at: datetime
    answered: int
    late: int
    items: int


@dataclass(frozen=True)
class Desk:
    """What the player needs: the paper, the token and where the log stands."""

    mine: MyExam
    paper: Any
    token: str
    state: dict[str, Any]


def list_my_exams(actor: Actor) -> list[MyExam]:
    """Every published exam that the actor is registered to, the next first; in step with the log where that answers:
    a list waits for nothing else.
    """
    authorize(actor, "attempt:list")
    rows = db.session.execute(_mine(actor).order_by(Sitting.opens_at.desc(), Exam.id))
    found = [MyExam(*row) for row in rows]
    with suppress(Unavailable):
        _look_at(found)
    return found


def get_my_exam(actor: Actor, exam_id: UUID) -> MyExam:
    """One exam of the actor's; raises NotFound if he is not registered to it."""
    authorize(actor, "attempt:list")
    row = db.session.execute(_mine(actor).where(Exam.id == exam_id)).first()
    if row is None:
        raise _absent(actor, exam_id)
    mine = MyExam(*row)
    authorize(actor, "attempt:sit", mine.attempt)
    return mine


def _absent(actor: Actor, exam_id: UUID) -> Conflict | NotFound:
    listed = (select(Candidate.id).join(Sitting, Sitting.id == Candidate.sitting_id)
              .join(Exam, Exam.id == Sitting.exam_id)
              .where(Exam.id == exam_id, Exam.state == "published", Candidate.person_id == actor.id).limit(1))
    if db.session.scalar(listed) is not None:
        return Conflict(_("Your test is being made ready. Please try again in a moment."))
    return NotFound(_("You are not registered for this exam, or it is not published yet."))


def _mine(actor: Actor) -> Any:
    given = (select(func.sum(Adjustment.seconds)).where(
        Adjustment.sitting_id == Sitting.id, or_(Adjustment.scope_id == Sitting.id, Adjustment.scope_id == Room.id))
        .scalar_subquery())
    return (select(Exam, Sitting, Attempt, Candidate, Room, Accommodation, given, count_used())
            .join(Sitting, Sitting.exam_id == Exam.id)
            .join(Attempt, Attempt.sitting_id == Sitting.id)
            .join(Candidate, Candidate.id == Attempt.candidate_id)
            .outerjoin(Room, Room.id == Candidate.room_id)
            .outerjoin(Accommodation, Accommodation.candidate_id == Candidate.id)
            .where(Attempt.person_id == actor.id, Exam.state.in_(("published", "closed")), is_newest()))


def look_at_mine(actor: Actor, exam_id: UUID) -> MyExam:
    """As `get_my_exam`, in step with the log: for pages that only read, in a transaction of its own."""
    mine = get_my_exam(actor, exam_id)
    _look_at([mine])
    return mine


def _look_at(found: Sequence[MyExam]) -> None:
    opened = [mine.attempt for mine in found if mine.status != "upcoming"]
    if find_behind(opened):
        with transaction():
            bring_in_step(opened)


def start_attempt(actor: Actor, exam_id: UUID, *, device: str, code: str = "") -> Attempt:
    """Begin, or go on with what was begun; the clock runs from the first time.

    `device` is the secret that this browser keeps, `code` what the invigilator read out, where his room has one. Raises
    Conflict outside the window or while the room waits, Invalid for another code, TooMany after many of them.
    """
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    attempt = _lock(mine.attempt)
    bring_in_step([attempt])
    if attempt.state == "in_progress":
        return attempt
    if mine.status == "upcoming":
        raise Conflict(_("This exam has not opened yet."))
    if mine.status != "open":
        raise Conflict(_("This exam cannot be begun any more."))
    if mine.waits_for_room:
        raise Conflict(_("Your invigilator has not opened the room yet. Wait for a sign, and try again."))
    _check_code(mine, code)
    _open(mine, attempt, device)
    return attempt


def _check_code(mine: MyExam, code: str) -> None:
    if not mine.room or not mine.room.start_code:
        return
    wait = pause_left(mine.attempt.id, clock.now())
    if wait:
        raise TooMany(_n("Too many wrong codes. Please wait %(num)s second, then try again.",
                         "Too many wrong codes. Please wait %(num)s seconds, then try again.",
                         math.ceil(wait.total_seconds())))
    if not hmac.compare_digest(mine.room.start_code.encode(), code.encode()):
        count_wrong(mine.attempt.id, clock.now())
        message = _("This is not the start code of your room. Listen to your invigilator, and try again.")
        raise Invalid(message, problems=[Problem("code", message)])


def _open(mine: MyExam, attempt: Attempt, device: str) -> None:
    """The log first: what it says of the start stands, also if this transaction should be lost and done again."""
    moment = clock.now()
    event_log().start(make_start(
        attempt.id, attempt.sitting_id, attempt.form_id, number=mine.candidate.number, device=digest(device),
        given=mine.given or 0, moment=moment, deadline=mine.deadline_from(moment)))
    bring_in_step([attempt])


def enter_exam(actor: Actor, exam_id: UUID, *, device: str) -> Attempt:
    """Let this device write in a running attempt that no device holds; raises Conflict if one does."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    attempt = _lock(mine.attempt)
    if attempt.device and not holds(attempt, device):
        raise Conflict(_("This exam is running on another device. Ask your teacher to let you go on here."))
    attempt.device = digest(device)
    return attempt


def find_desk(actor: Actor, exam_id: UUID, *, device: str) -> Desk | None:
    """The paper and a token for the device that holds the running attempt; None for any other device."""
    mine = get_my_exam(actor, exam_id)
    authorize(actor, "attempt:sit", mine.attempt)
    attempt = mine.attempt
    if attempt.state == "ready" or not holds(attempt, device):
        return None
    head = event_log().get_head(attempt.sitting_id, attempt.id)
    return Desk(mine, assembly.get_paper(attempt.form_id), make_token(attempt),
                describe_state(head, attempt.epoch, attempt.form_id))


def holds(attempt: Attempt, device: str) -> bool:
    """Whether this is the device in which the candidate writes."""
    return holds_device(attempt.device, device)


def holds_device(known: str, device: str) -> bool:
    """Whether this secret is the one whose digest is known."""
    return bool(device) and hmac.compare_digest(known, digest(device))


def room_waits(sitting: Sitting, room: Room | None) -> bool:
    """Whether the invigilator has yet to let a room begin, or go on."""
    if room and room.state in ("paused", "ended"):
        return True
    return sitting.start_by == "invigilator" and (room is None or room.state != "open")


def measure_paper(form_id: UUID) -> PaperSize:
    """How long a paper is: nothing of its text. Internal: the caller has found the attempt."""
    paper = assembly.get_paper(form_id)
    return PaperSize(len(paper.items), paper.points)


def get_receipt(actor: Actor, exam_id: UUID) -> Receipt:
    """What the candidate has handed in so far, the last time; raises NotFound if he never began."""
    mine = _last_begun(get_my_exam(actor, exam_id))
    authorize(actor, "attempt:sit", mine.attempt)
    log = log_of(mine.attempt.sitting_id)
    head = log.find_head(mine.attempt.sitting_id, mine.attempt.id)
    if head is None:
        raise NotFound(_("You have not begun this exam."))
    return _receipt(mine, head, log.list_events(head.sitting_id, head.attempt_id))


def _last_begun(mine: MyExam) -> MyExam:
    """The same with the attempt before, if one counts, while the newest waits to be begun."""
    if mine.attempt.state != "ready" or mine.attempt.number == 1:
        return mine
    before = db.session.scalar(select(Attempt).where(
        Attempt.candidate_id == mine.candidate.id, Attempt.state == "submitted")
        .order_by(Attempt.number.desc()).limit(1))
    return replace(mine, attempt=before) if before else mine


def _receipt(mine: MyExam, head: Head, events: Sequence[StoredEvent]) -> Receipt:
    answers = describe_state(head, head.epoch, mine.attempt.form_id, events)["answers"].values()
    return Receipt(mine, head, mine.attempt.submitted_at or min(events[-1].received_at, head.deadline),
                   answered=sum(answer["response"] not in EMPTY for answer in answers),
                   late=sum(answer["late"] for answer in answers),
                   items=measure_paper(mine.attempt.form_id).items)


def hand_over_attempt(actor: Actor, attempt_id: UUID, *, reason: str) -> Attempt:
    """Let the candidate go on in another browser: the one before can write no more.

    Raises Conflict, NotFound.
    """
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None:
        raise NotFound(_("There is no such attempt."))
    authorize(actor, "exam:invigilate", get_exam(actor, attempt.exam_id))
    bring_in_step([attempt])
    if attempt.state != "in_progress":
        raise Conflict(_("This attempt is not running."))
    attempt.epoch = event_log().hand_over(attempt.sitting_id, attempt.id)
    attempt.device = ""
    audit.record(actor, "exam:invigilate", ("attempt", attempt.id), epoch=attempt.epoch, reason=reason[:200])
    return attempt


def close_due_attempts() -> int:
    """Submit what is overdue and close exams whose window is over; how many attempts were submitted.

    The platform acts: no actor.
    """
    follow_log()
    bring_deadlines_in_step()
    with transaction():
        finish_withdrawals()
    moment = clock.now()
    due = db.session.scalars(select(Attempt.id).join(Exam, Exam.id == Attempt.exam_id).where(
        Attempt.state == "in_progress", Attempt.deadline < moment - GRACE,
        or_(Exam.state == "published", Attempt.deadline < moment - LEFT_TO_A_JOB)).order_by(Attempt.deadline)).all()
    for start in range(0, len(due), ATTEMPTS_A_TRANSACTION):
        with transaction():
            some = select(Attempt).where(Attempt.id.in_(due[start:start + ATTEMPTS_A_TRANSACTION]))
            close_by_clock(SYSTEM, db.session.scalars(some.order_by(Attempt.id).with_for_update().execution_options(
                populate_existing=True)).all(), moment)
    _close_finished_exams(moment)
    return len(due)


def _close_finished_exams(moment: datetime) -> None:
    open_yet = (select(Sitting.id).where(Sitting.exam_id == Exam.id, Sitting.closes_at >= moment - GRACE)).exists()
    over = db.session.scalars(select(Exam.id).where(Exam.state == "published", ~open_yet)).all()
    for exam_id in over:
        if all(each.closes_at + most_given(each.id) < moment - GRACE for each in list_sittings(exam_id)):
            with transaction():
                close_finished_exam(exam_id)


def _lock(attempt: Attempt) -> Attempt:
    """The row as it is now, kept from others until the end of the transaction."""
    db.session.refresh(attempt, with_for_update=True)
    return attempt


def digest(device: str) -> str:
    """What is kept of the secret of a browser."""
    return hashlib.sha256(device.encode()).hexdigest()
