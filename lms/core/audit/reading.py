"""How the audit is read: by what is asked for, newest first, a slice at a time and never counted.

The log grows to hundreds of millions of events. A slice begins where the one before ended, so every slice costs the
same; each filter has an index that ends in the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, literal, select, true, tuple_

from lms.core.audit.events import AuditEvent
from lms.core.db import db
from lms.core.permissions import Actor, authorize, visible

PER_SLICE = 50
PER_STEP = 500
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_DIGITS = 18


@dataclass(frozen=True)
class Cursor:
    """The last event that was seen."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.id.hex}"


def read_cursor(told: str) -> Cursor:
    """The cursor of an address; raises ValueError."""
    micros, _dash, hexadecimal = told.partition("-")
    if not (micros.isascii() and micros.isdigit() and len(micros) < MOST_DIGITS):
        raise ValueError(told)
    return Cursor(EPOCH + int(micros) * MICROSECOND, UUID(hexadecimal))


@dataclass(frozen=True)
class EventFilter:
    """What is asked for; empty fields ask nothing. `until` is not included.

    `organisations` are ids, or a statement of ids. Ids where they are few: the database then takes the index of the
    organisation, and does not walk along the time until it has met enough events of a quiet school.
    """

    actor_id: UUID | None = None
    actions: tuple[str, ...] = ()
    subject_kind: str = ""
    subject_id: str = ""
    organisations: Select[Any] | tuple[UUID, ...] | None = None
    refused_only: bool = False
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Slice:
    """Some events, and where the next slice begins: None at the end."""

    items: list[AuditEvent]
    following: Cursor | None


def list_events(actor: Actor, wanted: EventFilter | None = None, *, after: Cursor | None = None,
                limit: int = PER_SLICE) -> Slice:
    """Events that `actor` may read, newest first, behind the cursor `after`."""
    authorize(actor, "audit:open")
    statement = _wanted(actor, wanted or EventFilter(), after).limit(limit + 1)
    found = list(db.session.scalars(statement))
    more = len(found) > limit
    found = found[:limit]
    return Slice(found, Cursor(found[-1].created_at, found[-1].id) if more else None)


def walk_events(actor: Actor, wanted: EventFilter) -> Iterator[list[AuditEvent]]:
    """All of them, newest first, in steps that hold no transaction between them: for an export of any length."""
    authorize(actor, "audit:export")
    return _steps(actor, wanted)


def _steps(actor: Actor, wanted: EventFilter) -> Iterator[list[AuditEvent]]:
    after: Cursor | None = None
    while True:
        step = list_events(actor, wanted, after=after, limit=PER_STEP)
        db.session.expunge_all()
        db.session.rollback()
        yield step.items
        if step.following is None:
            return
        after = step.following


def _wanted(actor: Actor, wanted: EventFilter, after: Cursor | None) -> Select[AuditEvent]:
    statement = select(AuditEvent).where(visible(actor, "audit:read", AuditEvent), *_conditions(wanted))
    if after is not None:
        statement = statement.where(tuple_(AuditEvent.created_at, AuditEvent.id) < _place(after))
    return statement.order_by(AuditEvent.created_at.desc(), AuditEvent.id.desc())


def _place(cursor: Cursor) -> Any:
    return tuple_(literal(cursor.at, AuditEvent.created_at.type), literal(cursor.id, AuditEvent.id.type))


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    equal = {AuditEvent.actor_id: wanted.actor_id, AuditEvent.subject_kind: wanted.subject_kind,
             AuditEvent.subject_id: wanted.subject_id}
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal.items() if value]
    if wanted.actions:
        conditions.append(AuditEvent.action.in_(wanted.actions))
    if wanted.refused_only:
        conditions.append(AuditEvent.refused == true())
    if wanted.since:
        conditions.append(AuditEvent.created_at >= wanted.since)
    if wanted.until:
        conditions.append(AuditEvent.created_at < wanted.until)
    if wanted.organisations is not None:
        conditions.append(AuditEvent.organisation_id.in_(wanted.organisations))
    return conditions
