"""The event log's writer on SQLite: its own file, one connection, one transaction for a group of events."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy.engine import make_url

from assessment.delivery.eventlog.chain import GENESIS_PREV
from assessment.delivery.eventlog.events import Appended, NewEvent, NewStart
from lms.core.dialects import prepare_sqlite

APPEND = """
INSERT INTO exam_event (sitting_id, attempt_id, seq, epoch, kind, payload, client_ms, received_at, late,
                        prev_hash, hash)
SELECT h.sitting_id, h.attempt_id, ?3, h.epoch, ?5, ?6, ?7, ?8,
       (?8 > h.deadline OR h.closed <> 'open') AND ?5 <> 'auto_submit', p.hash, ?10
FROM attempt_head h
JOIN exam_event p ON p.sitting_id = h.sitting_id AND p.attempt_id = h.attempt_id
                 AND p.seq = ?3 - 1 AND p.hash = ?9
WHERE h.sitting_id = ?1 AND h.attempt_id = ?2 AND h.epoch = ?4 AND h.closed <> 'submitted'
ON CONFLICT DO NOTHING
RETURNING late, (SELECT deadline FROM attempt_head h
                 WHERE h.sitting_id = exam_event.sitting_id AND h.attempt_id = exam_event.attempt_id)
"""
OPEN = """
INSERT INTO attempt_head (sitting_id, attempt_id, epoch, deadline, closed) VALUES (?1, ?2, 1, ?3, 'open')
ON CONFLICT DO NOTHING
"""
BEGIN = """
INSERT INTO exam_event (sitting_id, attempt_id, seq, epoch, kind, payload, client_ms, received_at, late,
                        prev_hash, hash)
VALUES (?1, ?2, 0, 1, 'started', ?3, 0, ?4, 0, ?5, ?6)
"""
CLOSE = "UPDATE attempt_head SET closed = ?3 WHERE sitting_id = ?1 AND attempt_id = ?2"
CLOSES = {"submit": "submitted", "auto_submit": "time_up"}
STORED_TIME = "%Y-%m-%d %H:%M:%S.%f"


class SqliteAppender:
    """Appends groups of events; used by one thread at a time."""

    def __init__(self, url: str) -> None:
        path = make_url(url).database or ""
        self._connection = sqlite3.connect(path, check_same_thread=False)
        prepare_sqlite(self._connection, synchronous="FULL")
        self.statements = 0
        self.commits = 0

    def append(self, events: Sequence[NewEvent | NewStart]) -> list[Appended | None]:
        """Append in order and commit once; None where the statement took nothing."""
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            taken = [self._begin(event) if isinstance(event, NewStart) else self._append_one(event) for event in events]
            run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        self.commits += 1
        return taken

    def _begin(self, start: NewStart) -> Appended | None:
        ids = (start.sitting_id.hex, start.attempt_id.hex)
        self.statements += 1
        if not self._connection.execute(OPEN, (*ids, _stored(start.deadline))).rowcount:
            return None
        self._connection.execute(BEGIN, (*ids, start.payload, _stored(start.started_at), GENESIS_PREV, start.hash))
        self.statements += 1
        return Appended(False, start.deadline)

    def _append_one(self, event: NewEvent) -> Appended | None:
        rows = self._connection.execute(APPEND, (
            event.sitting_id.hex, event.attempt_id.hex, event.seq, event.epoch, event.kind, event.payload,
            event.client_ms, _stored(event.received_at), event.prev_hash, event.hash)).fetchall()
        self.statements += 1
        if not rows:
            return None
        if event.kind in CLOSES:
            self._connection.execute(CLOSE, (event.sitting_id.hex, event.attempt_id.hex, CLOSES[event.kind]))
            self.statements += 1
        return Appended(bool(rows[0][0]), datetime.fromisoformat(rows[0][1]).replace(tzinfo=UTC))

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


def _stored(moment: datetime) -> str:
    """The text in which SQLAlchemy keeps a moment here; it sorts as time does."""
    return moment.astimezone(UTC).strftime(STORED_TIME)
