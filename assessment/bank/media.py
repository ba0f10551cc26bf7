"""Pictures and sound of items: kept once, shown by signed addresses that expire.

Stored HTML says `src="/items/media/<id>"`; the filter `item_html` makes addresses of these when a page is shown. The
signature is the authority: whoever was shown the item may load its pictures for a while, signed in or not.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from markupsafe import Markup
from sqlalchemy import insert, select

from assessment.bank import permissions
from assessment.bank.banks_models import Bank
from assessment.bank.editor_models import ItemMedia
from assessment.bank.media_bytes import Judged, judge
from assessment.bank.sealing import keyed_hash, open_bytes, seal_bytes
from lms.core import clock
from lms.core.db import db, outside_transaction
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.core.signing import InvalidToken, sign, unsign
from lms.core.storage import storage
from lms.organisations import services as organisations

PURPOSE = "item-media"
ADDRESS_HOURS = 12
CHUNK = 500
JUDGED_AT_ONCE, PUTS_AT_ONCE = 2, 8
ADDRESS = "/items/media/"
_SOURCE = re.compile(r'(\ssrc=")(/items/media/([0-9a-f-]{36}))(")')


@dataclass(frozen=True)
class MediaData:
    """One picture or sound: `src` is what stored HTML says; width and height in pixels, None for sound."""

    id: UUID
    src: str
    kind: str
    content_type: str
    width: int | None
    height: int | None


def keep_media(actor: Actor, data: bytes, *, name: str, bank_id: UUID | None = None) -> MediaData:
    """Keep one file; raises Invalid with the reason where it is not a safe picture or sound."""
    return keep_many_media(actor, [(name, data)], bank_id=bank_id)[0]


def keep_many_media(actor: Actor, files: Sequence[tuple[str, bytes]], *,
                    bank_id: UUID | None = None) -> list[MediaData]:
    """Keep files of (name, bytes), in their order; all or none. Raises Invalid that names each bad one.

    What belongs to a secure bank is sealed, and kept for its members only: raises NotFound for others.
    Ends the transaction it is called in, for the bytes go to the storage outside of one; few statements for any number.
    """
    authorize(actor, "item:create")
    organisation_id = organisations.home_of(actor.places(*permissions.WRITERS))
    shared = {"organisation_id": organisation_id, "owner_id": actor.person_id, "bank_id": bank_id}
    secure = _is_secure(actor, bank_id)
    digests = [_digest(data, secure) for _name, data in files]
    kept = _kept_before(set(digests), shared)
    outside_transaction()
    fresh = {digest: (name, data) for digest, (name, data) in zip(digests, files, strict=True) if digest not in kept}
    judged = _judge_all(fresh)
    ids = {digest: new_id() for digest in judged}
    _put_all({_key(ids[digest]): _sealed(each, ids[digest]) if secure else each for digest, each in judged.items()})
    if judged:
        db.session.execute(insert(ItemMedia), [_row(ids[digest], digest, each, shared)
                                               for digest, each in judged.items()])
    kept |= {digest: _data(ids[digest], each) for digest, each in judged.items()}
    return [kept[digest] for digest in digests]


def open_media(ids: Iterable[UUID]) -> dict[UUID, tuple[str, bytes]]:
    """(content type, bytes) by id, unknown ids left out. Internal: the caller has decided on access."""
    rows = [row for chunk in _chunks(sorted(set(ids)))
            for row in db.session.execute(select(ItemMedia.id, ItemMedia.content_type).where(ItemMedia.id.in_(chunk)))]
    outside_transaction()
    return {row.id: (row.content_type, _read(row.id)) for row in rows}


def forget_bytes(ids: Iterable[UUID]) -> None:
    """Take media whose rows are gone out of the storage. Internal."""
    for each in ids:
        storage().delete(_key(each))


def open_by_ticket(media_id: UUID, ticket: str) -> tuple[str, bytes]:
    """(content type, bytes) for whoever holds a signed address; raises NotFound, InvalidToken, ExpiredToken.

    Internal: the signature, made for a person who was shown the item, has decided on access.
    """
    if unsign(PURPOSE, ticket).get("id") != str(media_id):
        raise InvalidToken(_("This link or token is not valid."))
    found = open_media([media_id])
    if media_id not in found:
        raise NotFound(_("There is no such picture or sound."))
    return found[media_id]


def media_ids(*texts: Any) -> list[UUID]:
    """The ids of all media that content, key or HTML name, each once, in order."""
    found = re.findall(rf"{ADDRESS}([0-9a-f]{{8}}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}})", str(texts))
    return [UUID(each) for each in dict.fromkeys(found)]


def media_url(src: str) -> str:
    """The signed address of a stored `src`; others come back as they are. The same for hours, for browsers' memory."""
    if not src.startswith(ADDRESS) or "?" in src:
        return src
    return f"{src}?t={sign(PURPOSE, {'id': src.removeprefix(ADDRESS)}, address_time())}"


