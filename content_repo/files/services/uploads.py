"""Uploads that arrive in pieces and survive a broken line, a reload and a restart of the server.

Every piece that the store has acknowledged is a row, so the offset is always true. The file that an upload
becomes has the upload's id.
"""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import IO
from uuid import UUID

from sqlalchemy import CursorResult, delete, func, select, update

from content_repo.files.models import StoredFile, Upload, UploadPart
from content_repo.files.names import clean_name
from content_repo.files.services.store import file_key, judge_type
from content_repo.files.sniff import SNIFF_BYTES, UNKNOWN
from lms.core import clock
from lms.core.config import settings
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Conflict, Invalid, NotFound, TooLarge, TooMany
from lms.core.i18n import _, format_size
from lms.core.ids import new_id
from lms.core.jobs import RunningJob, enqueue
from lms.core.permissions import Actor, authorize
from lms.core.storage import SMALLEST_PART, storage

PART_BYTES = 8 * 1024 * 1024
UPLOAD_LASTS = timedelta(days=7)
MOST_OPEN = 20
"""Unfinished uploads of one person."""


def start_upload(actor: Actor, *, name: str, size: int, owner: tuple[str, UUID]) -> Upload:
    """Begin a file of `size` bytes that shall belong to `owner`, whose room decides later.

    Raises TooLarge, TooMany, Unavailable.
    """
    authorize(actor, "file:upload")
    return accept_upload(actor.id, name=name, size=size, owner=owner)


def accept_upload(person_id: UUID, *, name: str, size: int, owner: tuple[str, UUID]) -> Upload:
    """As `start_upload`, for a room that has decided itself that this person may send it: no actor."""
    _check_size(person_id, size)
    upload_id = new_id()
    key = file_key(upload_id)
    outside_transaction()
    storage_id = storage().begin(key, UNKNOWN)
    row = Upload(id=upload_id, person_id=person_id, owner_kind=owner[0], owner_id=owner[1], size=size,
                 name=clean_name(name), key=key, storage_id=storage_id, expires_at=clock.now() + UPLOAD_LASTS)
    db.session.add(row)
    db.session.flush()
    if size == 0:
        _complete(upload_id, key, storage_id, "")
    return row


def find_owned_upload(upload_id: UUID, owner: tuple[str, UUID]) -> Upload | None:
    """The upload if it shall belong to `owner`, else None. For the owner's room, which has authorised: no actor."""
    row = db.session.get(Upload, upload_id)
    return row if row is not None and (row.owner_kind, row.owner_id) == owner else None


def count_owned_uploads(owner: tuple[str, UUID]) -> int:
    """How many uploads of the last days are for `owner`. For the owner's room: no actor."""
    mine = select(func.count()).where(Upload.owner_kind == owner[0], Upload.owner_id == owner[1])
    return db.session.scalar(mine) or 0


def _check_size(person_id: UUID, size: int) -> None:
    limit = settings().max_upload_bytes
    if size > limit:
        raise TooLarge(_("The file is larger than %(size)s.", size=format_size(limit)))
    mine = select(func.count()).where(Upload.person_id == person_id, Upload.state == "open",
                                      Upload.expires_at > clock.now())
    if (db.session.scalar(mine) or 0) >= MOST_OPEN:
        raise TooMany(_("You have too many unfinished uploads. Finish or cancel one first."))


def get_upload(actor: Actor, upload_id: UUID) -> Upload:
    """One's own upload; NotFound if it is gone or given up."""
    row = db.session.get(Upload, upload_id)
    if row is None or row.state == "abandoned":
        raise NotFound(_("This upload does not exist any more."))
    authorize(actor, "upload:write", row)
    return row


def count_offset(actor: Actor, upload_id: UUID) -> Upload:
    """The upload with its true offset. One that has all its bytes but was interrupted then is completed."""
    row = get_upload(actor, upload_id)
    if row.state == "open" and row.offset == row.size:
        _complete(row.id, row.key, row.storage_id, "")
    return row


def append_to_upload(actor: Actor, upload_id: UUID, *, offset: int, stream: IO[bytes], length: int,
                     content_type: str = "") -> int:
    """Add `length` bytes of `stream` at `offset`; returns the new offset. Each part is committed.

    Raises Conflict if the upload is elsewhere, TooLarge beyond its size, Invalid for too small a piece.
    """
    row = get_upload(actor, upload_id)
    if row.state != "open" or row.offset != offset:
        raise Conflict(_("The upload is at another place: ask for its offset and go on from there."))
    if offset + length > row.size:
        raise TooLarge(_("The upload would become larger than was announced."))
    key, storage_id, last = row.key, row.storage_id, offset + length == row.size
    first = 1 + (db.session.scalar(select(func.count()).where(UploadPart.upload_id == upload_id)) or 0)
    outside_transaction()
    for number, size in enumerate(part_sizes(length, last=last), first):
        tag = _store_part(key, storage_id, number, stream, size)
        offset = _acknowledge(upload_id, number, offset, size, tag)
    if last:
        _complete(upload_id, key, storage_id, content_type)
    return offset


