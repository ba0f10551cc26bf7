"""Questions that look alike: found on entry and on import, by bands in an indexed table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import delete, insert, or_, select

from assessment.bank import likeness
from assessment.bank.banks_models import Bank, ItemBand, ItemDistinct, ItemLikeness
from assessment.bank.models import Item, ItemVersion
from assessment.bank.sealing import keyed_hash
from assessment.bank.services.records import load_item
from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, may, visible

CHUNK = 50
MOST_ROWS = 5_000
MOST_SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """A question that is like another: `likeness` 0 to 1, `may_read` whether the one who asks may look at it.

    Of one that comes in the same hand-over only its `position` there is known.
    """

    likeness: float
    item_id: UUID | None = None
    position: int | None = None
    stem: str = ""
    may_read: bool = True


def find_near_duplicates(actor: Actor, contents: Sequence[dict[str, Any]], *, bank_id: UUID | None = None,
                         but_not: UUID | None = None) -> list[list[Alike]]:
    """For each content, what it is like among the items that the actor may read, and earlier ones of the same list.

    In a secure bank (`bank_id`): among all items of that bank, and nowhere else. The most alike first. Two statements
    for 50 contents, whatever the size of the bank.
    """
    authorize(actor, "item:create")
    bank = db.session.get(Bank, bank_id) if bank_id else None
    if bank is not None and bank.is_secure:
        authorize(actor, "bank:write", bank)
    signatures = [sign(content, bank) for content in contents]
    among = Item.bank_id == bank.id if bank is not None and bank.is_secure else visible(actor, "item:read", Item)
    found = _within(signatures)
    for start in range(0, len(signatures), CHUNK):
        chunk = signatures[start:start + CHUNK]
        for offset, alike in enumerate(_in_the_bank(actor, chunk, _place(bank), among, but_not)):
            found[start + offset] += alike
    return [sorted(each, key=lambda alike: -alike.likeness)[:MOST_SHOWN] for each in found]


def find_duplicates_of(actor: Actor, item_id: UUID) -> list[Alike]:
    """What an item is like, without those that somebody said are other questions."""
    item = load_item(item_id)
    authorize(actor, "item:read", item)
    stored = db.session.get(ItemLikeness, item.id)
    if stored is None:
        return []
    numbers = np.frombuffer(stored.signature, np.uint32)
    bank = db.session.get(Bank, item.bank_id) if item.is_secure else None
    among = Item.bank_id == item.bank_id if item.is_secure else visible(actor, "item:read", Item)
    [found] = _in_the_bank(actor, [numbers], _place(bank), among, item.id)
    other = _said_to_be_distinct(item.id)
    return sorted((each for each in found if each.item_id not in other), key=lambda alike: -alike.likeness)[:MOST_SHOWN]


def say_distinct(actor: Actor, item_id: UUID, other_id: UUID) -> None:
    """These two are different questions, however alike: neither is shown beside the other any more."""
    item = load_item(item_id)
    authorize(actor, "item:revise", item)
    if item_id == other_id or db.session.get(Item, other_id) is None:
        raise Invalid(_("There is no such question."))
    if other_id in _said_to_be_distinct(item_id):
        return
    one, other = sorted((item_id, other_id), key=str)
    db.session.add(ItemDistinct(item_id=one, other_id=other, person_id=actor.id))
    audit.record(actor, "item:distinct", subject=("item", item.id), other=str(other_id))


def sign(content: dict[str, Any], bank: Bank | None = None) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """The signature of a content; in a secure bank by keyed hashes, which nobody can try words against."""
    if bank is None or not bank.is_secure:
        return likeness.signature(likeness.shingles(content))
    purpose = f"likeness:{bank.id}"
    return likeness.signature(likeness.shingles(content),
                              lambda each: int.from_bytes(keyed_hash(each, purpose)[:4], "big"))


def store_likeness(contents: dict[UUID, dict[str, Any]], bank: Bank | None, *, fresh: bool = False) -> None:
    """Keep the signatures of items' current contents; `fresh` ones have none yet. Internal: writing calls it."""
    if not fresh:
        for model in (ItemBand, ItemLikeness):
            db.session.execute(delete(model).where(model.item_id.in_(contents)))
    signatures = {item_id: sign(content, bank) for item_id, content in contents.items()}
    rows = [{"item_id": item_id, "signature": numbers.tobytes()} for item_id, numbers in signatures.items()]
    bands = [{"item_id": item_id, "hash": each} for item_id, numbers in signatures.items()
             for each in set(likeness.bands(numbers, _place(bank)))]
    if rows:
        db.session.execute(insert(db.metadata.tables["item_likeness"]), rows)
        db.session.execute(insert(db.metadata.tables["item_band"]), bands)


