"""Sets of new items that came with their shared text: pinned from their first version on."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update

from assessment.bank import permissions as permissions
from assessment.bank.banks_models import Bank
from assessment.bank.models import Item, ItemVersion
from assessment.bank.services.stimuli import StimulusDraft, create_stimulus
from assessment.bank.stimuli_models import Stimulus, StimulusVersion
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize


def create_shared(actor: Actor, draft: StimulusDraft, bank_id: UUID | None) -> UUID:
    """A new stimulus for items that are about to come: on the author's desk, or in an open bank. Raises Invalid."""
    authorize(actor, "item:create")
    bank = db.session.get(Bank, bank_id) if bank_id else None
    if bank is not None:
        authorize(actor, "bank:write", bank)
        if bank.is_secure:
            raise Invalid(_("Questions with a shared text cannot be imported into a secure bank."))
    stimulus = create_stimulus(actor, draft)
    if bank is not None:
        stimulus.bank_id, stimulus.organisation_id = bank.id, bank.organisation_id
        db.session.flush()
    return stimulus.id


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
