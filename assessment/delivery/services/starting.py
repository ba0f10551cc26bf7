"""The start as one cheap write: a token that the waiting page holds, a look at the room that many share, one append.

The page that waits for the bell is given a token that says all that a start needs of the database; what may still
change then - whether the exam and the room let begin, until when - is read once a second for all candidates of a room.
Starts that need more (Safe Exam Browser, networks, parts with rules) get no token and go the usual way.
"""

import base64
import hmac
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select

from assessment.delivery.code_tries import pause_left
from assessment.delivery.current_log import event_log
from assessment.delivery.models import Adjustment, Exam, Room, Sitting, Transition
from assessment.delivery.services.attempts import MyExam, digest, room_waits
from assessment.delivery.services.bundles import bundle_key
from assessment.delivery.services.following import make_start
from assessment.delivery.services.integrity import rules_of
from assessment.delivery.tokens import AFTER_DEADLINE, Claims, sign_token
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Forbidden
from lms.core.signing import InvalidToken, sign, unsign

PURPOSE = "ready"
GATE_SECONDS = 1.0
"""So old may be what is known of a room. A start that slipped in behind an act of the invigilator is in the log with
what it knew of the ledger; its row follows the ledger of today."""


class Ready(NamedTuple):
    """What the token of a waiting page says.

    `number` is the candidate's, `seconds` his time, `device` the digest of the secret of his browser, `published` which
    publication of the exam made his attempt.
    """

    exam_id: UUID
    attempt_id: UUID
    sitting_id: UUID
    form_id: UUID
    room_id: UUID | None
    number: str
    seconds: int
    device: str
    published: str


@dataclass(frozen=True)
class Gate:
    """Whether the candidates of a room may begin, from when until when; `given` seconds are in `closes_at` already."""

    lets_in: bool
    opens_at: datetime
    closes_at: datetime
    given: int
    code: str
    published: str

    def takes(self, moment: datetime, code: str) -> bool:
        """Whether a start at this moment with this start code is a plain one."""
        is_known = hmac.compare_digest(self.code.encode(), code.encode())
        return self.lets_in and self.opens_at <= moment < self.closes_at and is_known


CLOSED = Gate(False, datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), 0, "", "-")


def make_ready_token(mine: MyExam, device: str) -> str:
    """The token of a page that waits in this browser; empty where the start needs more. The caller has authorised."""
    rules = rules_of(mine.exam)
    if rules.seb or rules.addresses or mine.exam.sections or (mine.room and mine.room.addresses):
        return ""
    attempt = mine.attempt
    return sign(PURPOSE, {
        "x": mine.exam.id.hex, "a": attempt.id.hex, "s": attempt.sitting_id.hex, "f": attempt.form_id.hex,
        "r": mine.room.id.hex if mine.room else "", "n": mine.candidate.number, "m": mine.minutes * 60,
        "d": digest(device), "p": _publication(mine.exam.id)}, expires=mine.closes_at - clock.now() + AFTER_DEADLINE)


def read_ready_token(token: str) -> Ready:
    """What a token says; raises Forbidden."""
    try:
        body = unsign(PURPOSE, token)
    except InvalidToken as error:
        raise Forbidden(error.message) from None
    exam_id, attempt_id, sitting_id, form_id = (UUID(hex=body[name]) for name in "xasf")
    room_id = UUID(hex=body["r"]) if body["r"] else None
    return Ready(exam_id, attempt_id, sitting_id, form_id, room_id, body["n"], body["m"], body["d"],
                 body["p"])


class Gates:
    """What is known of rooms, each read anew once a second by whoever asks first."""

    def __init__(self) -> None:
        self._known: dict[tuple[UUID, UUID | None], tuple[float, Gate]] = {}
        self._reading = threading.Lock()

    def of(self, sitting_id: UUID, room_id: UUID | None) -> Gate:
        """The gate of a room, or of those of a sitting who have none."""
        place = sitting_id, room_id
        read_at, gate = self._known.get(place, (-GATE_SECONDS, CLOSED))
        if time.monotonic() - read_at < GATE_SECONDS:
            return gate
        with self._reading:
            read_at, gate = self._known.get(place, (-GATE_SECONDS, CLOSED))
            asked_at = time.monotonic()
            if asked_at - read_at >= GATE_SECONDS:
                gate = read_gate(sitting_id, room_id)
                self._known[place] = asked_at, gate
        return gate


def read_gate(sitting_id: UUID, room_id: UUID | None) -> Gate:
    """The gate of a room as the database has it now. Internal: no actor."""
    given = select(func.coalesce(func.sum(Adjustment.seconds), 0)).where(
        Adjustment.sitting_id == sitting_id, or_(Adjustment.scope_id == sitting_id, Adjustment.scope_id == room_id))
    row = db.session.execute(
        select(Exam.state, Sitting, Room, given.scalar_subquery()).join(Sitting, Sitting.exam_id == Exam.id)
        .outerjoin(Room, Room.id == room_id).where(Sitting.id == sitting_id)).first()
    if row is None:
        return CLOSED
    state, sitting, room, seconds = row
    lets_in = state == "published" and not room_waits(sitting, room) and not (room and room.addresses)
    return Gate(lets_in, sitting.opens_at, sitting.closes_at + timedelta(seconds=seconds), seconds,
                room.start_code if room else "", _publication(sitting.exam_id))


def _publication(exam_id: UUID) -> str:
    """Which publication of an exam is the last: one that was taken back and published again has made new attempts."""
    last = select(Transition.id).where(Transition.subject_kind == "exam", Transition.subject_id == exam_id,
                                       Transition.to_state == "published").order_by(Transition.at.desc()).limit(1)
    return str(db.session.scalar(last) or "")


def begin(ready: Ready, gate: Gate, *, code: str) -> dict[str, Any] | None:
    """Begin by one append: key, token and state for the page; None where it must go the usual way. The token is the
    authority: no actor. Raises Unavailable.
    """
    moment = clock.now()
    if ready.published != gate.published or not gate.takes(moment, code) or pause_left(ready.attempt_id, moment):
        return None
    start = make_start(ready.attempt_id, ready.sitting_id, ready.form_id, number=ready.number, device=ready.device,
                       given=gate.given, moment=moment,
                       deadline=min(moment + timedelta(seconds=ready.seconds), gate.closes_at))
    if not event_log().start(start):
        return None
    claims = Claims(ready.attempt_id, ready.sitting_id, ready.form_id, 1, start.deadline + AFTER_DEADLINE)
    state = {"state": "open", "epoch_holds": True, "seq": 0, "hash": start.hash,
             "remaining_ms": (start.deadline - moment) // timedelta(milliseconds=1), "since_receipt_ms": 0,
             "server_time": moment.isoformat(), "answers": {}, "plays": {}, "sections": None}
    return {"key": base64.b64encode(bundle_key(ready.form_id)).decode(), "form": ready.form_id.hex,
            "attempt": str(ready.attempt_id), "token": sign_token(claims), "state": state}
