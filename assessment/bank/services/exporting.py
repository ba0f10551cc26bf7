"""Items on their way out: which ones somebody may take with him, and what they say. Those of secure banks stay."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select

from assessment.bank import permissions as permissions
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from assessment.bank.services.lists import ItemFilter, conditions
from assessment.bank.stimuli_models import Stimulus, StimulusVersion
from lms.core.db import db
from lms.core.permissions import Actor, authorize, visible

CHUNK = 200


@dataclass(frozen=True)
class ItemToGo:
    """An item with its current version, its outcomes, and the text that it shares with others."""

    item: Item
    version: ItemVersion
    outcome_ids: tuple[UUID, ...]
    stimulus: Stimulus | None
    stimulus_version: StimulusVersion | None


def list_exportable(actor: Actor, wanted: ItemFilter, most: int) -> list[UUID]:
    """Ids of the items of a list that may leave by one person's word, sets together; at most `most`."""
    authorize(actor, "item:list")
    statement = select(Item.id).where(visible(actor, "item:read", Item), Item.is_secure.is_(False),
                                      *conditions(wanted, actor))
    order = (Item.stimulus_id, Item.stimulus_position, Item.created_at, Item.id)
    return list(db.session.scalars(statement.order_by(*order).limit(most)))


def load_items_to_go(actor: Actor, item_ids: Sequence[UUID],
                     consented: frozenset[UUID] = frozenset()) -> Iterator[ItemToGo]:
    """What items say, in the given order; those that the actor may not read (any more) are left out.

    Items of secure banks come only where `use_export` has just allowed them (`consented`).
    """
    authorize(actor, "item:list")
    free = and_(Item.is_secure.is_(False), visible(actor, "item:read", Item))
    for start in range(0, len(item_ids), CHUNK):
        chunk = item_ids[start:start + CHUNK]
        rows = db.session.execute(
            select(Item, ItemVersion, StimulusVersion)
            .join(ItemVersion, ItemVersion.id == Item.current_version_id)
            .outerjoin(StimulusVersion, StimulusVersion.id == ItemVersion.stimulus_version_id)
            .where(Item.id.in_(chunk), or_(free, Item.id.in_(consented)))).all()
        outcomes: dict[UUID, list[UUID]] = {}
        for outcome in db.session.scalars(select(ItemOutcome).where(ItemOutcome.item_id.in_(chunk))):
            outcomes.setdefault(outcome.item_id, []).append(outcome.outcome_id)
        stimuli = _stimuli({shared.stimulus_id for _item, _version, shared in rows if shared})
        found = {item.id: ItemToGo(item, version, tuple(outcomes.get(item.id, ())),
                                   stimuli.get(shared.stimulus_id) if shared else None, shared)
                 for item, version, shared in rows}
        yield from (found[each] for each in chunk if each in found)


def _stimuli(ids: set[UUID]) -> dict[UUID, Stimulus]:
    return {row.id: row for row in db.session.scalars(select(Stimulus).where(Stimulus.id.in_(ids)))} if ids else {}
