"""From one state to the next, through the one table of moves: who, when, at which version and why."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from assessment.bank.banks_models import Bank, ItemComment, ItemMove, ItemSignOff
from assessment.bank.content import clean_body
from assessment.bank.models import Item, ItemVersion
from assessment.bank.review import BY_NAME, CHECKLIST, DESK, REVIEWED, Move, find_move, moves_from
from assessment.bank.sealing import seal_row
from assessment.bank.services.records import admit, load_item, load_version
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, may

MOST_WORDS = 2000


@dataclass(frozen=True)
class Told:
    """What somebody says as he moves an item: why, and what he looked at. `version_id`: the version he saw."""

    reason: str = ""
    checklist: tuple[str, ...] = ()
    version_id: UUID | None = None


NOTHING_TOLD = Told()


def take_move(actor: Actor, item_id: UUID, name: str, told: Told = NOTHING_TOLD) -> Item:
    """Move an item; raises Conflict where that is not open now, Invalid where something is missing.

    Forbidden where the rule of two persons holds: nobody signs what he wrote, and content and approval are signed by
    different people.
    """
    item = load_item(item_id, to_change=True)
    move = BY_NAME.get(name)
    if move is None or name == "reopen":
        raise NotFound(_("There is no such step."))
    admit(actor, move.permission, item)
    bank = bank_of(item)
    if item.state not in move.before or where_is(bank) not in move.where:
        raise Conflict(_("The question cannot go from this state to that one."))
    if told.version_id not in (None, item.current_version_id):
        raise Conflict(_("There is a newer version than the one that you looked at. Look at it first."))
    _check(item, move, told, where_is(bank))
    if move.signs:
        _sign_off(actor, item, bank, move, told)
    return _step(actor, item, move.after, told.reason)


def make_item_ready(actor: Actor, item_id: UUID) -> Item:
    """A draft that is complete may be drawn from now on; in a reviewed bank it is handed in for review.

    Raises Invalid naming what is missing.
    """
    reviewed = where_is(bank_of(load_item(item_id))) == REVIEWED
    return take_move(actor, item_id, "submit" if reviewed else "ready")


def retire_item(actor: Actor, item_id: UUID, reason: str = "") -> Item:
    """Not drawn any more; exams that have it keep it."""
    return take_move(actor, item_id, "retire", Told(reason))


def restore_item(actor: Actor, item_id: UUID) -> Item:
    """A retired item becomes a draft again."""
    return take_move(actor, item_id, "restore")


def list_moves(actor: Actor, item: Item) -> list[Move]:
    """The moves that the actor may take now, the rule of two persons apart."""
    return [move for move in moves_from(item.state, where_is(bank_of(item))) if may(actor, move.permission, item)]


def bank_of(item: Item) -> Bank | None:
    """The bank that an item belongs to. Internal: the caller authorises on the item."""
    return db.session.get(Bank, item.bank_id) if item.bank_id is not None else None


def where_is(bank: Bank | None) -> str:
    """Which moves are open in a bank; None: on the owner's desk."""
    return REVIEWED if bank is not None and bank.reviewed else DESK


def needs_two(bank: Bank | None) -> bool:
    """Whether the rule of two persons holds there."""
    return bank is not None and (bank.is_secure or (bank.reviewed and bank.two_person))


def writers_of(item: Item) -> set[UUID]:
    """Everybody who wrote a version of an item, and its owner. Internal."""
    made = select(ItemVersion.created_by).where(ItemVersion.item_id == item.id)
    return {item.owner_id, *(each for each in db.session.scalars(made) if each is not None)}


def valid_sign_offs(item: Item) -> list[ItemSignOff]:
    """The sign-offs that count: of the current version, since it was last handed in. Internal."""
    handed_in = db.session.scalar(select(func.max(ItemMove.created_at)).where(
        ItemMove.item_id == item.id, ItemMove.after == "content_review"))
    found = select(ItemSignOff).where(ItemSignOff.item_version_id == item.current_version_id)
    if handed_in is not None:
        found = found.where(ItemSignOff.created_at >= handed_in)
    return list(db.session.scalars(found.order_by(ItemSignOff.created_at)))


def move_item(actor: Actor, item: Item, state: str, bank: Bank | None) -> None:
    """Set the state as a part of writing; raises Conflict where the table has no such move. Internal."""
    if item.state == state:
        return
    if find_move(item.state, state, where_is(bank)) is None:
        raise Conflict(_("The question cannot go from this state to that one."))
    _step(actor, item, state)


def _step(actor: Actor, item: Item, state: str, reason: str = "") -> Item:
    """Write the step down and take it. Internal: the caller has looked at the table of moves."""
    row = ItemMove(id=new_id(), item_id=item.id, item_version_id=item.current_version_id, before=item.state,
                   after=state, actor_id=actor.person_id, words={"reason": reason.strip()[:MOST_WORDS]})
    db.session.add(seal_row(row) if item.is_secure else row)
    audit.record(actor, "item:move", subject=("item", item.id), before=item.state, after=state,
                 organisation_id=item.organisation_id)
    item.state = state
    item.updated_at = clock.now()
    return item


def _check(item: Item, move: Move, told: Told, where: str) -> None:
    if move.asks_reason and not told.reason.strip() and where == REVIEWED:
        raise Invalid(_("Say why."), problems=[Problem("reason", _("Say why."))])
    if move.complete:
        version = load_version(item.current_version_id)
        clean_body(version.type, version.content, version.key)
    if move.signs == "language" and set(told.checklist) != set(CHECKLIST):
        message = _("Go through every point of the list before you sign.")
        raise Invalid(message, problems=[Problem("checklist", message)])
    if move.signs:
        _check_comments(item.id)


def _check_comments(item_id: UUID) -> None:
    count = db.session.scalar(select(func.count()).where(
        ItemComment.item_id == item_id, ItemComment.settled_at.is_(None)))
    if count:
        raise Conflict(_("%(count)s remarks are still open. Settle them before you sign.", count=count))


def _sign_off(actor: Actor, item: Item, bank: Bank | None, move: Move, told: Told) -> None:
    signed = {row.stage: row.person_id for row in valid_sign_offs(item)}
    if needs_two(bank):
        _check_two_persons(actor, writers_of(item), signed, move.signs)
    if move.signs == "approval" and not {"content", "language"} <= set(signed):
        raise Conflict(_("This version has not been through the review of its content and language."))
    row = ItemSignOff(id=new_id(), item_id=item.id, item_version_id=item.current_version_id, stage=move.signs,
                      person_id=actor.id, checklist=_looked_at(told.checklist), words={"note": told.reason.strip()})
    db.session.add(seal_row(row) if item.is_secure else row)
    audit.record(actor, "item:sign", subject=("item", item.id), organisation_id=item.organisation_id,
                 stage=move.signs, version=str(item.current_version_id))


def _check_two_persons(actor: Actor, writers: set[UUID], signed: dict[str, UUID], stage: str) -> None:
    if actor.id in writers:
        raise Forbidden(_("You wrote this question, so somebody else must sign it."))
    other = {"content": "approval", "approval": "content"}.get(stage, "")
    if signed.get(other) == actor.id:
        raise Forbidden(_("You signed the content of this question, so somebody else must approve it."))


def _looked_at(codes: Collection[str]) -> list[str]:
    return [code for code in CHECKLIST if code in codes]
