"""The event log's writer on PostgreSQL: a group of events is one statement and one round trip.

Events of the same attempt go in waves: each must see the one before it. Every wave commits by itself; the
caller is told after the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy.engine import make_url

from assessment.delivery.eventlog.chain import GENESIS_PREV
from assessment.delivery.eventlog.events import Appended, NewEvent, NewStart
from lms.core.dialects import POSTGRES_LINE

COLUMNS = ("sitting_id::uuid", "attempt_id::uuid", "seq::int", "epoch::int", "kind::text", "payload::text",
           "client_ms::bigint", "received_at::timestamptz", "prev_hash::text", "hash::text")
APPEND = f"""
WITH incoming AS (
    SELECT * FROM unnest({", ".join(f"%s::{column.split('::')[1]}[]" for column in COLUMNS)})
        AS i({", ".join(column.split("::")[0] for column in COLUMNS)})
), appended AS (
    INSERT INTO exam_event (sitting_id, attempt_id, seq, epoch, kind, payload, client_ms, received_at, late,
                            prev_hash, hash)
    SELECT h.sitting_id, h.attempt_id, i.seq, h.epoch, i.kind, i.payload, i.client_ms, i.received_at,
           (i.received_at > h.deadline OR h.closed <> 'open') AND i.kind <> 'auto_submit', p.hash, i.hash
    FROM incoming i
    JOIN attempt_head h ON h.sitting_id = i.sitting_id AND h.attempt_id = i.attempt_id
    JOIN exam_event p ON p.sitting_id = i.sitting_id AND p.attempt_id = i.attempt_id
                     AND p.seq = i.seq - 1 AND p.hash = i.prev_hash
    WHERE h.epoch = i.epoch AND h.closed <> 'submitted'
    ON CONFLICT DO NOTHING
    RETURNING sitting_id, attempt_id, seq, kind, late
), closing AS (
    UPDATE attempt_head h SET closed = CASE a.kind WHEN 'submit' THEN 'submitted' ELSE 'time_up' END
    FROM appended a
    WHERE a.kind IN ('submit', 'auto_submit') AND h.sitting_id = a.sitting_id AND h.attempt_id = a.attempt_id
)
SELECT a.attempt_id, a.seq, a.late, h.deadline
FROM appended a JOIN attempt_head h ON h.sitting_id = a.sitting_id AND h.attempt_id = a.attempt_id
"""  # noqa: S608  built from the constants above
START = f"""
WITH incoming AS (
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[])
        AS i(sitting_id, attempt_id, deadline, started_at, payload, hash)
), opened AS (
    INSERT INTO attempt_head (sitting_id, attempt_id, epoch, deadline, closed)
    SELECT sitting_id, attempt_id, 1, deadline, 'open' FROM incoming
    ON CONFLICT DO NOTHING
    RETURNING sitting_id, attempt_id
), begun AS (
    INSERT INTO exam_event (sitting_id, attempt_id, seq, epoch, kind, payload, client_ms, received_at, late,
                            prev_hash, hash)
    SELECT i.sitting_id, i.attempt_id, 0, 1, 'started', i.payload, 0, i.started_at, false, '{GENESIS_PREV}', i.hash
    FROM incoming i JOIN opened o ON o.sitting_id = i.sitting_id AND o.attempt_id = i.attempt_id
)
SELECT attempt_id FROM opened
"""  # noqa: S608  built from a constant
PAYLOAD, RECEIVED_AT = (NewEvent._fields.index(name) for name in ("payload", "received_at"))
# Every join is by primary key. A table that was never analysed must not tempt the planner into reading it
# whole, nor must the plan be made anew for each group.
SESSION = ("SET enable_hashjoin = off", "SET enable_mergejoin = off", "SET enable_seqscan = off",
           "SET plan_cache_mode = force_generic_plan", "SET jit = off", "SET synchronous_commit = on",
           "SET statement_timeout = '10s'", "SET timezone = 'UTC'")


class PostgresAppender:
    """Appends groups of events; used by one thread at a time."""

    def __init__(self, url: str) -> None:
        self._connection = _connect(url)
        self.statements = 0
        self.commits = 0

    def append(self, events: Sequence[NewEvent | NewStart]) -> list[Appended | None]:
        """Append, starts first, the rest wave by wave; None where a statement took nothing."""
        starts = {event.attempt_id: event for event in reversed(events) if isinstance(event, NewStart)}
        begun = self._begin(list(starts.values())) if starts else set()
        taken: dict[tuple[UUID, int, str], Appended] = {}
        for wave in _waves([event for event in events if isinstance(event, NewEvent)]):
            self._append_wave(wave, taken)
        return [_begun(event, starts, begun) if isinstance(event, NewStart)
                else taken.get((event.attempt_id, event.seq, event.hash)) for event in events]

    def _begin(self, starts: list[NewStart]) -> set[UUID]:
        rows = self._connection.execute(START, _start_columns(starts), prepare=True).fetchall()
        self.statements += 1
        self.commits += 1
        return {attempt_id for attempt_id, in rows}

    def _append_wave(self, wave: list[NewEvent], taken: dict[tuple[UUID, int, str], Appended]) -> None:
        rows = self._connection.execute(APPEND, _columns(wave), prepare=True).fetchall()
        self.statements += 1
        self.commits += 1
        hashes = {event.attempt_id: event.hash for event in wave}
        for attempt_id, seq, late, deadline in rows:
            taken[attempt_id, seq, hashes[attempt_id]] = Appended(late, deadline)

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()


def _connect(url: str) -> psycopg.Connection[Any]:
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(address, autocommit=True, **POSTGRES_LINE)
    for statement in SESSION:
        connection.execute(statement.encode())
    return connection


def _columns(events: Sequence[NewEvent]) -> list[str]:
    """Every column of these events as the text of an array: the driver's way with lists costs seven times that."""
    columns = list(zip(*events, strict=True))
    columns[PAYLOAD] = tuple(_quoted(payload) for payload in columns[PAYLOAD])
    columns[RECEIVED_AT] = tuple(moment.isoformat() for moment in columns[RECEIVED_AT])
    return ["{" + ",".join(map(str, column)) + "}" for column in columns]


def _start_columns(starts: Sequence[NewStart]) -> list[str]:
    rows = [(start.sitting_id, start.attempt_id, start.deadline.isoformat(), start.started_at.isoformat(),
             _quoted(start.payload), start.hash) for start in starts]
    return ["{" + ",".join(map(str, column)) + "}" for column in zip(*rows, strict=True)]


def _begun(event: NewStart, starts: Mapping[UUID, NewStart], begun: set[UUID]) -> Appended | None:
    """Of two clicks that came together the first has begun it."""
    is_first = starts[event.attempt_id] is event and event.attempt_id in begun
    return Appended(False, event.deadline) if is_first else None


def _quoted(text: str) -> str:
    """A text as an element of an array (PostgreSQL 15 documentation, 8.15.6)."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _waves(events: Sequence[NewEvent]) -> Iterator[list[NewEvent]]:
    """Groups in which every attempt stands at most once, in the order of arrival."""
    waves: list[list[NewEvent]] = []
    depth: dict[UUID, int] = {}
    for event in events:
        level = depth.get(event.attempt_id, 0)
        depth[event.attempt_id] = level + 1
        if level == len(waves):
            waves.append([])
        waves[level].append(event)
    yield from waves