def address_time() -> timedelta:
    """How long an address made now is good: to the same end for hours, so that browsers know it again."""
    step = timedelta(hours=ADDRESS_HOURS).total_seconds()
    now = clock.now()
    return datetime.fromtimestamp((now.timestamp() // step + 2) * step + 0.5, UTC) - now


def item_html(html: str | None) -> Markup:
    """Stored (clean) HTML of an item, with addresses that load."""
    signed = _SOURCE.sub(lambda match: f"{match[1]}{media_url(match[2])}{match[4]}", html or "")
    return Markup(signed)  # noqa: S704 - stored HTML was cleaned by markup.sanitise


def unsigned_html(html: str) -> str:
    """HTML from the editor, which showed signed addresses, as it is stored: without signatures."""
    return re.sub(rf'({ADDRESS}[0-9a-f-]{{36}})\?t=[A-Za-z0-9._~-]*', r"\1", html)


def _kept_before(digests: set[str], shared: dict[str, Any]) -> dict[str, MediaData]:
    """What the same organisation, or the same person where he has none, has kept in the same bank."""
    mine = ([ItemMedia.organisation_id == shared["organisation_id"]] if shared["organisation_id"] else
            [ItemMedia.organisation_id.is_(None), ItemMedia.owner_id == shared["owner_id"]])
    found: dict[str, MediaData] = {}
    for chunk in _chunks(sorted(digests)):
        rows = db.session.scalars(select(ItemMedia).where(
            ItemMedia.sha256.in_(chunk), ItemMedia.bank_id == shared["bank_id"], *mine))
        found |= {row.sha256: MediaData(row.id, f"{ADDRESS}{row.id}", row.kind, row.content_type, row.width, row.height)
                  for row in rows}
    return found


def _judge_all(files: dict[str, tuple[str, bytes]]) -> dict[str, Judged]:
    """Two at once: pictures are unpacked and packed outside of Python's lock, but each may take much memory."""
    with ThreadPoolExecutor(JUDGED_AT_ONCE) as pool:
        tasks = {digest: pool.submit(copy_context().run, judge, name, data) for digest, (name, data) in files.items()}
    faults = {digest: error for digest, task in tasks.items() if (error := task.exception())}
    problems = [Problem(files[digest][0], error.message) for digest, error in faults.items()
                if isinstance(error, Invalid)]
    if len(problems) < len(faults):
        raise next(error for error in faults.values() if not isinstance(error, Invalid))
    if problems:
        raise Invalid(problems[0].message, problems=problems)
    return {digest: task.result() for digest, task in tasks.items()}


def _put_all(files: dict[str, Judged]) -> None:
    """Into the storage, several at once: each waits for a disk or a network."""
    store = storage()
    with ThreadPoolExecutor(PUTS_AT_ONCE) as pool:
        list(pool.map(lambda key: store.put(key, io.BytesIO(files[key].data), files[key].content_type), files))


def _row(media_id: UUID, digest: str, judged: Judged, shared: dict[str, Any]) -> dict[str, Any]:
    return {"id": media_id, "sha256": digest, "kind": judged.kind, "content_type": judged.content_type,
            "size": len(judged.data), "width": judged.width, "height": judged.height, **shared}


def _data(media_id: UUID, judged: Judged) -> MediaData:
    return MediaData(media_id, f"{ADDRESS}{media_id}", judged.kind, judged.content_type, judged.width, judged.height)


def _key(media_id: UUID) -> str:
    return f"item-media/{media_id}"


def _read(media_id: UUID) -> bytes:
    with storage().open(_key(media_id)) as stream:
        return open_bytes(stream.read(), _key(media_id))


def _is_secure(actor: Actor, bank_id: UUID | None) -> bool:
    bank = db.session.get(Bank, bank_id) if bank_id else None
    if bank is None or not bank.is_secure:
        return False
    if not actor.is_system and not permissions.bank_roles(actor, bank.id):
        raise NotFound(_("There is no such bank."))
    return True


def _digest(data: bytes, secure: bool) -> str:
    """What the same file is known by; for a secure bank nobody can make it without the key."""
    digest = hashlib.sha256(data).hexdigest()
    return keyed_hash(digest, PURPOSE).hex() if secure else digest


def _sealed(judged: Judged, media_id: UUID) -> Judged:
    return replace(judged, data=seal_bytes(judged.data, _key(media_id)))


def _chunks(values: list[Any]) -> Iterable[list[Any]]:
    return (values[start:start + CHUNK] for start in range(0, len(values), CHUNK))
