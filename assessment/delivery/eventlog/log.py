"""The event log: append, open, close and hand over attempts, read them back, re-check their chains."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Engine,
    Select,
    Table,
    and_,
    bindparam,
    case,
    create_engine,
    delete,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import InterfaceError, OperationalError

from assessment.delivery.eventlog.chain import GENESIS_PREV, ChainReport, check_chain, event_hash
from assessment.delivery.eventlog.events import (
    Ack,
    AttemptRow,
    Begun,
    Ending,
    Head,
    NewEvent,
    NewStart,
    Reached,
    Refusal,
    StoredEvent,
)
from assessment.delivery.eventlog.partitions import OWN_FROM, drop_own_partitions, give_own_partitions
from assessment.delivery.eventlog.postgres import PostgresAppender
from assessment.delivery.eventlog.sqlite import SqliteAppender
from assessment.delivery.eventlog.tables import OPEN, SUBMITTED, TIME_UP, attempt_head, create_tables, exam_event
from assessment.delivery.eventlog.writer import RETRY_SECONDS, Appender, GroupWriter
from lms.core.dialects import engine_options, write_intent
from lms.core.errors import Unavailable
from lms.core.i18n import _l

READERS = 16
CLOSING_TRIES = 5
ATTEMPTS_A_READ = 400
ATTEMPTS_A_LOOK = 2_000
ATTEMPTS_A_MOVE = 200
ATTEMPTS_A_SHUT = 1_000
WHOLE_ATTEMPTS_A_READ = 50

__all__ = ["Ack", "Begun", "Ending", "EventLog", "Head", "NewEvent", "NewStart", "Reached", "Refusal", "StoredEvent"]

STORED = tuple(exam_event.c[name] for name in StoredEvent._fields)


class EventLog:
    """The log at one address. Thread-safe; one a process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._sqlite = make_url(url).get_backend_name() == "sqlite"
        self._engine = create_engine(url, **engine_options(url, READERS))
        if self._sqlite:
            with write_intent():
                create_tables(self._engine)
        self._writer = GroupWriter(self._connect_writer)

    def _connect_writer(self) -> Appender:
        return SqliteAppender(self._url) if self._sqlite else PostgresAppender(self._url)

    @property
    def engine(self) -> Engine:
        """For reading, and for tests that damage what is stored."""
        return self._engine

    def prepare(self, sitting_id: UUID, candidates: int) -> bool:
        """Make ready for a sitting of so many, before anybody begins; whether it has partitions of its own."""
        return candidates >= OWN_FROM and give_own_partitions(self._engine, sitting_id)

    def append(self, events: Sequence[NewEvent]) -> list[Ack | Refusal]:
        """One answer an event, in order, after the commit. Raises Unavailable: the sender tries again."""
        taken = self._writer.append(events)
        return [Ack(new.seq, new.hash, one.late, one.deadline) if one else self._diagnose(new)
                for new, one in zip(events, taken, strict=True)]

    def _diagnose(self, new: NewEvent) -> Ack | Refusal:
        """Off the hot path: why the one statement took nothing."""
        head = self.find_head(new.sitting_id, new.attempt_id)
        if head is None:
            return Refusal(new.seq, "unknown", None)
        stored = self._find_event(new.sitting_id, new.attempt_id, new.seq)
        if stored is not None and stored.hash == new.hash:
            return Ack(new.seq, new.hash, stored.late, head.deadline)
        if head.closed == SUBMITTED:
            return Refusal(new.seq, "submitted", head)
        if head.epoch != new.epoch:
            return Refusal(new.seq, "other_device", head)
        return Refusal(new.seq, "gap" if new.seq > head.last_seq + 1 else "conflict", head)

    def open_attempt(self, sitting_id: UUID, attempt_id: UUID, *, deadline: datetime,
                     started_at: datetime, payload: str) -> Head:
        """Make the head and the genesis event; if the attempt is open already, return its head unchanged."""
        self.start(NewStart(sitting_id, attempt_id, deadline, started_at, payload,
                            event_hash(GENESIS_PREV, 0, payload)))
        return self.get_head(sitting_id, attempt_id)

    def start(self, new: NewStart) -> bool:
        """Begin an attempt by one append; False if it was begun before: by a second click, or by a request whose
        answer was lost. Raises Unavailable.
        """
        return self._writer.append([new])[0] is not None

    def list_begun(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> list[Begun]:
        """Those of these attempts of a sitting that have begun."""
        found: list[Begun] = []
        joined = attempt_head.join(exam_event, and_(exam_event.c.sitting_id == attempt_head.c.sitting_id,
                                                    exam_event.c.attempt_id == attempt_head.c.attempt_id))
        for start in range(0, len(attempt_ids), ATTEMPTS_A_READ):
            part = attempt_ids[start:start + ATTEMPTS_A_READ]
            statement = (select(attempt_head.c.attempt_id, exam_event.c.received_at, exam_event.c.payload,
                                attempt_head.c.deadline, attempt_head.c.epoch, attempt_head.c.closed)
                         .select_from(joined).where(attempt_head.c.sitting_id == sitting_id,
                                                    attempt_head.c.attempt_id.in_(part), exam_event.c.seq == 0))
            with self._reading() as connection:
                found += [Begun(*row._tuple()) for row in connection.execute(statement)]
        return found

    def list_reached(self, sitting_ids: Collection[UUID], attempt_ids: Sequence[UUID]) -> list[Reached]:
        """How far those of these attempts are that have begun: of several sittings by one statement, so many attempts
        at a time. The cheap look, for whoever asks whether anything happened at all.
        """
        statement = select(attempt_head.c.attempt_id, attempt_head.c.epoch, attempt_head.c.closed)
        found: list[Reached] = []
        for start in range(0, len(attempt_ids), ATTEMPTS_A_LOOK):
            with self._reading() as connection:
                found += [Reached(*row._tuple()) for row in connection.execute(statement.where(
                    attempt_head.c.sitting_id.in_(sitting_ids),
                    attempt_head.c.attempt_id.in_(attempt_ids[start:start + ATTEMPTS_A_LOOK])))]
        return found

    def shut(self, sitting_id: UUID, attempt_ids: Sequence[UUID] | None = None, *, moment: datetime) -> int:
        """From now on what comes is late in these attempts of a sitting, None for all of them; how many were open.

        Quick, for an end that many meet at once: no event is written, the one that ends each is added by
        `close_by_clock`. Some in a transaction, so that candidates save in between. No deadline opens them again.
        """
        groups: Iterable[Sequence[UUID]] = self._open_of(sitting_id) if attempt_ids is None else (
            attempt_ids[start:start + ATTEMPTS_A_SHUT] for start in range(0, len(attempt_ids), ATTEMPTS_A_SHUT))
        head, number = attempt_head.c, 0
        earlier = case((head.deadline > moment, literal(moment, head.deadline.type)), else_=head.deadline)
        for some in groups:
            with self._transaction() as connection:
                number += connection.execute(
                    update(attempt_head).where(head.sitting_id == sitting_id, head.attempt_id.in_(some),
                                               head.closed == OPEN).values(closed=TIME_UP, deadline=earlier)).rowcount
        return number

    def _open_of(self, sitting_id: UUID) -> Iterator[Sequence[UUID]]:
        head = attempt_head.c
        statement = select(head.attempt_id).where(head.sitting_id == sitting_id, head.closed == OPEN)
        statement = statement.order_by(head.attempt_id).limit(ATTEMPTS_A_SHUT)
        some: Sequence[UUID] = ()
        while True:
            with self._reading() as connection:
                some = connection.scalars(statement.where(head.attempt_id > some[-1]) if some else statement).all()
            if not some:
                return
            yield some

    def close_by_clock(self, sitting_id: UUID, attempt_ids: Sequence[UUID], *, received_at: datetime,
                       payload: str) -> dict[UUID, Ending]:
        """Close attempts whose time is up, each by one more event, all by one append; how each of them ended.

        Harmless for those that are closed already; one that still writes quicker than it is closed is not among them.
        """
        for _ in range(CLOSING_TRIES):
            running = self._list_to_close(sitting_id, attempt_ids)
            if not running:
                break
            self._writer.append([_closing(head, received_at, payload) for head in running])
        return self.list_endings(sitting_id, attempt_ids)

    def _list_to_close(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> list[Head]:
        """Those that are open, or shut without the event that ends them. Heads are read first: who is ended after that
        has moved on from the hash that his closing event would follow, so none is ended twice.
        """
        heads = [head for head in self.list_heads(sitting_id, attempt_ids) if head.closed != SUBMITTED]
        shut = [head.attempt_id for head in heads if head.closed == TIME_UP]
        ended = self.list_endings(sitting_id, shut)
        return [head for head in heads if head.attempt_id not in ended]

    def list_heads(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> list[Head]:
        """Where the logs of those of these attempts stand that were begun."""
        later = exam_event.alias()
        statement = (select(attempt_head, exam_event.c.seq, exam_event.c.hash)
                     .join_from(attempt_head, exam_event, _follows(exam_event, attempt_head))
                     .outerjoin(later, and_(_follows(later, exam_event), later.c.seq == exam_event.c.seq + 1))
                     .where(later.c.seq.is_(None)))
        return [Head(*row) for row in self._read_of(statement, attempt_head, sitting_id, attempt_ids)]

    def list_endings(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, Ending]:
        """Those of these attempts that are handed in, or closed by the clock: with the event that ended each."""
        statement = (select(exam_event.c.attempt_id, exam_event.c.kind, exam_event.c.seq, exam_event.c.hash,
                            exam_event.c.received_at)
                     .where(exam_event.c.kind.in_(("submit", "auto_submit"))).order_by(exam_event.c.seq))
        return {row[0]: Ending(*row) for row in self._read_of(statement, exam_event, sitting_id, attempt_ids)}

    def list_late(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
        """By attempt the numbers of its events that came late; who has none is not here."""
        statement = (select(exam_event.c.attempt_id, exam_event.c.seq).where(exam_event.c.late.is_(True))
                     .order_by(exam_event.c.seq))
        found: dict[UUID, list[int]] = {}
        for attempt_id, seq in self._read_of(statement, exam_event, sitting_id, attempt_ids):
            found.setdefault(attempt_id, []).append(seq)
        return found

    def _read_of(self, statement: Select[Any], table: Table, sitting_id: UUID,
                 attempt_ids: Sequence[UUID]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(attempt_ids), ATTEMPTS_A_READ):
            some = attempt_ids[start:start + ATTEMPTS_A_READ]
            with self._reading() as connection:
                found += connection.execute(statement.where(
                    table.c.sitting_id == sitting_id, table.c.attempt_id.in_(some))).all()
        return found

    def hand_over(self, sitting_id: UUID, attempt_id: UUID) -> int:
        """Raise the epoch: from now on tokens of the epoch before write nothing. The new epoch."""
        with self._transaction() as connection:
            connection.execute(update(attempt_head).where(_is(attempt_head, sitting_id, attempt_id))
                               .values(epoch=attempt_head.c.epoch + 1))
        return self.get_head(sitting_id, attempt_id).epoch

    def move_deadlines(self, deadlines: Sequence[tuple[UUID, UUID, datetime]]) -> None:
        """From now on these (sitting, attempt, deadline) hold for attempts that are open: some in a transaction, so
        that candidates save in between.
        """
        head = attempt_head.c
        statement = (update(attempt_head).values(deadline=bindparam("moved_to"))
                     .where(head.sitting_id == bindparam("of_sitting"), head.attempt_id == bindparam("of_attempt"),
                            head.closed == OPEN, head.deadline != bindparam("moved_to")))
        rows = [{"of_sitting": sitting_id, "of_attempt": attempt_id, "moved_to": deadline}
                for sitting_id, attempt_id, deadline in sorted(deadlines)]
        for start in range(0, len(rows), ATTEMPTS_A_MOVE):
            with self._transaction() as connection:
                connection.execute(statement, rows[start:start + ATTEMPTS_A_MOVE])

    def load(self, heads: Iterable[dict[str, Any]], events: Iterable[dict[str, Any]]) -> None:
        """Write whole, finished attempts at once: rows of both tables with every column. One transaction."""
        with self._transaction() as connection:
            connection.execute(insert(attempt_head), list(heads))
            connection.execute(insert(exam_event), list(events))

    def list_attempts(self, sitting_id: UUID, *, after: UUID | None = None, limit: int) -> list[AttemptRow]:
        """The attempts of a sitting that were begun, by id, so many behind one."""
        head = attempt_head.c
        further = [head.attempt_id > after] if after else []
        statement = (select(head.attempt_id, head.epoch, head.deadline, head.closed)
                     .where(head.sitting_id == sitting_id, *further).order_by(head.attempt_id).limit(limit))
        with self._reading() as connection:
            return [AttemptRow(*row._tuple()) for row in connection.execute(statement)]

    def count(self, sitting_id: UUID) -> tuple[int, int]:
        """How many attempts and events of a sitting there are."""
        with self._reading() as connection:
            attempts, events = (connection.scalar(select(func.count()).where(table.c.sitting_id == sitting_id)) or 0
                                for table in (attempt_head, exam_event))
        return attempts, events

    def remove_attempts(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> None:
        """Remove attempts that are kept in an archive, or that one is to bring back."""
        with self._transaction() as connection:
            for table in (exam_event, attempt_head):
                connection.execute(delete(table).where(table.c.sitting_id == sitting_id,
                                                       table.c.attempt_id.in_(attempt_ids)))

    def drop_sitting(self, sitting_id: UUID) -> None:
        """Remove a sitting that is kept in an archive: its partitions, or its rows in steps. Harmless when repeated."""
        try:
            if drop_own_partitions(self._engine, sitting_id):
                return
        except (OperationalError, InterfaceError) as error:
            raise _does_not_answer() from error
        while some := self.list_attempts(sitting_id, limit=ATTEMPTS_A_READ):
            self.remove_attempts(sitting_id, [each.attempt_id for each in some])

    def find_head(self, sitting_id: UUID, attempt_id: UUID) -> Head | None:
        """Where the log of an attempt stands; None if it was never opened."""
        last = (select(exam_event.c.seq, exam_event.c.hash).where(_is(exam_event, sitting_id, attempt_id))
                .order_by(exam_event.c.seq.desc()).limit(1).subquery())
        statement = (select(attempt_head, last.c.seq, last.c.hash).join_from(attempt_head, last, true())
                     .where(_is(attempt_head, sitting_id, attempt_id)))
        with self._reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else Head(*row)

    def get_head(self, sitting_id: UUID, attempt_id: UUID) -> Head:
        """Where the log of an attempt stands; raises LookupError if it was never opened."""
        head = self.find_head(sitting_id, attempt_id)
        if head is None:
            raise LookupError("the attempt has no event log")
        return head

    def list_events(self, sitting_id: UUID, attempt_id: UUID) -> list[StoredEvent]:
        """Every event of an attempt, in order."""
        statement = select(*STORED).where(_is(exam_event, sitting_id, attempt_id)).order_by(exam_event.c.seq)
        with self._reading() as connection:
            return [StoredEvent(*row._tuple()) for row in connection.execute(statement)]

    def list_events_of(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[StoredEvent]]]:
        """(attempt, its events in order) of those of these attempts that were begun, so many attempts at a time."""
        for start in range(0, len(attempt_ids), WHOLE_ATTEMPTS_A_READ):
            statement = (select(*STORED).where(
                exam_event.c.sitting_id == sitting_id,
                exam_event.c.attempt_id.in_(attempt_ids[start:start + WHOLE_ATTEMPTS_A_READ]))
                .order_by(exam_event.c.attempt_id, exam_event.c.seq))
            with self._reading() as connection:
                events = [StoredEvent(*row._tuple()) for row in connection.execute(statement)]
            yield from ((attempt_id, list(own)) for attempt_id, own in groupby(events, lambda event: event.attempt_id))

    def counted_answers(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
        """(attempt, payload) of every answer that counts, in the order of each attempt."""
        for start in range(0, len(attempt_ids), ATTEMPTS_A_READ):
            part = attempt_ids[start:start + ATTEMPTS_A_READ]
            statement = (select(exam_event.c.attempt_id, exam_event.c.payload)
                         .where(exam_event.c.sitting_id == sitting_id, exam_event.c.attempt_id.in_(part),
                                exam_event.c.kind == "answer", exam_event.c.late.is_(False))
                         .order_by(exam_event.c.attempt_id, exam_event.c.seq))
            with self._reading() as connection:
                rows = connection.execute(statement).all()
            yield from ((attempt_id, payload) for attempt_id, payload in rows)

    def attempts_with_late_answers(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these attempts that have an answer which came late."""
        found: set[UUID] = set()
        for start in range(0, len(attempt_ids), ATTEMPTS_A_READ):
            statement = select(exam_event.c.attempt_id).distinct().where(
                exam_event.c.sitting_id == sitting_id, exam_event.c.kind == "answer", exam_event.c.late.is_(True),
                exam_event.c.attempt_id.in_(attempt_ids[start:start + ATTEMPTS_A_READ]))
            with self._reading() as connection:
                found.update(connection.scalars(statement))
        return found

    def last_receipts(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
        """Of these attempts of a sitting: number and time of the last event."""
        later = exam_event.alias()
        statement = (select(exam_event.c.attempt_id, exam_event.c.seq, exam_event.c.received_at)
                     .outerjoin(later, and_(later.c.sitting_id == exam_event.c.sitting_id,
                                            later.c.attempt_id == exam_event.c.attempt_id,
                                            later.c.seq == exam_event.c.seq + 1))
                     .where(exam_event.c.sitting_id == sitting_id,
                            exam_event.c.attempt_id.in_(attempt_ids), later.c.seq.is_(None)))
        with self._reading() as connection:
            return {attempt_id: (seq, at) for attempt_id, seq, at in connection.execute(statement)}

    def verify_chain(self, sitting_id: UUID, attempt_id: UUID) -> ChainReport:
        """Recompute every hash of an attempt."""
        return check_chain(self.list_events(sitting_id, attempt_id))

    def close(self) -> None:
        """Write what waits and give the connections back."""
        self._writer.close()
        self._engine.dispose()

    def _find_event(self, sitting_id: UUID, attempt_id: UUID, seq: int) -> StoredEvent | None:
        statement = select(*STORED).where(_is(exam_event, sitting_id, attempt_id), exam_event.c.seq == seq)
        with self._reading() as connection:
            row = connection.execute(statement).first()
        return None if row is None else StoredEvent(*row._tuple())

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise _does_not_answer() from error

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with write_intent(), self._engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as error:
            raise _does_not_answer() from error


def _closing(head: Head, received_at: datetime, payload: str) -> NewEvent:
    seq = head.last_seq + 1
    return NewEvent(head.sitting_id, head.attempt_id, seq, head.epoch, "auto_submit", payload, 0, received_at,
                    head.last_hash, event_hash(head.last_hash, seq, payload))


def _follows(table: Any, other: Any) -> Any:
    return and_(table.c.sitting_id == other.c.sitting_id, table.c.attempt_id == other.c.attempt_id)


def _is(table: Any, sitting_id: UUID, attempt_id: UUID) -> Any:
    return and_(table.c.sitting_id == sitting_id, table.c.attempt_id == attempt_id)


def _does_not_answer() -> Unavailable:
    return Unavailable(_l("The exam's event log does not answer. Please try again in a moment."),
                       service="event-log", retry_after=RETRY_SECONDS)


def remaining_ms(deadline: datetime, moment: datetime) -> int:
    """Milliseconds left until the deadline; never below nought."""
    return max(0, (deadline - moment) // timedelta(milliseconds=1))
