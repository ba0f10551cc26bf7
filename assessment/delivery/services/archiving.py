"""Archiving by policy: closed sittings leave the log for the storage, come back when needed, and end with their years.

Nothing leaves the log before its archive was read back whole; a try that broke off is gone on with. For jobs and the
command line: nobody's page does any of this.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import delete, func, or_, select

from assessment.delivery.archive.form import ATTEMPTS_A_PART, Archived, Damaged
from assessment.delivery.archive.store import ArchivedLog, remove_archive, write_archive
from assessment.delivery.current_log import event_log
from assessment.delivery.eventlog import check_chain
from assessment.delivery.models import Attempt, Evidence, Exam, RoomRoot, Sitting, SittingArchive
from assessment.delivery.services.archives import IN_ARCHIVE, is_held, kept_until
from assessment.delivery.services.following import bring_exam_in_step
from assessment.delivery.services.sittings import list_sittings
from lms.core import audit, clock
from lms.core.config import settings
from lms.core.db import db, transaction
from lms.core.errors import Conflict, NotFound, PlatformError
from lms.core.i18n import _
from lms.core.permissions import SYSTEM

READ_ELSEWHERE = timedelta(days=1)
"""Between the archive being read and its rows leaving the log: who began to read the log is done by then."""
RESTORED = timedelta(days=30)
"""So long a sitting that was brought back stays."""
SITTINGS_A_RUN, MOST_NAMED = 200, 20
log = structlog.get_logger(__name__)


def archive_exam(exam_id: UUID) -> list[SittingArchive]:
    """Archive every sitting of a closed exam that is not yet; raises Conflict that says why it can't be, NotFound."""
    with transaction():
        exam = db.session.get(Exam, exam_id)
        if exam is None:
            raise NotFound(_("There is no such exam."))
        bring_exam_in_step(exam_id)
        running = select(Attempt.id).where(Attempt.exam_id == exam_id, Attempt.state == "in_progress").limit(1)
        if exam.state != "closed" or db.session.scalar(running) is not None:
            raise Conflict(_("This exam is not closed yet."))
        if is_held(exam_id):
            raise Conflict(_("Somebody asked to look again at an answer of this exam: it stays until that is done."))
        sittings = [each.id for each in list_sittings(exam_id)]
    return [_archive(exam_id, sitting_id) for sitting_id in sittings]


def _archive(exam_id: UUID, sitting_id: UUID) -> SittingArchive:
    there = db.session.get(SittingArchive, sitting_id)
    if there is not None and there.state != "restored":
        return there
    roots = db.session.execute(select(RoomRoot.room_id, RoomRoot.root).where(RoomRoot.sitting_id == sitting_id)).all()
    manifest, digest = write_archive(exam_id, sitting_id, _read_log(sitting_id),
                                     {str(room_id or ""): root for room_id, root in roots})
    _read_back(sitting_id, digest)
    with transaction():
        if event_log().count(sitting_id) != (manifest.attempts, manifest.events):
            raise Conflict(_("Something was written while the exam was archived: try again."))
        archive = db.session.get(SittingArchive, sitting_id) or SittingArchive(sitting_id=sitting_id)
        archive.state, archive.digest, archive.written_at = "written", digest, clock.now()
        archive.attempts, archive.events = manifest.attempts, manifest.events
        archive.size = sum(part.size for part in manifest.parts)
        db.session.add(archive)
        audit.record(SYSTEM, "exam:archive", ("exam", exam_id), attempts=manifest.attempts, events=manifest.events)
    return archive


def _read_log(sitting_id: UUID) -> Iterator[list[Archived]]:
    """All attempts of a sitting, a part's worth at a time; raises Conflict naming those whose chain is broken."""
    last: UUID | None = None
    while rows := event_log().list_attempts(sitting_id, after=last, limit=ATTEMPTS_A_PART):
        events = dict(event_log().list_events_of(sitting_id, [row.attempt_id for row in rows]))
        group = [Archived(*row, events.get(row.attempt_id, [])) for row in rows]
        broken = [each.attempt_id for each in group if not each.events or not check_chain(each.events).whole]
        if broken:
            raise Conflict(_("The chains of these attempts are broken, nothing was archived: %(attempts)s",
                             attempts=", ".join(map(str, broken[:MOST_NAMED]))))
        yield group
        last = rows[-1].attempt_id


def _read_back(sitting_id: UUID, digest: str) -> tuple[int, int]:
    """Read every part of an archive and re-check its chains: how many attempts and events. Raises Conflict."""
    attempts = events = 0
    try:
        for group in ArchivedLog(sitting_id, digest).read_parts():
            attempts += len(group)
            events += sum(len(each.events) for each in group)
    except Damaged as error:
        raise Conflict(_("The archive of sitting %(sitting)s is damaged: %(problem)s", sitting=str(sitting_id),
                         problem=str(error))) from None
    return attempts, events


def verify_archives(exam_id: UUID) -> list[tuple[SittingArchive, int, int]]:
    """Read back every archive of an exam: (archive, attempts, events). Raises Conflict naming what is damaged."""
    return [(each, *_read_back(each.sitting_id, each.digest)) for each in _archives_of(exam_id, *IN_ARCHIVE)]


def _archives_of(exam_id: UUID, *states: str) -> Sequence[SittingArchive]:
    return db.session.scalars(select(SittingArchive).join(Sitting, Sitting.id == SittingArchive.sitting_id).where(
        Sitting.exam_id == exam_id, SittingArchive.state.in_(states)).order_by(SittingArchive.sitting_id)).all()


