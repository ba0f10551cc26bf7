"""Questions out of the bank in another format: what it cannot carry is said first, the file is kept for a day."""

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import delete, select

from assessment.bank import services as bank
from assessment.bank.media import media_ids, open_media
from assessment.bank.media_bytes import EXTENSIONS
from assessment.bank.sealing import open_bytes, seal_bytes
from assessment.interchange import permissions as permissions
from assessment.interchange.models import ItemExport
from assessment.interchange.writers import FORMATS, ExportItem, ExportStimulus, Format
from lms.core import audit, clock
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _, _l, current_locale
from lms.core.ids import new_id
from lms.core.jobs import JobFailed, RunningJob, enqueue
from lms.core.permissions import Actor, authorize
from lms.core.storage import storage
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

MOST_ITEMS, AT_ONCE_ITEMS, MOST_LISTED = 20_000, 50, 200
KEPT, SECURE_KEPT = timedelta(days=1), timedelta(hours=1)


@dataclass(frozen=True)
class Loss:
    """What a format cannot carry of one item."""

    item_id: UUID
    stem: str
    messages: list[str]


@dataclass(frozen=True)
class ExportFile:
    """A written file: where it can be loaded, or its bytes."""

    name: str
    content_type: str
    url: str = ""
    data: bytes = b""


class StoredMedia:
    """The writers' source of pictures and sounds: those of the bank, one at a time."""

    def open(self, src: str) -> tuple[str, bytes]:
        """File name and bytes; raises KeyError for what the bank does not keep."""
        ids = media_ids(src)
        found = open_media(ids) if ids else {}
        if not found:
            raise KeyError(src)
        content_type, data = found[ids[0]]
        return f"{ids[0]}.{EXTENSIONS[content_type]}", data


def list_losses(actor: Actor, item_ids: Sequence[UUID], format: str) -> tuple[list[Loss], int]:
    """What the format cannot carry, item by item: the first `MOST_LISTED` items with a loss, and how many there are."""
    authorize(actor, "export:begin")
    chosen = _format(format)
    losses: list[Loss] = []
    count = 0
    for each in bank.load_items_to_go(actor, item_ids):
        messages = chosen.losses(each.version.type, each.version.content, each.version.key)
        if messages:
            count += 1
            if count <= MOST_LISTED:
                losses.append(Loss(each.item.id, each.item.stem_text, [str(message) for message in messages]))
    return losses, count


def begin_export(actor: Actor, item_ids: Sequence[UUID], format: str) -> ItemExport:
    """Write these items into a file: at once when they are few, else by a job. Raises Invalid for none or too many."""
    authorize(actor, "export:begin")
    _format(format)
    if not 0 < len(item_ids) <= MOST_ITEMS:
        raise Invalid(_("Choose 1 to %(n)s questions.", n=MOST_ITEMS))
    export = ItemExport(id=new_id(), owner_id=actor.id, format=format, item_ids=[str(each) for each in item_ids],
                        expires_at=clock.now() + KEPT)
    db.session.add(export)
    db.session.flush()
    audit.record(actor, "export:begin", subject=("item_export", export.id), format=format, count=len(item_ids))
    export_id = export.id
    if len(item_ids) > AT_ONCE_ITEMS:
        enqueue("assessment.write_export", priority=30, owner=actor.person_id, subject=("item_export", export_id),
                export_id=str(export_id), locale=current_locale())
    else:
        outside_transaction()
        _write(export_id, actor, None)
    return _load(export_id)


def take_secure_export(actor: Actor, request_id: UUID, format: str) -> ItemExport:
    """Write the items of a secure bank that a second person consented to, once; the file is kept sealed for an hour.

    Raises Forbidden, Conflict. The consent is used up in the transaction that makes the file.
    """
    authorize(actor, "export:begin")
    item_ids = bank.use_export(actor, request_id)
    chosen = _format(format)  # an unknown one undoes the use, with all of this transaction
    export = ItemExport(id=new_id(), owner_id=actor.id, format=format, item_ids=[str(each) for each in item_ids],
                        expires_at=clock.now() + SECURE_KEPT)
    db.session.add(export)
    db.session.flush()
    audit.record(actor, "export:begin", subject=("item_export", export.id), format=format, count=len(item_ids))
    file, key = io.BytesIO(), _sealed_key(export.id)
    chosen.write(_items(actor, item_ids, None, consented=frozenset(item_ids)), file, StoredMedia())
    storage().put(key, io.BytesIO(seal_bytes(file.getvalue(), key)), "application/octet-stream")
    export.state = "ready"
    return export