def _store_part(key: str, storage_id: str, number: int, stream: IO[bytes], size: int) -> str:
    """The store's tag of the part; Invalid if the line broke before the part had all its bytes."""
    try:
        return storage().append(key, storage_id, number, stream, size)
    except OSError as error:
        raise Invalid(_("The connection broke. Ask for the upload's offset and go on from there.")) from error


def part_sizes(length: int, *, last: bool) -> Iterator[int]:
    """Cut `length` bytes into parts that a store takes: only the file's last may be small, else Invalid."""
    if length < SMALLEST_PART and not last:
        raise Invalid(_("A piece of an upload, but for the last, has at least %(size)s.",
                        size=format_size(SMALLEST_PART)))
    while length:
        size = length if length < PART_BYTES + SMALLEST_PART else PART_BYTES
        yield size
        length -= size


def _acknowledge(upload_id: UUID, number: int, offset: int, size: int, tag: str) -> int:
    """Write down a part, unless somebody else moved the upload meanwhile."""
    with transaction():
        moved = db.session.execute(
            update(Upload).where(Upload.id == upload_id, Upload.offset == offset, Upload.state == "open")
            .values(offset=offset + size, expires_at=clock.now() + UPLOAD_LASTS))
        if not _changed(moved):
            raise Conflict(_("The upload is at another place: ask for its offset and go on from there."))
        db.session.add(UploadPart(upload_id=upload_id, number=number, size=size, tag=tag))
    return offset + size


def _changed(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount > 0


def _complete(upload_id: UUID, key: str, storage_id: str, content_type: str) -> None:
    """Join the parts and make the file's row. Can be repeated from any point at which it was interrupted."""
    tags = list(db.session.scalars(select(UploadPart.tag).where(UploadPart.upload_id == upload_id)
                                   .order_by(UploadPart.number)))
    outside_transaction()
    store = storage()
    if not tags:
        store.abort(key, storage_id)
        size = store.put(key, BytesIO(), UNKNOWN)
    else:
        size = store.size(key) if store.exists(key) else store.finish(key, storage_id, tags)
    head = b""
    if size:
        with store.open(key, 0, min(size, SNIFF_BYTES)) as stream:
            head = stream.read(SNIFF_BYTES)
    with transaction():
        _make_file(upload_id, size, judge_type(head, content_type))


def _make_file(upload_id: UUID, size: int, content_type: str) -> None:
    finished = db.session.execute(
        update(Upload).where(Upload.id == upload_id, Upload.state == "open").values(state="finished"))
    if not _changed(finished):
        return
    row = db.session.get_one(Upload, upload_id)
    db.session.add(StoredFile(id=row.id, owner_kind=row.owner_kind, owner_id=row.owner_id, name=row.name,
                              created_by=row.person_id, content_type=content_type, size=size, key=row.key))
    enqueue("content_repo.check_file", priority=70, subject=("file", row.id), file_id=str(row.id))


def abandon_upload(actor: Actor, upload_id: UUID) -> None:
    """Give up an upload and what arrived of it. A finished one stays: it belongs to its owner now."""
    row = get_upload(actor, upload_id)
    if row.state == "finished":
        raise Conflict(_("The upload is already complete."))
    row.state = "abandoned"
    key, storage_id = row.key, row.storage_id
    outside_transaction()
    storage().abort(key, storage_id)


def forget_old_uploads(job: RunningJob) -> None:
    """Free what expired uploads hold in the store, and forget their rows."""
    with transaction():
        old = list(db.session.execute(
            select(Upload.id, Upload.key, Upload.storage_id, Upload.state)
            .where(Upload.expires_at < clock.now()).limit(500)))
    for done, (upload_id, key, storage_id, state) in enumerate(old, 1):
        if state == "open":
            storage().abort(key, storage_id)
        with transaction():
            db.session.execute(delete(UploadPart).where(UploadPart.upload_id == upload_id))
            db.session.execute(delete(Upload).where(Upload.id == upload_id))
        job.progress(done / len(old))
