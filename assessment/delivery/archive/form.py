"""The form of an archived sitting: a manifest, and parts of so many attempts each. Pure: bytes in and out.

A part is gzip (RFC 1952) over JSON Lines: an attempt a line, in the order of their ids, with its head and its events.
The manifest is JSON; it names each part with its size, SHA-256 and first and last attempt. The same events give the
same bytes. What is read is hostile until it has been checked: nothing is unpacked beyond what a part can have.
"""

import gzip
import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from assessment.delivery.eventlog import StoredEvent, check_chain

FORMAT = 1
ATTEMPTS_A_PART = 200
LARGEST_PART, LARGEST_MANIFEST = 512 * 1024 * 1024, 64 * 1024 * 1024
"""Bytes, unpacked; a part of the longest exams has a tenth of it."""


class Damaged(ValueError):
    """An archive that is not what was written: which part, and what is wrong with it."""


class Archived(NamedTuple):
    """One attempt as it is archived: its head, and every event in order."""

    attempt_id: UUID
    epoch: int
    deadline: datetime
    closed: str
    events: list[StoredEvent]


@dataclass(frozen=True)
class Part:
    """One part as the manifest has it; `size` in bytes, `first` and `last` are attempts."""

    name: str
    size: int
    sha256: str
    first: str
    last: str
    attempts: int
    events: int


@dataclass(frozen=True)
class Manifest:
    """What an archive holds; `roots` are those of the receipts that were published, by room ("" for those without)."""

    exam: str
    sitting: str
    attempts: int
    events: int
    parts: list[Part]
    roots: dict[str, str]

    def part_of(self, attempt_id: UUID) -> Part | None:
        """Where an attempt must be, if anywhere."""
        own = attempt_id.hex
        return next((part for part in self.parts if part.first <= own <= part.last), None)


def write_manifest(manifest: Manifest) -> bytes:
    """The manifest as it is stored."""
    return json.dumps({"format": FORMAT, **asdict(manifest)}, sort_keys=True, ensure_ascii=False).encode()


def read_manifest(data: bytes) -> Manifest:
    """A manifest that was stored; raises Damaged."""
    try:
        given = json.loads(data)
        if given.pop("format") != FORMAT:
            raise Damaged("manifest: it is of another format")
        return Manifest(**given | {"parts": [Part(**part) for part in given["parts"]]})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Damaged(f"manifest: it cannot be read ({type(error).__name__})") from None


def write_part(number: int, attempts: Sequence[Archived]) -> tuple[Part, bytes]:
    """A part of at least one attempt, and its bytes."""
    lines = "".join(json.dumps(_line(each), ensure_ascii=False, separators=(",", ":")) + "\n" for each in attempts)
    data = gzip.compress(lines.encode(), mtime=0)
    events = sum(len(each.events) for each in attempts)
    return Part(f"part-{number:05}.jsonl.gz", len(data), hashlib.sha256(data).hexdigest(), attempts[0].attempt_id.hex,
                attempts[-1].attempt_id.hex, len(attempts), events), data


def read_part(part: Part, data: bytes) -> list[Archived]:
    """The attempts of a part, after digest, counts and every chain were checked; raises Damaged."""
    if len(data) != part.size or hashlib.sha256(data).hexdigest() != part.sha256:
        raise Damaged(f"{part.name}: it has not the bytes that were written")
    try:
        attempts = [_attempt(json.loads(line)) for line in _unpacked(data).splitlines()]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, zlib.error) as error:
        raise Damaged(f"{part.name}: it cannot be read ({type(error).__name__})") from None
    ids = [each.attempt_id.hex for each in attempts]
    told = (part.first, part.last, part.attempts, part.events)
    if ids != sorted(set(ids)) or (ids[:1], ids[-1:]) != ([part.first], [part.last]) or told[2:] != (
            len(ids), sum(len(each.events) for each in attempts)):
        raise Damaged(f"{part.name}: it has not the attempts that the manifest names")
    for each in attempts:
        report = check_chain(each.events)
        if not report.whole:
            raise Damaged(f"{part.name}: attempt {each.attempt_id}: event {report.broken_at}: {report.problem}")
    return attempts


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    text = unpacker.decompress(data, LARGEST_PART)
    if unpacker.unconsumed_tail or not unpacker.eof or unpacker.unused_data:
        raise ValueError("it is too long")
    return text


def _line(each: Archived) -> dict[str, Any]:
    events = [[event.seq, event.epoch, event.kind, event.payload, event.client_ms, event.received_at.isoformat(),
               event.late, event.prev_hash, event.hash] for event in each.events]
    return {"attempt": str(each.attempt_id), "epoch": each.epoch, "deadline": each.deadline.isoformat(),
            "closed": each.closed, "events": events}


def _attempt(line: dict[str, Any]) -> Archived:
    attempt_id = UUID(line["attempt"])
    events = [StoredEvent(attempt_id, int(seq), int(epoch), str(kind), str(payload), int(client_ms),
                          datetime.fromisoformat(received_at), bool(late), str(prev_hash), str(digest))
              for seq, epoch, kind, payload, client_ms, received_at, late, prev_hash, digest in line["events"]]
    deadline = datetime.fromisoformat(line["deadline"])
    return Archived(attempt_id, int(line["epoch"]), deadline, str(line["closed"]), events)
