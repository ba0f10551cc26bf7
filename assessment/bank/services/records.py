"""One item as others use it: its row, its versions, and what it is tied to.

`get_versions` takes no actor: it is for delivery and marking, which have decided access by exam and attempt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.bank import permissions as permissions
from assessment.bank.banks_models import Bank
from assessment.bank.content import ItemBody
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from assessment.bank.sealing import is_sealed
from assessment.bank.stimuli_models import StimulusVersion
from lms.core import audit
from lms.core.db import db, transaction
from lms.core.dialects import will_write
from lms.core.errors import NotFound
from lms.core.i18n import _, _l
from lms.core.permissions import Actor, Refused, authorize

CHUNK = 500


class Hidden(Refused):
    """Refused to somebody who must not even know that there is such a thing; the audit knows it."""

    status = 404

    def __init__(self, permission: str, thing: Any) -> None:
        super().__init__(permission, thing)
        self.message = _l("There is no such question.")


@dataclass(frozen=True)
class ItemMetadata:
    """What is known of an item beside its words. Difficulty: the share expected to be right, 0 to 1."""

    expected_difficulty: float | None = None
    expected_seconds: int | None = None
    source: str | None = None
    translation_group: UUID | None = None


@dataclass(frozen=True)
class ItemDraft:
    """An item as its author hands it in. `state` draft may still have holes; ready must be complete.

    In a reviewed bank ready means: handed in for review. `metadata` None leaves what is known as it is. `body` is what
    `read_body` made of content and key and found no fault with: it is not cleaned a second time.
    """

    type: str
    content: dict[str, Any]
    key: dict[str, Any]
    subject_id: UUID
    level: str
    topic_id: UUID | None = None
    grade: int | None = None
    outcome_ids: tuple[UUID, ...] = ()
    language: str = "vi"
    state: str = "draft"
    bank_id: UUID | None = None
    metadata: ItemMetadata | None = None
    body: ItemBody | None = None


@dataclass(frozen=True)
class ItemVersionData:
    """What delivery and marking need of a version. `key` never goes to a candidate."""

    id: UUID
    item_id: UUID
    type: str
    content: dict[str, Any]
    key: dict[str, Any]
    stimulus_version_id: UUID | None = None
    is_secure: bool = False  # its words must not be stored anywhere else


@dataclass(frozen=True)
class ItemDetail:
    """One item with its current version and what it is tied to; `shared` is the content of its set's text."""

    item: Item
    version: ItemVersion
    outcome_ids: tuple[UUID, ...]
    shared: dict[str, Any] | None = None


def get_item(actor: Actor, item_id: UUID) -> ItemDetail:
    """One item with its current version; raises NotFound. A look into a secure bank is in the audit."""
    item = load_item(item_id)
    admit_to_look(actor, "item:read", item)
    return load_detail(item)


def list_versions(actor: Actor, item_id: UUID) -> list[ItemVersion]:
    """Every version of an item, newest first."""
    item = load_item(item_id)
    admit(actor, "item:read", item)
    return list(db.session.scalars(select(ItemVersion).where(ItemVersion.item_id == item_id)
                                   .order_by(ItemVersion.number.desc())))


def get_versions(version_ids: Iterable[UUID]) -> dict[UUID, ItemVersionData]:
    """Content and key by version id, unknown ids left out. Internal: the caller has decided on access."""
    wanted = list(set(version_ids))
    found: dict[UUID, ItemVersionData] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = ItemVersion.id.in_(wanted[start:start + CHUNK])
        for row in db.session.scalars(select(ItemVersion).where(chunk)):
            found[row.id] = ItemVersionData(row.id, row.item_id, row.type, row.content, row.key,
                                            row.stimulus_version_id, is_sealed(row.stored_content))
    return found


def look_at_versions(actor: Actor, version_ids: Iterable[UUID]) -> bool:
    """Let somebody read a paper that has these versions: those of secure banks only who may draw from the bank.

    The look is in the audit, an event a bank; gives whether there was any. Raises Forbidden. Costs one statement where
    no bank is secure.
    """
    wanted = list(set(version_ids))
    rows = db.session.execute(
        select(Item.bank_id, func.count()).join(ItemVersion, ItemVersion.item_id == Item.id)
        .where(ItemVersion.id.in_(wanted), Item.is_secure).group_by(Item.bank_id)) if wanted else ()
    found = list(rows)
    for bank_id, count in found:
        bank = db.session.get_one(Bank, bank_id)
        authorize(actor, "bank:draw", bank)
        _write_down(actor, ("bank", bank.id), bank.organisation_id, count=count)
    return bool(found)


def _write_down(actor: Actor, subject: tuple[str, UUID], organisation_id: UUID | None, **details: Any) -> None:
    """A look, before anything is shown: in a transaction of its own where the present one came to read only."""
    if will_write():
        audit.record(actor, "item:view", subject=subject, organisation_id=organisation_id, **details)
        return
    with transaction():
        audit.record(actor, "item:view", subject=subject, organisation_id=organisation_id, **details)


def find_item(item_id: UUID) -> Item | None:
    """The row, or None. Internal, for rooms that decide themselves who may see it: no actor."""
    return db.session.get(Item, item_id)


def admit(actor: Actor, permission: str, item: Any, hidden: type[Hidden] = Hidden) -> None:
    """`authorize`; but whoever is no member of the secure bank of an item, or of a text, is told that there is none."""
    try:
        authorize(actor, permission, item)
    except Refused:
        if item.is_secure and not permissions.bank_roles(actor, item.bank_id):
            raise hidden(permission, item) from None
        raise


def admit_to_look(actor: Actor, permission: str, thing: Any, hidden: type[Hidden] = Hidden) -> None:
    """`admit` to an item or a text; of a secure bank the look is written down before anything is shown."""
    admit(actor, permission, thing, hidden)
    if thing.is_secure:
        _write_down(actor, (thing.__tablename__, thing.id), thing.organisation_id,
                    version=str(thing.current_version_id))


def load_item(item_id: UUID, *, to_change: bool = False) -> Item:
    """The row; `to_change` makes others who would change it wait, so that versions keep their numbers."""
    item = db.session.get(Item, item_id, with_for_update=to_change)
    if item is None:
        raise NotFound(_("There is no such question."))
    return item


def load_version(version_id: UUID) -> ItemVersion:
    """The row; raises NotFound. Internal: the caller authorises on the item."""
    version = db.session.get(ItemVersion, version_id)
    if version is None:
        raise NotFound(_("There is no such version of the question."))
    return version


def load_detail(item: Item) -> ItemDetail:
    """The item with its current version and outcomes. Internal: the caller has authorised."""
    outcomes = select(ItemOutcome.outcome_id).where(ItemOutcome.item_id == item.id)
    version = load_version(item.current_version_id)
    shared = db.session.get(StimulusVersion, version.stimulus_version_id) if version.stimulus_version_id else None
    return ItemDetail(item, version, tuple(db.session.scalars(outcomes)), shared.content if shared else None)
