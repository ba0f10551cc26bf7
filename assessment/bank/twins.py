"""The same question in another language: two items of their own, tied by a group."""

from uuid import UUID

from sqlalchemy import or_, select

from assessment.bank import permissions as permissions
from assessment.bank.models import Item
from assessment.bank.services.records import admit, load_item
from lms.core.db import db
from lms.core.permissions import Actor, may, visible


def link_twins(actor: Actor, first_id: UUID, second_id: UUID) -> None:
    """Say that the second item says what the first does in another language; the group bears the first one's id."""
    first, second = load_item(first_id), load_item(second_id)
    admit(actor, "item:read", first)
    admit(actor, "item:revise", second)
    second.translation_group = first.translation_group or first.id
    if first.translation_group is None and may(actor, "item:revise", first):
        first.translation_group = first.id
    db.session.flush()


def list_twins(actor: Actor, item: Item) -> list[Item]:
    """The other items of its group that the actor may read."""
    admit(actor, "item:read", item)
    group = item.translation_group or item.id
    rows = select(Item).where(or_(Item.translation_group == group, Item.id == group), Item.id != item.id,
                              Item.state != "retired", visible(actor, "item:read", Item))
    return list(db.session.scalars(rows.order_by(Item.language, Item.created_at)))
