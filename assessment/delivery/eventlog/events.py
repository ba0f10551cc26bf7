"""What goes into the log and what comes back: plain values, no database."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class NewEvent(NamedTuple):
    """One event on its way into the log. `payload` is the text that the client sent, unchanged."""

    sitting_id: UUID
    attempt_id: UUID
    seq: int
    epoch: int
    kind: str
    payload: str
    client_ms: int
    received_at: datetime
    prev_hash: str
    hash: str


class NewStart(NamedTuple):
    """An attempt that begins: its head and its first event. `payload` is the text of that event."""

    sitting_id: UUID
    attempt_id: UUID
    deadline: datetime
    started_at: datetime
    payload: str
    hash: str


class Appended(NamedTuple):
    """The log has taken an event: whether it came after the deadline, and which deadline that is."""

    late: bool
    deadline: datetime


class Begun(NamedTuple):
    """How an attempt stands in the log: when it began, with which first event, until when, and how it ended, if so."""

    attempt_id: UUID
    started_at: datetime
    payload: str
    deadline: datetime
    epoch: int
    closed: str


class AttemptRow(NamedTuple):
    """An attempt that was begun, as its head is stored."""

    attempt_id: UUID
    epoch: int
    deadline: datetime
    closed: str


class Reached(NamedTuple):
    """How far an attempt that has begun is in the log, and no more: whose epoch holds, and how it ended, if so."""

    attempt_id: UUID
    epoch: int
    closed: str


class Ending(NamedTuple):
    """The event that ended an attempt: what a receipt names."""

    attempt_id: UUID
    kind: str
    seq: int
    hash: str
    received_at: datetime


class StoredEvent(NamedTuple):
    """One event as the log keeps it."""

    attempt_id: UUID
    seq: int
    epoch: int
    kind: str
    payload: str
    client_ms: int
    received_at: datetime
    late: bool
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The state of one attempt in the log: who may write, until when, and the end of its chain."""

    sitting_id: UUID
    attempt_id: UUID
    epoch: int
    deadline: datetime
    closed: str
    last_seq: int
    last_hash: str


@dataclass(frozen=True)
class Ack:
    """An event is on disk. `deadline` is the attempt's, so that a reply can say how much time is left."""

    seq: int
    hash: str
    late: bool
    deadline: datetime


@dataclass(frozen=True)
class Refusal:
    """An event was not taken: why, and where the log stands.

    `reason` is unknown, submitted, other_device, conflict or gap.
    """

    seq: int
    reason: str
    head: Head | None