def get_export(actor: Actor, export_id: UUID) -> ItemExport:
    """An export of one's own; raises NotFound when its day is over."""
    export = _load(export_id)
    authorize(actor, "export:read", export)
    return export


def open_export(actor: Actor, export_id: UUID) -> ExportFile:
    """The file of an export; raises Conflict while it is being written.

    That of a secure bank is sealed in the storage and comes as bytes; others have a signed address for some minutes.
    """
    export = _load(export_id)
    authorize(actor, "export:read", export)
    if export.state != "ready":
        raise Conflict(_("This file is not ready."))
    chosen = _format(export.format)
    name = f"cau-hoi-{export.created_at:%Y%m%d-%H%M}.{chosen.extension}"
    outside_transaction()
    sealed = _sealed_key(export_id)
    if storage().exists(sealed):
        with storage().open(sealed) as stream:
            return ExportFile(name, chosen.content_type, data=open_bytes(stream.read(), sealed))
    return ExportFile(name, chosen.content_type, url=storage().url(
        _key(export_id), expires=timedelta(minutes=15), content_type=chosen.content_type, download_name=name))


def write_in_steps(job: RunningJob, export_id: UUID, locale: str) -> None:
    """The job of a large export; it can run twice."""
    with force_locale(locale):
        export = _load(export_id)
        actor = Actor(export.owner_id, positions=organisations.positions_of(export.owner_id))
        try:
            _write(export_id, actor, job)
        except Invalid as error:
            raise JobFailed(error.message) from error


def forget_old_exports() -> None:
    """Remove the files whose day is over."""
    with transaction():
        old = list(db.session.scalars(select(ItemExport.id).where(ItemExport.expires_at < clock.now()).limit(500)))
    for export_id in old:
        for key in (_key(export_id), _sealed_key(export_id)):
            storage().delete(key)
        with transaction():
            db.session.execute(delete(ItemExport).where(ItemExport.id == export_id))


def _write(export_id: UUID, actor: Actor, job: RunningJob | None) -> None:
    """Through a file on this machine into the storage; nothing of it is held whole in memory."""
    export = _load(export_id)
    chosen, item_ids = _format(export.format), [UUID(each) for each in export.item_ids]
    with tempfile.TemporaryFile() as file:
        chosen.write(_items(actor, item_ids, job), file, StoredMedia())
        file.seek(0)
        outside_transaction()
        storage().put(_key(export_id), file, chosen.content_type)
    with transaction():
        _load(export_id).state = "ready"


def _items(actor: Actor, item_ids: list[UUID], job: RunningJob | None,
           consented: frozenset[UUID] = frozenset()) -> Iterator[ExportItem]:
    topics: dict[UUID, str] = {}
    outcomes: dict[UUID, dict[UUID, str]] = {}
    for number, each in enumerate(bank.load_items_to_go(actor, item_ids, consented)):
        item = each.item
        if item.topic_id and item.topic_id not in topics:
            topics |= curriculum.topic_names({item.topic_id})
        if each.outcome_ids and item.subject_id not in outcomes:
            outcomes[item.subject_id] = {row.id: row.code for row in curriculum.list_outcomes(item.subject_id)}
        topic = topics.get(item.topic_id, "") if item.topic_id else ""
        codes = [code for one in each.outcome_ids if (code := outcomes[item.subject_id].get(one))]
        yield _export_item(each, topic, codes)
        if job and number % 100 == 99:
            job.progress(number / len(item_ids), _l("Questions are being written"))


def _export_item(each: bank.ItemToGo, topic: str, codes: list[str]) -> ExportItem:
    item, version, shared = each.item, each.version, each.stimulus_version
    known: dict[str, Any] = {"level": item.level, "topic": topic, "outcomes": codes,
                             "difficulty": item.expected_difficulty, "seconds": item.expected_seconds}
    stimulus = ExportStimulus(str(shared.stimulus_id), bank.title_of(each.stimulus, shared) if each.stimulus else "",
                              shared.content) if shared else None
    return ExportItem(str(item.id), version.type, version.content, version.key, name=item.stem_text[:80],
                      category=topic, language=item.language, level=item.level,
                      metadata={name: value for name, value in known.items() if value}, stimulus=stimulus)


def _format(code: str) -> Format:
    if code not in FORMATS:
        raise Invalid(_("Choose a format."))
    return FORMATS[code]


def _load(export_id: UUID) -> ItemExport:
    export = db.session.get(ItemExport, export_id)
    if export is None or export.expires_at < clock.now():
        raise NotFound(_("This file is not kept any more. Please export the questions again."))
    return export


def _key(export_id: UUID) -> str:
    return f"exports/{export_id}"


def _sealed_key(export_id: UUID) -> str:
    return f"exports/{export_id}.sealed"
