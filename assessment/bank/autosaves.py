"""What a person's editor held last, kept a while for when his page closes before he saves. Never a version."""

import json
from uuid import UUID

from sqlalchemy import delete, select

from assessment.bank import permissions as permissions
from assessment.bank.content import ITEM_TYPES
from assessment.bank.editor_models import ItemAutosave
from assessment.bank.models import Item
from assessment.bank.services.records import admit
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.core.signing import InvalidToken, seal, unseal

PURPOSE = "item-autosave"
MOST_SIGNS = 400_000


def keep_autosave(actor: Actor, place: str, fields: list[tuple[str, str]]) -> ItemAutosave:
    """Keep the fields of the editor at `place`: an item's id, or `new:<type>`. Raises NotFound, Invalid."""
    _authorize_place(actor, place)
    written = json.dumps(fields, ensure_ascii=False)
    if len(written) > MOST_SIGNS:
        raise Invalid(_("This is too long to be kept meanwhile; save it as a draft."))
    kept = find_autosave(actor, place)
    if kept is None:
        kept = ItemAutosave(person_id=actor.id, place=place, sealed="")
        db.session.add(kept)
    kept.sealed, kept.saved_at = seal(PURPOSE, written), clock.now()
    db.session.flush()
    return kept


def find_autosave(actor: Actor, place: str) -> ItemAutosave | None:
    """What this person's editor held at `place`, if it was not saved or discarded since."""
    _authorize_place(actor, place)
    return db.session.scalar(select(ItemAutosave).where(ItemAutosave.person_id == actor.id,
                                                        ItemAutosave.place == place))


def discard_autosave(actor: Actor, place: str) -> None:
    """Forget it; no error if there is none."""
    authorize(actor, "item:create")
    db.session.execute(delete(ItemAutosave).where(ItemAutosave.person_id == actor.id, ItemAutosave.place == place))


def fields_of(kept: ItemAutosave) -> list[tuple[str, str]]:
    """The fields; none where they were sealed under a secret that is gone."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(unseal(PURPOSE, kept.sealed))]
    except InvalidToken:
        return []


def _authorize_place(actor: Actor, place: str) -> None:
    kind, _colon, which = place.partition(":")
    if kind == "new" and which.partition(":")[0] in ITEM_TYPES and len(place) < 100:
        authorize(actor, "item:create")
        return
    try:
        item = db.session.get(Item, UUID(place))
    except ValueError:
        item = None
    if item is None:
        raise NotFound(_("There is no such question."))
    admit(actor, "item:revise", item)
