"""Group commit: one writer a process takes what all requests have queued, writes it at once, then answers.

A request waits only for the commit that makes its own event true. The queue is bounded: when the disk cannot
keep up, the candidate's page is told to try again rather than left waiting.
"""

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import Protocol

import structlog
from prometheus_client import Counter

from assessment.delivery.eventlog.events import Appended, NewEvent, NewStart
from lms.core.errors import Unavailable
from lms.core.i18n import _l

MAX_WAITING = 4_000
MAX_GROUP = 256
WAIT_SECONDS = 6.0
RETRY_SECONDS = 2

APPENDS = Counter("lms_exam_event_appends", "Exam events that the log has taken")
STATEMENTS = Counter("lms_exam_event_statements", "SQL statements of the exam event log's writer")
COMMITS = Counter("lms_exam_event_commits", "Commits of the exam event log's writer")
log = structlog.get_logger(__name__)


class Appender(Protocol):
    """One dialect's way to write a group of events."""

    statements: int
    commits: int

    def append(self, events: Sequence[NewEvent | NewStart]) -> list[Appended | None]:
        """Write in order and commit; None where the statement took nothing."""

    def close(self) -> None:
        """Give the connection back."""


class _Ticket:
    """One request's events, and the place where it waits for them."""

    __slots__ = ("done", "events", "failure", "taken")

    def __init__(self, events: Sequence[NewEvent | NewStart]) -> None:
        self.events = events
        self.taken: list[Appended | None] = []
        self.failure: BaseException | None = None
        self.done = threading.Lock()
        self.done.acquire()


class GroupWriter:
    """Runs one thread that appends the events of many requests in one transaction."""

    def __init__(self, connect: Callable[[], Appender]) -> None:
        self._connect = connect
        self._appender: Appender | None = None
        self._waiting: SimpleQueue[_Ticket | None] = SimpleQueue()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def append(self, events: Sequence[NewEvent | NewStart]) -> list[Appended | None]:
        """Wait until `events` are on disk; None where one was not taken. Raises Unavailable."""
        if self._stopping or self._waiting.qsize() >= MAX_WAITING:
            raise cannot_save()
        if self._thread is None:
            self._run_thread()
        ticket = _Ticket(events)
        self._waiting.put(ticket)
        if not ticket.done.acquire(timeout=WAIT_SECONDS):
            raise cannot_save()
        if ticket.failure is not None:
            raise cannot_save() from ticket.failure
        return ticket.taken

    def close(self) -> None:
        """Write what waits, then stop."""
        self._stopping = True
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join(WAIT_SECONDS)

    def _run_thread(self) -> None:
        with self._start:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="exam-event-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while group := self._next_group():
            self._write(group)
        self._disconnect()

    def _next_group(self) -> list[_Ticket]:
        """All that waits now, up to a limit; empty when it is time to stop."""
        first = self._waiting.get()
        if first is None:
            return []
        group, size = [first], len(first.events)
        while size < MAX_GROUP and (ticket := self._next_now()) is not None:
            group.append(ticket)
            size += len(ticket.events)
        return group

    def _next_now(self) -> _Ticket | None:
        try:
            ticket = self._waiting.get_nowait()
        except Empty:
            return None
        if ticket is None:
            self._waiting.put(None)  # the end is seen once this group is written
        return ticket

    def _write(self, group: list[_Ticket]) -> None:
        try:
            self._append_together(group)
        except Exception as error:  # whatever went wrong, nobody may be left waiting
            log.warning("exam_event_group_failed", error=type(error).__name__, tickets=len(group))
            self._append_apart(group, self._let_go(error))
        finally:
            for ticket in group:
                ticket.done.release()

    def _append_together(self, group: list[_Ticket]) -> None:
        if self._appender is None:
            self._appender = self._connect()
        appender = self._appender
        statements, commits = appender.statements, appender.commits
        taken = appender.append([event for ticket in group for event in ticket.events])
        start = 0
        for ticket in group:
            ticket.taken = taken[start:start + len(ticket.events)]
            start += len(ticket.events)
        APPENDS.inc(len(taken) - taken.count(None))
        STATEMENTS.inc(appender.statements - statements)
        COMMITS.inc(appender.commits - commits)

    def _append_apart(self, group: list[_Ticket], error: Exception) -> None:
        """Once more, one by one and over a new connection: the old one may have died while nobody wrote, and
        one bad event must not take the others with it. A dead database refuses them all at once.

        What was on disk already is not written twice: the statement takes it for the repetition that it is.
        """
        for ticket in group:
            if isinstance(error, ConnectionError):
                ticket.failure = error
                continue
            try:
                self._append_together([ticket])
            except Exception as own:
                ticket.failure = own
                error = self._let_go(own)

    def _let_go(self, error: Exception) -> Exception:
        """Drop the connection after an error. Where there was none, the database itself does not answer."""
        if self._appender is None:
            return ConnectionError(f"the event log's database does not answer: {type(error).__name__}")
        self._disconnect()
        return error

    def _disconnect(self) -> None:
        appender, self._appender = self._appender, None
        if appender is not None:
            try:
                appender.close()
            except Exception as error:
                log.warning("exam_event_close_failed", error=type(error).__name__)


def cannot_save() -> Unavailable:
    """What a candidate is told while the log takes nothing."""
    message = _l("Answers cannot be saved at this moment. Yours is kept in the page and sent again.")
    return Unavailable(message, service="event-log", retry_after=RETRY_SECONDS)
