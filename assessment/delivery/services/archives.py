"""Where the events of a sitting are: in the log, in an archive, or removed when the years for which they are kept were
over. Who reads the answers of an exam that may be over long since asks here.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy import select

from assessment.delivery.archive.form import Damaged
from assessment.delivery.archive.store import ArchivedLog
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import ChainReport, Head, StoredEvent
from assessment.delivery.models import Attempt, Sitting, SittingArchive
from lms.core.config import settings
from lms.core.db import db
from lms.core.errors import Conflict, Unavailable
from lms.core.i18n import _

IN_ARCHIVE = ("written", "dropping", "archived")
"""States in which the archive is read: before its rows leave the log nobody reads them any more."""
DAYS_A_YEAR = 365.25

_holds: list[Callable[[UUID], bool]] = []


class ReadableLog(Protocol):
    """What can be asked of a sitting that is over, wherever its events are."""

    def find_head(self, sitting_id: UUID, attempt_id: UUID) -> Head | None:
        """Where the events of an attempt end; None if it was never begun."""

    def list_events(self, sitting_id: UUID, attempt_id: UUID) -> list[StoredEvent]:
        """Every event of an attempt, in order."""

    def list_events_of(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[StoredEvent]]]:
        """(attempt, its events in order) of those of these attempts that were begun."""

    def counted_answers(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
        """(attempt, payload) of every answer that came in time, in the order of each attempt."""

    def attempts_with_late_answers(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> set[UUID]:
        """Those of these attempts that have an answer which came late."""

    def last_receipts(self, sitting_id: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
        """Of these attempts: number and time of the last event."""

    def verify_chain(self, sitting_id: UUID, attempt_id: UUID) -> ChainReport:
        """Recompute every hash of an attempt."""


@dataclass(frozen=True)
class Whereabouts:
    """What a page says of the answers of a sitting: archived when, kept until when (None: for ever), removed when."""

    sitting: Sitting
    archived_at: datetime | None
    kept_until: datetime | None
    removed_at: datetime | None


def hold_while(holds: Callable[[UUID], bool]) -> None:
    """Archive and remove nothing of an exam as long as this says so of its id: a room above has work with it."""
    if holds not in _holds:
        _holds.append(holds)


def is_held(exam_id: UUID) -> bool:
    """Whether somebody has work with the answers of an exam. Internal: no actor."""
    return any(holds(exam_id) for holds in _holds)


def log_of(sitting_id: UUID) -> ReadableLog:
    """Where to read the events of a sitting. Internal: the caller has decided access.

    Raises Conflict where they were removed, Unavailable where the archive is damaged.
    """
    found = find_log(sitting_id)
    if found is None:
        raise Conflict(_("The answers of this exam were removed when the time for which they are kept was over."))
    return found


def find_log(sitting_id: UUID) -> ReadableLog | None:
    """As `log_of`, None where they were removed: for pages that show what else there is."""
    archive = db.session.get(SittingArchive, sitting_id)
    if archive is None or archive.state == "restored":
        return event_log()
    return None if archive.state == "removed" else _open(archive)


def _open(archive: SittingArchive) -> ArchivedLog:
    try:
        return ArchivedLog(archive.sitting_id, archive.digest)
    except Damaged:
        raise Unavailable(_("The archive of this exam is damaged: an administrator has to see to it."),
                          service="exam-archive") from None


def need_in_log(sitting_id: UUID) -> None:
    """Raise Conflict where something is to be written to a sitting that is archived."""
    archive = db.session.get(SittingArchive, sitting_id)
    if archive is not None and archive.state != "restored":
        raise Conflict(_("The answers of this exam are archived: an administrator has to bring them back first."))


def answers_removed(attempt_id: UUID) -> bool:
    """Whether the answers of an attempt were removed by policy. Internal, for marking: no actor."""
    state = db.session.scalar(select(SittingArchive.state).join(
        Attempt, Attempt.sitting_id == SittingArchive.sitting_id).where(Attempt.id == attempt_id))
    return state == "removed"


def list_whereabouts(exam_id: UUID) -> list[Whereabouts]:
    """The archived sittings of an exam. Internal: the caller has decided access."""
    rows = db.session.execute(select(Sitting, SittingArchive).join(
        SittingArchive, SittingArchive.sitting_id == Sitting.id).where(
        Sitting.exam_id == exam_id, SittingArchive.state != "restored").order_by(Sitting.opens_at)).tuples()
    return [Whereabouts(sitting, archive.written_at, kept_until(sitting), archive.removed_at)
            for sitting, archive in rows]


def kept_until(sitting: Sitting) -> datetime | None:
    """When the answers of a sitting are removed by policy; None where they are kept for ever."""
    years = settings().answers_kept_years
    return sitting.closes_at + timedelta(days=years * DAYS_A_YEAR) if years > 0 else None