def empty_log(*, at_once: bool = False) -> int:
    """Let the rows of sittings leave the log that were read from their archive for a day, or `at_once`; how many."""
    until = clock.now() if at_once else clock.now() - READ_ELSEWHERE
    waiting = db.session.scalars(select(SittingArchive.sitting_id).where(or_(
        SittingArchive.state == "dropping", (SittingArchive.state == "written") & (SittingArchive.written_at <= until)))
        .order_by(SittingArchive.written_at).limit(SITTINGS_A_RUN)).all()
    db.session.rollback()
    return sum(_try("exam_log_not_emptied", sitting_id, _drop) for sitting_id in waiting)


def _drop(sitting_id: UUID) -> bool:
    _read_back(sitting_id, db.session.get_one(SittingArchive, sitting_id).digest)
    db.session.rollback()
    with transaction():
        archive = db.session.get_one(SittingArchive, sitting_id, with_for_update=True)
        if archive.state == "written" and event_log().count(sitting_id) != (archive.attempts, archive.events):
            db.session.delete(archive)  # something came since: it is archived anew
            return False
        archive.state = "dropping"  # from here on a count says nothing: some rows may be gone
    event_log().drop_sitting(sitting_id)
    _set(sitting_id, state="archived", dropped_at=clock.now())
    return True


def _set(sitting_id: UUID, **values: Any) -> None:
    with transaction():
        archive = db.session.get_one(SittingArchive, sitting_id, with_for_update=True)
        for name, value in values.items():
            setattr(archive, name, value)


def restore_exam(exam_id: UUID) -> int:
    """Bring the sittings of an exam back into the log, where they stay for RESTORED; how many attempts.

    Raises Conflict where the archive is damaged: then nothing is changed.
    """
    archives = [(each.sitting_id, each.digest, each.state) for each in _archives_of(exam_id, *IN_ARCHIVE)]
    for sitting_id, digest, _state in archives:
        _read_back(sitting_id, digest)
    back = 0
    for sitting_id, digest, state in archives:
        if state != "written":
            back += _load(sitting_id, digest)
        _set(sitting_id, state="restored", restored_at=clock.now())
        with transaction():
            audit.record(SYSTEM, "exam:restore", ("exam", exam_id), sitting=str(sitting_id))
    return back


def _load(sitting_id: UUID, digest: str) -> int:
    archived, loaded = ArchivedLog(sitting_id, digest), 0
    event_log().prepare(sitting_id, archived.manifest.attempts)
    for group in archived.read_parts():
        event_log().remove_attempts(sitting_id, [each.attempt_id for each in group])  # a try that broke off
        event_log().load(
            [{"sitting_id": sitting_id, "attempt_id": each.attempt_id, "epoch": each.epoch, "deadline": each.deadline,
              "closed": each.closed} for each in group],
            [{"sitting_id": sitting_id, **event._asdict()} for each in group for event in each.events])
        loaded += len(group)
    return loaded


def archive_due() -> int:
    """Archive the exams that have been over for LMS_ARCHIVE_AFTER_DAYS; how many. One that can't be is told in the
    operators' log and tried again the next time.
    """
    days = settings().archive_after_days
    if days <= 0:
        return 0
    over = select(Sitting.exam_id).group_by(Sitting.exam_id).having(
        func.max(Sitting.closes_at) < clock.now() - timedelta(days=days))
    here = select(Sitting.exam_id).outerjoin(SittingArchive, SittingArchive.sitting_id == Sitting.id).where(or_(
        SittingArchive.sitting_id.is_(None),
        (SittingArchive.state == "restored") & (SittingArchive.restored_at < clock.now() - RESTORED)))
    due = db.session.scalars(select(Exam.id).where(Exam.state == "closed", Exam.id.in_(over), Exam.id.in_(here))
                             .order_by(Exam.id).limit(SITTINGS_A_RUN)).all()
    db.session.rollback()
    return sum(_try("exam_not_archived", exam_id, archive_exam) for exam_id in due)


def _try(event: str, subject_id: UUID, act: Any) -> bool:
    try:
        return bool(act(subject_id))
    except PlatformError as error:
        db.session.rollback()
        log.warning(event, subject=str(subject_id), reason=str(error.message))
        return False


def list_outlived(moment: datetime) -> list[tuple[UUID, UUID]]:
    """(exam, sitting) whose answers have been kept for their years, and which nobody has work with."""
    if settings().answers_kept_years <= 0:
        return []
    rows = db.session.scalars(select(Sitting).join(SittingArchive, SittingArchive.sitting_id == Sitting.id).where(
        SittingArchive.state == "archived").order_by(Sitting.closes_at).limit(SITTINGS_A_RUN)).all()
    return [(each.exam_id, each.id) for each in rows
            if (until := kept_until(each)) is not None and until < moment and not is_held(each.exam_id)]


def apply_retention() -> int:
    """Remove the answers, and what browsers told, of sittings whose years are over; how many. Marks, receipts and roots
    stay, and a line in the audit.
    """
    outlived = list_outlived(clock.now())
    for exam_id, sitting_id in outlived:
        with transaction():
            archive = db.session.get_one(SittingArchive, sitting_id, with_for_update=True)
            archive.state, archive.removed_at = "removed", clock.now()
            db.session.execute(delete(Evidence).where(Evidence.sitting_id == sitting_id))
            audit.record(SYSTEM, "exam:forget", ("exam", exam_id), sitting=str(sitting_id), attempts=archive.attempts,
                         events=archive.events)
        remove_archive(sitting_id)
    _sweep_removed()
    return len(outlived)


def _sweep_removed() -> None:
    """Objects that a run left behind which broke off between its word and its deed."""
    recent = clock.now() - timedelta(days=7)
    for sitting_id in db.session.scalars(select(SittingArchive.sitting_id).where(
            SittingArchive.state == "removed", SittingArchive.removed_at > recent).limit(SITTINGS_A_RUN)):
        remove_archive(sitting_id)