def fill_likeness(limit: int = 500) -> int:
    """Sign items that have no signature yet, from before there were any; how many. Internal: for a command."""
    wanted = select(Item, ItemVersion).join(ItemVersion, ItemVersion.id == Item.current_version_id).where(
        ~select(ItemLikeness.item_id).where(ItemLikeness.item_id == Item.id).exists(),
        Item.is_secure.is_(False)).limit(limit)
    contents = {item.id: version.content for item, version in db.session.execute(wanted)}
    if contents:
        store_likeness(contents, None, fresh=True)
    return len(contents)


def _place(bank: Bank | None) -> str:
    return str(bank.id) if bank is not None and bank.is_secure else ""


def _within(signatures: Sequence[np.ndarray[Any, Any]]) -> list[list[Alike]]:
    """Which of the same list are alike: each names the first that it is like."""
    first: dict[int, list[int]] = {}
    found: list[list[Alike]] = []
    for position, numbers in enumerate(signatures):
        mine = likeness.bands(numbers)
        best: Alike | None = None
        for other in dict.fromkeys(each for band in mine for each in first.get(band, [])[:1]):
            value = likeness.likeness(numbers.tobytes(), signatures[other].tobytes())
            if value >= likeness.ALIKE and (best is None or value > best.likeness):
                best = Alike(value, position=other)
        found.append([best] if best else [])
        for band in mine:
            first.setdefault(band, []).append(position)
    return found


def _in_the_bank(actor: Actor, signatures: Sequence[np.ndarray[Any, Any]], place: str, among: Any,
                 but_not: UUID | None) -> list[list[Alike]]:
    wanted: dict[int, list[int]] = {}
    for position, numbers in enumerate(signatures):
        for band in likeness.bands(numbers, place):
            wanted.setdefault(band, []).append(position)
    shared = select(ItemBand.item_id, ItemBand.hash).where(ItemBand.hash.in_(wanted)).limit(MOST_ROWS)
    pairs = {(position, row.item_id) for row in db.session.execute(shared) for position in wanted[row.hash]
             if row.item_id != but_not}
    rows = _load_candidates({item_id for _position, item_id in pairs}, among)
    found: list[list[Alike]] = [[] for _each in signatures]
    for position, item_id in pairs:
        if item_id not in rows:
            continue
        item, stored = rows[item_id]
        value = likeness.likeness(signatures[position].tobytes(), stored)
        if value >= likeness.ALIKE:
            found[position].append(Alike(value, item_id, stem=item.stem_text, may_read=may(actor, "item:read", item)))
    return found


def _load_candidates(ids: set[UUID], among: Any) -> dict[UUID, tuple[Item, bytes]]:
    found: dict[UUID, tuple[Item, bytes]] = {}
    known = sorted(ids)
    for start in range(0, len(known), 500):
        statement = select(Item, ItemLikeness.signature).join(ItemLikeness, ItemLikeness.item_id == Item.id).where(
            Item.id.in_(known[start:start + 500]), Item.state != "retired", among)
        found |= {item.id: (item, numbers) for item, numbers in db.session.execute(statement)}
    return found


def _said_to_be_distinct(item_id: UUID) -> set[UUID]:
    rows = db.session.execute(select(ItemDistinct.item_id, ItemDistinct.other_id).where(
        or_(ItemDistinct.item_id == item_id, ItemDistinct.other_id == item_id)))
    return {each for row in rows for each in row if each != item_id}
