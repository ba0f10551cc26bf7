"""Sets of items that share a text: made of new items that came with it, and offered whole to those who draw papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import delete, select, update

from assessment.bank import permissions as permissions
from assessment.bank.content import EXAM_TYPES
from assessment.bank.models import Item, ItemVersion
from assessment.bank.services.lists import ItemFilter, admit_to_draw, conditions
from assessment.bank.stimuli_models import Stimulus, StimulusVersion
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, visible


@dataclass(frozen=True)
class DrawableSet:
    """A stimulus with its ready questions of an exam's types: (item id, current version id) in the set's order."""

    id: UUID
    title: str
    language: str
    kind: str
    topic_ids: frozenset[UUID | None]
    items: tuple[tuple[UUID, UUID], ...]


def list_sets(actor: Actor, subject_id: UUID, *, bank_id: UUID | None = None) -> list[DrawableSet]:
    """Every set of a subject that the actor may draw, in a stable order; one statement.

    Of secure banks only where `bank_id` names the bank, and only for those who may draw from it.
    """
    authorize(actor, "item:list")
    admit_to_draw(actor, bank_id)
    wanted = ItemFilter(subject_id, state="ready", bank_id=bank_id)
    rows = db.session.execute(
        select(Stimulus.id, Stimulus.title, Stimulus.language, Stimulus.kind, Item.topic_id,
               Item.id.label("item_id"), Item.current_version_id)
        .join(Item, Item.stimulus_id == Stimulus.id)
        .where(visible(actor, "item:read", Item), *conditions(wanted, actor), Item.type.in_(EXAM_TYPES),
               Stimulus.state == "ready")
        .order_by(Stimulus.id, Item.stimulus_position, Item.id)).all()
    found = [list(own) for _id, own in groupby(rows, key=lambda row: row.id)]
    return [DrawableSet(own[0].id, own[0].title, own[0].language, own[0].kind,
                        frozenset(row.topic_id for row in own),
                        tuple((row.item_id, row.current_version_id) for row in own)) for own in found]


def place_new_items(actor: Actor, stimulus_id: UUID, placed: Sequence[tuple[UUID, int]]) -> None:
    """Put (item id, position) into the set of a stimulus, in the transaction that made the items.

    No version is added: nobody can have seen the first one yet.
    """
    stimulus = db.session.get(Stimulus, stimulus_id)
    if stimulus is None:
        raise NotFound(_("There is no such text or recording."))
    authorize(actor, "stimulus:write", stimulus)
    for item_id, position in placed:
        db.session.execute(update(Item).where(Item.id == item_id, Item.owner_id == actor.id)
                           .values(stimulus_id=stimulus.id, stimulus_position=position))
    db.session.execute(update(ItemVersion).where(
        ItemVersion.item_id.in_([item_id for item_id, _position in placed]), ItemVersion.number == 1)
        .values(stimulus_version_id=stimulus.current_version_id))


def remove_unused_stimulus(actor: Actor, stimulus_id: UUID) -> bool:
    """Remove a stimulus that no item has; says whether it could."""
    stimulus = db.session.get(Stimulus, stimulus_id)
    if stimulus is None:
        return True
    authorize(actor, "stimulus:write", stimulus)
    if db.session.scalar(select(Item.id).where(Item.stimulus_id == stimulus_id).limit(1)):
        return False
    db.session.execute(delete(StimulusVersion).where(StimulusVersion.stimulus_id == stimulus_id))
    db.session.delete(stimulus)
    db.session.flush()
    return True
