"""Taking items away for good: only those that nobody used and nobody worked on since they came."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from assessment.bank import permissions as permissions
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize

CHUNK = 500


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
