"""Taking items and pictures away for good: only those that nobody used and nobody worked on since they came."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from assessment.bank import permissions as permissions
from assessment.bank.autosaves import fields_of
from assessment.bank.editor_models import ItemAutosave, ItemMedia
from assessment.bank.media import forget_bytes, media_ids
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from assessment.bank.stimuli_models import StimulusVersion
from lms.core import audit
from lms.core.db import db, transaction
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import SYSTEM, Actor, authorize

CHUNK = 500
READ_AT_ONCE = 200


def remove_unused_items(actor: Actor, item_ids: Sequence[UUID]) -> None:
    """Remove items that are as they were written first; raises Conflict when one was revised, or is in a paper.

    Whatever points to an item (a form, a review, statistics) forbids it by its foreign key, also in rooms above.
    """
    for start in range(0, len(item_ids), CHUNK):
        chunk = list(item_ids[start:start + CHUNK])
        for item in db.session.scalars(select(Item).where(Item.id.in_(chunk))):
            authorize(actor, "item:revise", item)
        versions = db.session.scalar(select(func.count()).where(ItemVersion.item_id.in_(chunk))) or 0
        if versions > len(chunk):
            raise Conflict(_("One of these questions was revised since, so they stay."))
        try:
            with db.session.begin_nested():
                for statement in (delete(ItemOutcome).where(ItemOutcome.item_id.in_(chunk)),
                                  delete(ItemVersion).where(ItemVersion.item_id.in_(chunk)),
                                  delete(Item).where(Item.id.in_(chunk))):
                    db.session.execute(statement)
        except IntegrityError:
            raise Conflict(_("One of these questions is in use, so they stay.")) from None
    audit.record(actor, "item:remove", count=len(item_ids))


def remove_unused_media(ids: Collection[UUID]) -> None:
    """Remove those of these pictures and sounds that nothing names any more. Internal, for a job: no actor.

    Only what was written since a medium came can name it: versions, shared texts, and what editors hold. A row goes
    before its bytes, so that no item ever shows a picture that is not there; when this breaks off, it can run again.
    """
    for start in range(0, len(ids), CHUNK):
        chunk = sorted(ids)[start:start + CHUNK]
        with transaction():
            since = db.session.scalar(select(func.min(ItemMedia.created_at)).where(ItemMedia.id.in_(chunk)))
        unused = set(chunk) - (_named_since(since) if since else set())
        with transaction():
            db.session.execute(delete(ItemMedia).where(ItemMedia.id.in_(unused)))
            audit.record(SYSTEM, "media:remove", count=len(unused))
        forget_bytes(unused)


def _named_since(moment: datetime) -> set[UUID]:
    """The media that anything names which was written at `moment` or later."""
    named: set[UUID] = set()
    for version in _rows_since(ItemVersion, ItemVersion.created_at >= moment):
        named.update(media_ids(version.content, version.key))
    for shared in _rows_since(StimulusVersion, StimulusVersion.created_at >= moment):
        named.update(media_ids(shared.content))
    for kept in _rows_since(ItemAutosave, ItemAutosave.saved_at >= moment):
        named.update(media_ids(fields_of(kept)))
    return named


def _rows_since(model: Any, condition: Any) -> Iterator[Any]:
    """Rows in short transactions, a few at a time."""
    wanted = select(model).where(condition).order_by(model.id).limit(READ_AT_ONCE)
    last: UUID | None = None
    while True:
        with transaction():
            rows = list(db.session.scalars(wanted if last is None else wanted.where(model.id > last)))
            yield from rows
        if len(rows) < READ_AT_ONCE:
            return
        last = rows[-1].id
