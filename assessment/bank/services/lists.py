"""Many items: the lists of pages, and the pools that papers are drawn from."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from assessment.bank.banks_models import Bank
from assessment.bank.markup import without_marks
from assessment.bank.models import Item
from lms.core.db import Page, db, paginate
from lms.core.permissions import Actor, authorize, visible


@dataclass(frozen=True)
class ItemFilter:
    """What a list is narrowed to; None and "" mean all."""

    subject_id: UUID | None = None
    topic_id: UUID | None = None
    level: str = ""
    type: str = ""
    state: str = ""
    text: str = ""
    mine: bool = False
    bank_id: UUID | None = None
    alone: bool = False  # none that belongs to a set


def list_items(actor: Actor, *, subject_id: UUID | None = None, topic_id: UUID | None = None,
               level: str = "", type: str = "", state: str = "", text: str = "", mine: bool = False,
               bank_id: UUID | None = None, page: int = 1) -> Page[Item]:
    """Items that the actor may read, newest first; `text` is looked for without regard to tone marks.

    Retired items are listed only where `state` asks for them, those of a secure bank where `bank_id` names it.
    """
    authorize(actor, "item:list")
    wanted = ItemFilter(subject_id, topic_id, level, type, state, text, mine, bank_id)
    statement = select(Item).where(visible(actor, "item:read", Item), *conditions(wanted, actor))
    return paginate(statement.order_by(Item.updated_at.desc(), Item.id.desc()), page)


def draw_pool(actor: Actor, *, subject_id: UUID | None = None, topic_id: UUID | None = None,
              level: str | None = None, type: str | None = None,
              bank_id: UUID | None = None, alone: bool = False) -> list[tuple[UUID, UUID]]:
    """(item id, current version id) of every ready item that the actor may use, in a stable order.

    Of secure banks only where `bank_id` names the bank, and only for those who may draw from it. `alone`: none
    that shares a text or recording with others.
    """
    authorize(actor, "item:list")
    admit_to_draw(actor, bank_id)
    wanted = ItemFilter(subject_id, topic_id, level or "", type or "", "ready", bank_id=bank_id,
                        alone=alone)
    statement = select(Item.id, Item.current_version_id).order_by(Item.id)
    rows = db.session.execute(statement.where(visible(actor, "item:read", Item), *conditions(wanted, actor)))
    return [(row.id, row.current_version_id) for row in rows]


def count_pool(actor: Actor, subject_id: UUID, *, bank_id: UUID | None = None,
               alone: bool = False) -> dict[tuple[UUID | None, str, str], int]:
    """How many ready items of a subject the actor may use, by (topic id, level, type); see `draw_pool`."""
    authorize(actor, "item:list")
    admit_to_draw(actor, bank_id)
    kind = (Item.topic_id, Item.level, Item.type)
    wanted = ItemFilter(subject_id, state="ready", bank_id=bank_id, alone=alone)
    statement = select(*kind, func.count()).where(
        visible(actor, "item:read", Item), *conditions(wanted, actor)).group_by(*kind)
    return {(topic_id, level, type): number for topic_id, level, type, number in db.session.execute(statement)}


def admit_to_draw(actor: Actor, bank_id: UUID | None) -> None:
    """Of a secure bank only who may draw from it. Internal."""
    bank = db.session.get(Bank, bank_id) if bank_id else None
    if bank is not None and bank.is_secure:
        authorize(actor, "bank:draw", bank)


def conditions(wanted: ItemFilter, actor: Actor) -> list[ColumnElement[bool]]:
    """What the rows of a list must be, apart from being the actor's to see."""
    equal = [(Item.subject_id, wanted.subject_id), (Item.topic_id, wanted.topic_id),
             (Item.level, wanted.level), (Item.type, wanted.type), (Item.state, wanted.state)]
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    conditions.append(Item.bank_id == wanted.bank_id if wanted.bank_id else Item.is_secure.is_(False))
    if not wanted.state:
        conditions.append(Item.state != "retired")
    if wanted.alone:
        conditions.append(Item.stimulus_id.is_(None))
    if wanted.mine:
        conditions.append(Item.owner_id == actor.person_id)
    conditions += [Item.search_text.contains(word, autoescape=True)
                   for word in without_marks(wanted.text[:200]).split()[:12]]
    return conditions
