"""The chain: every event gets a number and a hash over itself and the hash before it, so that nothing can be changed,
taken out or put in between without being seen.

The writers know nothing of it: an act would otherwise wait for every other act of the platform. A trigger notes each
new event as waiting; a sealer, alone under a lock, takes what it can see and numbers it. What commits late is sealed
later: the order of the chain is the order in which events became visible, and no event can slip past.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import BigInteger, RowMapping, Select, delete, exists, func, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.audit.events import AuditEvent
from lms.core.db import Model, db, outside_transaction, transaction

log = structlog.get_logger()

FIRST_HASH = "0" * 64
PER_TRANSACTION = 500
PER_STEP = 1000
LOCK = 0x6175646974  # "audit"
MOST_FAULTS = 20
SEALED = ("id", "created_at", "actor_id", "program", "action", "subject_kind", "subject_id", "organisation_id",
          "refused", "reason", "address", "device", "before", "after", "details")
"""The columns that the hash covers: all of them."""


class AuditSeal(Model):
    """The place of an event in the chain. Added once, never changed."""

    __tablename__ = "audit_seal"
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditUnsealed(Model):
    """An event that waits for its place. Written by a trigger of the database, removed by the sealer."""

    __tablename__ = "audit_unsealed"
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Head:
    """The end of the chain at some moment."""

    sequence: int = 0
    hash: str = FIRST_HASH


@dataclass(frozen=True)
class Broken:
    """One fault. `kind`: changed, missing, reordered, truncated, unchained."""

    kind: str
    sequence: int
    event_id: UUID | None
    message: str


@dataclass
class Verified:
    """What a walk along the chain has found; `waiting` events have no place in it yet."""

    events: int = 0
    head: Head = field(default_factory=Head)
    waiting: int = 0
    waiting_since: datetime | None = None
    faults: list[Broken] = field(default_factory=list)

    @property
    def waiting_age(self) -> timedelta:
        """For how long the first of those that wait does."""
        return clock.now() - self.waiting_since if self.waiting_since else timedelta()


def event_hash(sequence: int, previous: str, event: RowMapping) -> str:
    """SHA-256 over the canonical JSON of an event at its place. `event` has the columns SEALED."""
    told = {name: _plain(event[name]) for name in SEALED}
    body = json.dumps([sequence, previous, told], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(body.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value) if isinstance(value, UUID) else value


def seal_events() -> Head | None:
    """Give every event that waits its place; the new head, None where nothing waited. Short transactions of its own.

    Whoever finds another sealer at work leaves it to him.
    """
    head: Head | None = None
    while (sealed := _seal_some()) is not None:
        head, count = sealed
        if count < PER_TRANSACTION:
            break
    if head is not None:  # an anchor outside the database
        log.info("audit-sealed", sequence=head.sequence, hash=head.hash)
    return head


def _seal_some() -> tuple[Head, int] | None:
    with transaction():
        if not _is_our_turn():
            return None
        db.session.execute(delete(AuditUnsealed).where(exists().where(AuditSeal.event_id == AuditUnsealed.event_id)))
        rows = db.session.execute(_waiting().limit(PER_TRANSACTION)).mappings().all()
        if not rows:
            return None
        seals = list(_chain_on(current_head(), rows))
        db.session.execute(insert(AuditSeal), seals)
        db.session.execute(delete(AuditUnsealed).where(AuditUnsealed.event_id.in_([row["id"] for row in rows])))
    return Head(seals[-1]["sequence"], seals[-1]["hash"]), len(seals)


def _is_our_turn() -> bool:
    """One sealer at a time: SQLite has one writer anyway."""
    if db.engine.dialect.name != "postgresql":
        return True
    return bool(db.session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": LOCK}))


def _waiting() -> Select[Any]:
    return select(*_columns()).join(AuditUnsealed, AuditUnsealed.event_id == AuditEvent.id).order_by(AuditEvent.id)


def _columns() -> list[Any]:
    return [getattr(AuditEvent, name) for name in SEALED]


def _chain_on(head: Head, rows: Iterable[RowMapping]) -> Iterator[dict[str, Any]]:
    sequence, previous = head.sequence, head.hash
    for row in rows:
        sequence += 1
        made = event_hash(sequence, previous, row)
        yield {"sequence": sequence, "event_id": row["id"], "previous_hash": previous, "hash": made}
        previous = made


def current_head() -> Head:
    """The end of the chain as the database has it."""
    row = db.session.execute(select(AuditSeal.sequence, AuditSeal.hash).order_by(AuditSeal.sequence.desc()).limit(1))
    found = row.first()
    return Head(*found) if found else Head()


def verify_chain(anchors: Iterable[Head] = ()) -> Verified:
    """Walk the whole chain, in steps and in constant memory. `anchors` are heads that were noted elsewhere: each must
    still stand where it stood. A head with sequence 0 may stand anywhere, as when only its hash was noted."""
    result, anchors = Verified(), list(anchors)
    noted = {anchor.sequence: anchor.hash for anchor in anchors if anchor.sequence}
    anywhere = {anchor.hash for anchor in anchors if not anchor.sequence}
    for row in _walk():
        _check(result, row)
        anywhere.discard(row["hash"])
        if row["sequence"] in noted and noted.pop(row["sequence"]) != row["hash"]:
            _fault(result, "changed", row, "is not the head that was noted here: the chain was written anew")
    _check_end(result, noted, anywhere)
    outside_transaction()
    return result


def _walk() -> Iterator[RowMapping]:
    last = 0
    while True:
        statement = select(AuditSeal.sequence, AuditSeal.event_id, AuditSeal.previous_hash, AuditSeal.hash,
                           *_columns()).outerjoin(AuditEvent, AuditEvent.id == AuditSeal.event_id)
        rows = db.session.execute(statement.where(AuditSeal.sequence > last).order_by(AuditSeal.sequence)
                                  .limit(PER_STEP)).mappings().all()
        outside_transaction()
        yield from rows
        if len(rows) < PER_STEP:
            return
        last = rows[-1]["sequence"]


def _check(result: Verified, row: RowMapping) -> None:
    before, sequence = result.head, row["sequence"]
    if sequence != before.sequence + 1:
        _fault(result, "missing", row, f"stands behind number {before.sequence}: "
                                       f"{sequence - before.sequence - 1} taken out in between")
    elif row["previous_hash"] != before.hash:
        _fault(result, "reordered", row, "does not follow from the event before it")
    if row["id"] is None:
        _fault(result, "missing", row, "was deleted")
    elif event_hash(sequence, row["previous_hash"], row) != row["hash"]:
        _fault(result, "changed", row, "is not what was sealed")
    result.events += 1
    result.head = Head(sequence, row["hash"])


def _fault(result: Verified, kind: str, row: Any, message: str) -> None:
    if len(result.faults) < MOST_FAULTS:
        result.faults.append(Broken(kind, row["sequence"], row["event_id"], message))


def _check_end(result: Verified, noted: dict[int, str], anywhere: set[str]) -> None:
    end = {"sequence": result.head.sequence, "event_id": None}
    for sequence in sorted(noted):
        _fault(result, "truncated", end, f"is the end, but a head was noted at number {sequence}")
    for each in sorted(anywhere):
        _fault(result, "truncated", end, f"is the end, and the head {each} stands nowhere")
    result.waiting = db.session.scalar(select(func.count()).select_from(AuditUnsealed)) or 0
    result.waiting_since = db.session.scalar(
        select(func.min(AuditEvent.created_at)).join(AuditUnsealed, AuditUnsealed.event_id == AuditEvent.id))
    for event_id in db.session.scalars(_gone().limit(MOST_FAULTS)):
        _fault(result, "missing", {"sequence": 0, "event_id": event_id}, "was deleted before it had a place")
    for event_id in db.session.scalars(_unchained().limit(MOST_FAULTS)):
        _fault(result, "unchained", {"sequence": 0, "event_id": event_id}, "has no place and does not wait for one")


def _gone() -> Select[UUID]:
    return select(AuditUnsealed.event_id).where(~exists().where(AuditEvent.id == AuditUnsealed.event_id))


def _unchained() -> Select[UUID]:
    return select(AuditEvent.id).where(~exists().where(AuditSeal.event_id == AuditEvent.id),
                                       ~exists().where(AuditUnsealed.event_id == AuditEvent.id))


def seals_of(event_ids: Iterable[UUID]) -> dict[UUID, AuditSeal]:
    """The places of these events; those that wait for one are left out."""
    rows = db.session.scalars(select(AuditSeal).where(AuditSeal.event_id.in_(list(event_ids))))
    return {row.event_id: row for row in rows}
