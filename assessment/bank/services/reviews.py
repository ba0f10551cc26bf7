"""What reviewers say of an item: remarks on its parts, the history of its states, and who waits for whom."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from assessment.bank.banks_models import Bank, ItemComment, ItemMove, ItemSignOff
from assessment.bank.models import Item
from assessment.bank.permissions import banks_with
from assessment.bank.review import Move
from assessment.bank.sealing import seal_row
from assessment.bank.services.moves import MOST_WORDS, bank_of, list_moves, needs_two, valid_sign_offs, writers_of
from assessment.bank.services.records import admit, load_item, load_version
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.identity import services as identity


@dataclass(frozen=True)
class Review:
    """An item's way so far: its moves and remarks (oldest first), and the sign-offs that count now.

    `open_moves` may be taken by the one who asks; `must_be_other` says why he may not sign, or is empty.
    """

    bank: Bank | None
    moves: list[ItemMove]
    sign_offs: list[ItemSignOff]
    comments: list[ItemComment]
    open_moves: list[Move]
    must_be_other: bool
    people: dict[UUID, str]

    @property
    def open_comments(self) -> int:
        """How many remarks nobody has settled."""
        return sum(comment.settled_at is None for comment in self.comments)


def get_review(actor: Actor, item_id: UUID) -> Review:
    """Everything that was said and done about an item; raises NotFound, Forbidden."""
    item = load_item(item_id)
    admit(actor, "item:read", item)
    bank = bank_of(item)
    moves = list(db.session.scalars(select(ItemMove).where(ItemMove.item_id == item.id)
                                    .order_by(ItemMove.created_at, ItemMove.id)))
    comments = list(db.session.scalars(select(ItemComment).where(ItemComment.item_id == item.id)
                                       .order_by(ItemComment.created_at, ItemComment.id)))
    signed = valid_sign_offs(item)
    ids = {*(move.actor_id for move in moves), *(each.person_id for each in signed),
           *(comment.person_id for comment in comments), *(comment.settled_by for comment in comments)}
    return Review(bank, moves, signed, comments, list_moves(actor, item),
                  needs_two(bank) and actor.person_id in writers_of(item),
                  identity.person_names(each for each in ids if each is not None))


def comment_item(actor: Actor, item_id: UUID, *, part: str, text: str) -> ItemComment:
    """A remark on a part of the current version; raises Invalid for an empty or overlong one."""
    item = load_item(item_id)
    admit(actor, "item:comment", item)
    text = text.strip()
    if not 0 < len(text) <= MOST_WORDS:
        message = _("Write a remark of at most %(n)s signs.", n=MOST_WORDS)
        raise Invalid(message, problems=[Problem("text", message)])
    version = load_version(item.current_version_id)
    if part not in parts_of(version.content):
        raise Invalid(_("The question has no such part."), problems=[Problem("part", _("Choose a part."))])
    row = ItemComment(id=new_id(), item_id=item.id, item_version_id=version.id, part=part, person_id=actor.id,
                      words={"text": text}, settled_at=None, settled_by=None)
    db.session.add(seal_row(row) if item.is_secure else row)
    audit.record(actor, "item:comment", subject=("item", item.id), organisation_id=item.organisation_id, part=part)
    db.session.flush()
    return row


def settle_comment(actor: Actor, item_id: UUID, comment_id: UUID) -> None:
    """A remark is done with; again changes nothing. Where two persons are needed, the writer settles only his own."""
    item = load_item(item_id, to_change=True)
    admit(actor, "item:comment", item)
    comment = db.session.get(ItemComment, comment_id)
    if comment is None or comment.item_id != item.id:
        raise NotFound(_("There is no such remark."))
    if needs_two(bank_of(item)) and comment.person_id != actor.person_id and actor.person_id in writers_of(item):
        raise Forbidden(_("Whoever made the remark, or another reviewer, settles it; you wrote the question."))
    if comment.settled_at is not None:
        raise Conflict(_("This remark is settled already."))
    comment.settled_at, comment.settled_by = clock.now(), actor.person_id
    audit.record(actor, "item:settle", subject=("item", item.id), organisation_id=item.organisation_id,
                 comment=str(comment.id))


def list_waiting(actor: Actor, page: int = 1) -> Page[Item]:
    """Items that wait for a review by the actor, those that wait longest first."""
    authorize(actor, "bank:list")
    return paginate(select(Item).where(_waits_for(actor)).order_by(Item.updated_at, Item.id), page)


def count_waiting(actor: Actor) -> int:
    """How many items wait for a review by the actor."""
    authorize(actor, "bank:list")
    return db.session.scalar(select(func.count()).select_from(Item).where(_waits_for(actor))) or 0


def list_returned(actor: Actor, limit: int = 20) -> list[Item]:
    """The actor's drafts in banks that have open remarks, the newest first."""
    authorize(actor, "bank:list")
    remarked = select(ItemComment.id).where(ItemComment.item_id == Item.id, ItemComment.settled_at.is_(None)).exists()
    mine = select(Item).where(Item.owner_id == actor.person_id, Item.state == "draft",
                              Item.bank_id.in_(banks_with(actor, "author")), remarked)
    return list(db.session.scalars(mine.order_by(Item.updated_at.desc(), Item.id).limit(limit)))


def parts_of(content: dict[str, object]) -> list[str]:
    """The parts of an item that remarks may be about: "prompt", "options.o1", …, "key", "explanation", "whole"."""
    parts = ["whole", "prompt"]
    for name in ("options", "targets", "gaps", "areas", "points"):
        rows = content.get(name)
        parts += [f"{name}.{row['id']}" for row in rows if "id" in row] if isinstance(rows, list) else []
    pictures = ["picture"] if "image" in content or "/items/media/" in str(content) else []
    table = ["table"] if "table" in content else []
    return [*parts, *pictures, *table, "key", "explanation", "metadata"]


def _waits_for(actor: Actor) -> ColumnElement[bool]:
    stages = (("content_review", "content_reviewer"), ("language_review", "language_reviewer"), ("pilot", "approver"))
    needed = select(Bank.id).where(or_(Bank.kind == "secure", and_(Bank.reviewed, Bank.two_person)))
    own = and_(Item.owner_id == actor.person_id, Item.bank_id.in_(needed))
    return and_(or_(*(and_(Item.state == state, Item.bank_id.in_(banks_with(actor, role))) for state, role in stages)),
                ~own)
