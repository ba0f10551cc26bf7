"""Files that are whole: storing a stream, signed addresses, checksums, deletion."""

import hashlib
from datetime import timedelta
from typing import IO, BinaryIO, cast
from uuid import UUID

from content_repo.files.models import StoredFile
from content_repo.files.names import clean_name
from content_repo.files.sniff import SNIFF_BYTES, UNKNOWN, sniff
from lms.core.config import settings
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import NotFound, TooLarge
from lms.core.i18n import _, _l, format_size
from lms.core.ids import new_id
from lms.core.jobs import JobFailed, RunningJob, enqueue
from lms.core.permissions import Actor, authorize
from lms.core.storage import storage

URL_LASTS = timedelta(minutes=15)
READ_BYTES = 1024 * 1024
INLINE_TYPES = frozenset({
    "application/pdf", "image/png", "image/jpeg", "image/gif", "image/webp", "video/mp4", "video/webm",
    "audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav",
})
"""Types that a browser shows without running anything of theirs; all others are only ever downloaded."""
TEXT_TYPES = frozenset({"text/vtt", "text/csv", "text/markdown", "application/x-subrip"})
"""Kinds of plain text: the bytes cannot tell them apart, so here the sender is believed."""


def file_key(file_id: UUID) -> str:
    """Where a file's bytes are kept."""
    return f"files/{file_id}/original"


def store_file(actor: Actor, stream: BinaryIO, name: str, content_type: str,
               owner: tuple[str, UUID]) -> StoredFile:
    """Store what `stream` brings, without ever holding it whole; the row is in the current transaction.

    Ends the caller's transaction first, since the store may be slow. Raises TooLarge, Unavailable.
    """
    authorize(actor, "file:upload")
    file_id = new_id()
    outside_transaction()
    head = stream.read(SNIFF_BYTES)
    passing = _Passing(head, stream, settings().max_upload_bytes)
    kind = judge_type(head, content_type)
    size = storage().put(file_key(file_id), cast(IO[bytes], passing), kind)
    row = StoredFile(id=file_id, owner_kind=owner[0], owner_id=owner[1], created_by=actor.person_id,
                     name=clean_name(name), content_type=kind, size=size, sha256=passing.digest.hexdigest(),
                     key=file_key(file_id), state="checked")
    db.session.add(row)
    db.session.flush()
    return row


def judge_type(head: bytes, declared: str) -> str:
    """The type by the first bytes; only among plain texts does the sender choose."""
    kind = sniff(head)
    return declared if kind == "text/plain" and declared in TEXT_TYPES else kind


def get_stored_file(file_id: UUID) -> StoredFile:
    """A file by its id, for a room that owns it and has decided access itself. Raises NotFound."""
    row = db.session.get(StoredFile, file_id)
    if row is None:
        raise NotFound(_("The file does not exist any more."))
    return row


def get_owned_file(file_id: UUID, owner: tuple[str, UUID]) -> StoredFile:
    """The file, if it belongs to `owner`; else NotFound. For the owner's room, which has authorised."""
    row = get_stored_file(file_id)
    if (row.owner_kind, row.owner_id) != owner:
        raise NotFound(_("The file does not exist any more."))
    return row


def file_url(file_id: UUID, *, download: bool = False, name: str | None = None) -> str:
    """A signed address for the next minutes; the caller has decided that the person may open the file.

    What a browser could run (HTML, SVG, ...) or does not know is offered as a download, whatever is asked.
    """
    row = get_stored_file(file_id)
    inline = row.content_type in INLINE_TYPES and not download
    return storage().url(
        row.key, expires=URL_LASTS, download_name=None if inline else clean_name(name or row.name),
        content_type=row.content_type if row.content_type in INLINE_TYPES else UNKNOWN)


def require_bytes(key: str) -> None:
    """Ask the store for an object before somebody is sent there, who would be met by nobody.

    Ends the caller's transaction, since the store may be slow. Raises Unavailable, NotFound.
    """
    outside_transaction()
    storage().size(key)


def delete_file(file_id: UUID) -> None:
    """Forget a file; its bytes go by a job after the commit. For the owner's room, which has authorised."""
    row = db.session.get(StoredFile, file_id)
    if row is None:
        return
    enqueue("content_repo.delete_objects", priority=80, prefix=f"files/{row.id}/")
    db.session.delete(row)
    db.session.flush()


def delete_objects(job: RunningJob, prefix: str) -> None:
    """Remove the objects under `prefix`; nothing is left to do the second time."""
    for key in list(storage().list(prefix)):
        storage().delete(key)
    job.progress(1)


def check_file(job: RunningJob, file_id: UUID) -> None:
    """Compute a file's checksum from the store, and compare with the one that is known, if any."""
    with transaction():
        row = get_stored_file(file_id)
        key, size, known = row.key, row.size, row.sha256
    try:
        read, digest = _digest(job, key, size)
    except NotFound:
        read, digest = -1, ""
    whole = read == size and known in (None, digest)
    with transaction():
        row = get_stored_file(file_id)
        row.state = "checked" if whole else "damaged"
        row.sha256 = row.sha256 or (digest if whole else None)
    if not whole:
        raise JobFailed(_l("The stored file is missing or differs from what was uploaded."))


def _digest(job: RunningJob, key: str, size: int) -> tuple[int, str]:
    digest, read = hashlib.sha256(), 0
    with storage().open(key) as stream:
        while block := stream.read(READ_BYTES):
            digest.update(block)
            read += len(block)
            job.progress(min(0.99, read / max(size, 1)), _l("Computing the checksum"))
    return read, digest.hexdigest()


class _Passing:
    """A stream that is hashed and counted as it passes, and refused beyond `limit` bytes."""

    def __init__(self, head: bytes, stream: BinaryIO, limit: int) -> None:
        self.head, self.stream, self.limit = head, stream, limit
        self.digest, self.passed = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes at most."""
        block = self.head[:size] if size >= 0 else self.head
        self.head = self.head[len(block):]
        if not block:
            block = self.stream.read(size if size >= 0 else READ_BYTES)
        self.passed += len(block)
        if self.passed > self.limit:
            raise TooLarge(_("The file is larger than %(size)s.", size=format_size(self.limit)))
        self.digest.update(block)
        return block
