"""An archived sitting in the storage: written part by part, read back, and read instead of the log."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from io import BytesIO
from uuid import UUID

from assessment.delivery.archive.form import (
    LARGEST_MANIFEST,
    Archived,
    Damaged,
    Manifest,
    Part,
    read_manifest,
    read_part,
    write_manifest,
    write_part,
)
from assessment.delivery.eventlog import ChainReport, Head, StoredEvent, check_chain
from lms.core.errors import NotFound
from lms.core.storage import storage

AREA = "exam-archives"


def write_archive(exam_id: UUID, sitting_id: UUID, groups: Iterable[Sequence[Archived]],
                  roots: dict[str, str]) -> tuple[Manifest, str]:
    """Store groups of attempts, a part each, and the manifest last; the manifest and its SHA-256 in hex."""
    parts: list[Part] = []
    for number, attempts in enumerate(groups, start=1):
        part, data = write_part(number, attempts)
        storage().put(_key(sitting_id, part.name), BytesIO(data), "application/gzip")
        parts.append(part)
    manifest = Manifest(str(exam_id), str(sitting_id), sum(part.attempts for part in parts),
                        sum(part.events for part in parts), parts, roots)
    data = write_manifest(manifest)
    storage().put(_key(sitting_id, "manifest.json"), BytesIO(data), "application/json")
    return manifest, hashlib.sha256(data).hexdigest()


def remove_archive(sitting_id: UUID) -> None:
    """Remove every object of an archive, the manifest last. Harmless when repeated."""
    keys = list(storage().list(f"{AREA}/{sitting_id.hex}/"))
    for key in sorted(keys, reverse=True):
        storage().delete(key)


class ArchivedLog:
    """Reads an archived sitting as the event log would: each answer comes from a part whose chains were checked.

    `digest` is the manifest's, as it was when it was written. Raises Damaged where the archive is not what was written.
    """

    def __init__(self, sitting_id: UUID, digest: str) -> None:
        data = _read(sitting_id, "manifest.json", LARGEST_MANIFEST)
        if hashlib.sha256(data).hexdigest() != digest:
            raise Damaged("manifest: it has not the bytes that were written")
        self.sitting_id, self.manifest = sitting_id, read_manifest(data)
        if self.manifest.sitting != str(sitting_id):
            raise Damaged("manifest: it is of another sitting")

    def read_parts(self) -> Iterator[list[Archived]]:
        """Every attempt, a part at a time."""
        for part in self.manifest.parts:
            yield self._read_part(part)

    def find_head(self, sitting_id: UUID, attempt_id: UUID) -> Head | None:
        """As `EventLog.find_head`."""
        part = self.manifest.part_of(attempt_id)
        found = next((each for each in self._read_part(part) if each.attempt_id == attempt_id), None) if part else None
        return None if found is None else Head(sitting_id, attempt_id, found.epoch, found.deadline, found.closed,
                                               found.events[-1].seq, found.events[-1].hash)

    def list_events(self, _sitting_id: UUID, attempt_id: UUID) -> list[StoredEvent]:
        """As `EventLog.list_events`."""
        return next((events for _id, events in self.list_events_of(_sitting_id, [attempt_id])), [])

    def list_events_of(self, _sitting_id: UUID,
                       attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, list[StoredEvent]]]:
        """As `EventLog.list_events_of`: each part that has some of them is read once."""
        wanted = set(attempt_ids)
        parts = {part.name: part for each in attempt_ids if (part := self.manifest.part_of(each))}
        for name in sorted(parts):
            yield from ((each.attempt_id, each.events) for each in self._read_part(parts[name])
                        if each.attempt_id in wanted)

    def counted_answers(self, _sitting_id: UUID, attempt_ids: Sequence[UUID]) -> Iterator[tuple[UUID, str]]:
        """As `EventLog.counted_answers`."""
        for attempt_id, events in self.list_events_of(_sitting_id, attempt_ids):
            yield from ((attempt_id, event.payload) for event in events if event.kind == "answer" and not event.late)

    def attempts_with_late_answers(self, _sitting_id: UUID, attempt_ids: Sequence[UUID]) -> set[UUID]:
        """As `EventLog.attempts_with_late_answers`."""
        return {attempt_id for attempt_id, events in self.list_events_of(_sitting_id, attempt_ids)
                if any(event.kind == "answer" and event.late for event in events)}

    def last_receipts(self, _sitting_id: UUID, attempt_ids: Sequence[UUID]) -> dict[UUID, tuple[int, datetime]]:
        """As `EventLog.last_receipts`."""
        return {attempt_id: (events[-1].seq, events[-1].received_at)
                for attempt_id, events in self.list_events_of(_sitting_id, attempt_ids) if events}

    def verify_chain(self, _sitting_id: UUID, attempt_id: UUID) -> ChainReport:
        """As `EventLog.verify_chain`."""
        return check_chain(self.list_events(_sitting_id, attempt_id))

    def _read_part(self, part: Part) -> list[Archived]:
        return read_part(part, _read(self.sitting_id, part.name, part.size + 1))


def _key(sitting_id: UUID, name: str) -> str:
    return f"{AREA}/{sitting_id.hex}/{name}"


def _read(sitting_id: UUID, name: str, most: int) -> bytes:
    try:
        with storage().open(_key(sitting_id, name)) as stream, closing(stream):
            return stream.read(most)
    except (NotFound, ValueError):
        raise Damaged(f"{name}: it is not in the storage") from None
