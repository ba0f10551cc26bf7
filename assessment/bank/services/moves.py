"""From one state to the next, through the one table of transitions."""

from uuid import UUID

from assessment.bank.content import clean_body
from assessment.bank.models import Item
from assessment.bank.review import DESK, find_move
from assessment.bank.services.records import load_item, load_version
from lms.core import audit, clock
from lms.core.errors import Conflict
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize


def make_item_ready(actor: Actor, item_id: UUID) -> Item:
    """A draft that is complete may be drawn from now on; raises Invalid naming what is missing."""
    item = load_item(item_id, to_change=True)
    authorize(actor, "item:revise", item)
    version = load_version(item.current_version_id)
    clean_body(version.type, version.content, version.key)
    return _move_and_record(actor, item, "ready")


def retire_item(actor: Actor, item_id: UUID) -> Item:
    """Not drawn any more; exams that have it keep it."""
    item = load_item(item_id, to_change=True)
    authorize(actor, "item:retire", item)
    return _move_and_record(actor, item, "retired")


def restore_item(actor: Actor, item_id: UUID) -> Item:
    """A retired item becomes a draft again."""
    item = load_item(item_id, to_change=True)
    authorize(actor, "item:retire", item)
    return _move_and_record(actor, item, "draft")


def move_item(item: Item, state: str) -> None:
    """Set the state; raises Conflict where the table has no such transition."""
    if item.state == state:
        return
    if find_move(item.state, state, DESK) is None:
        raise Conflict(_("The question cannot go from this state to that one."))
    item.state = state


def _move_and_record(actor: Actor, item: Item, state: str) -> Item:
    before = item.state
    move_item(item, state)
    item.updated_at = clock.now()
    audit.record(actor, "item:move", subject=("item", item.id), before=before, after=state)
    return item
