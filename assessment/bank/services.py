"""The bank as others use it: find, read, write and draw items.

`get_versions` takes no actor: it is for delivery and marking, which have decided access by exam and attempt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, insert, select

from assessment.bank import permissions as permissions
from assessment.bank.content import ITEM_TYPES, LEVELS, ItemBody, clean_body, read_body
from assessment.bank.markup import plain_text, without_marks
from assessment.bank.models import STATES, TRANSITIONS, Item, ItemOutcome, ItemVersion
from lms.core import audit, clock
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize, visible
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

CHUNK = 500
SEARCH_LIMIT = 4000


@dataclass(frozen=True)
class ItemDraft:
    """An item as its author hands it in. `state` draft may still have holes; ready must be complete."""

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


@dataclass(frozen=True)
class ItemVersionData:
    """What delivery and marking need of a version. `key` never goes to a candidate."""

    id: UUID
    item_id: UUID
    type: str
    content: dict[str, Any]
    key: dict[str, Any]


@dataclass(frozen=True)
class ItemDetail:
    """One item with its current version and what it is tied to."""

    item: Item
    version: ItemVersion
    outcome_ids: tuple[UUID, ...]


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


def list_items(actor: Actor, *, subject_id: UUID | None = None, topic_id: UUID | None = None,
               level: str = "", type: str = "", state: str = "", text: str = "", mine: bool = False,
               page: int = 1) -> Page[Item]:
    """Items that the actor may read, newest first; `text` is looked for without regard to tone marks.

    Retired items are listed only where `state` asks for them.
    """
    authorize(actor, "item:list")
    wanted = ItemFilter(subject_id, topic_id, level, type, state, text, mine)
    statement = select(Item).where(visible(actor, "item:read", Item), *_conditions(wanted, actor))
    return paginate(statement.order_by(Item.updated_at.desc(), Item.id.desc()), page)


def get_item(actor: Actor, item_id: UUID) -> ItemDetail:
    """One item with its current version; raises NotFound."""
    item = _load_item(item_id)
    authorize(actor, "item:read", item)
    return _detail(item)


def list_versions(actor: Actor, item_id: UUID) -> list[ItemVersion]:
    """Every version of an item, newest first."""
    item = _load_item(item_id)
    authorize(actor, "item:read", item)
    return list(db.session.scalars(select(ItemVersion).where(ItemVersion.item_id == item_id)
                                   .order_by(ItemVersion.number.desc())))


def create_item(actor: Actor, draft: ItemDraft) -> Item:
    """A new item with its first version; raises Invalid with a problem for each wrong field."""
    authorize(actor, "item:create")
    [item_id] = create_items(actor, [draft])
    return _load_item(item_id)


def create_items(actor: Actor, drafts: Sequence[ItemDraft]) -> list[UUID]:
    """Many new items at once, all or none; raises Invalid. A handful of statements for 500 items.

    The texts are cleaned before the first statement, so that no lock is held meanwhile.
    """
    authorize(actor, "item:create")
    bodies = [_body_of(draft) for draft in drafts]
    _check_places(drafts)
    organisation_id = organisations.home_of(actor.places(*permissions.WRITERS))
    ids: list[UUID] = []
    for start in range(0, len(drafts), CHUNK):
        chunk = list(zip(drafts[start:start + CHUNK], bodies[start:start + CHUNK], strict=True))
        ids += _insert_items(actor, organisation_id, chunk)
    subject = ("item", ids[0]) if len(ids) == 1 else None
    audit.record(actor, "item:create", subject=subject, count=len(ids))
    return ids


def revise_item(actor: Actor, item_id: UUID, draft: ItemDraft) -> Item:
    """A new version, and its place in the curriculum; the type stays. Raises Invalid; Conflict if retired."""
    item = _load_item(item_id, to_change=True)
    authorize(actor, "item:revise", item)
    if item.state == "retired":
        raise Conflict(_("This question is retired; take it back first."))
    if draft.type != item.type:
        raise Invalid(_("The type of a question cannot be changed; write a new one."))
    _check_places([draft])
    body = _body_of(draft)
    latest = _load_version(item.current_version_id)
    if (body.content, body.key) != (latest.content, latest.key):
        _add_version(actor, item, body, latest.number + 1)
    _place(item, draft)
    _move(item, draft.state)
    item.updated_at = clock.now()
    audit.record(actor, "item:revise", subject=("item", item.id), state=item.state)
    db.session.flush()
    return item


def make_item_ready(actor: Actor, item_id: UUID) -> Item:
    """A draft that is complete may be drawn from now on; raises Invalid naming what is missing."""
    item = _load_item(item_id, to_change=True)
    authorize(actor, "item:revise", item)
    version = _load_version(item.current_version_id)
    clean_body(version.type, version.content, version.key)
    return _move_and_record(actor, item, "ready")


def retire_item(actor: Actor, item_id: UUID) -> Item:
    """Not drawn any more; exams that have it keep it."""
    item = _load_item(item_id, to_change=True)
    authorize(actor, "item:retire", item)
    return _move_and_record(actor, item, "retired")


def restore_item(actor: Actor, item_id: UUID) -> Item:
    """A retired item becomes a draft again."""
    item = _load_item(item_id, to_change=True)
    authorize(actor, "item:retire", item)
    return _move_and_record(actor, item, "draft")


def draw_pool(actor: Actor, *, subject_id: UUID | None = None, topic_id: UUID | None = None,
              level: str | None = None, type: str | None = None) -> list[tuple[UUID, UUID]]:
    """(item id, current version id) of every ready item that the actor may use, in a stable order."""
    authorize(actor, "item:list")
    wanted = ItemFilter(subject_id, topic_id, level or "", type or "", "ready")
    statement = select(Item.id, Item.current_version_id).order_by(Item.id)
    rows = db.session.execute(statement.where(visible(actor, "item:read", Item), *_conditions(wanted, actor)))
    return [(row.id, row.current_version_id) for row in rows]


def count_pool(actor: Actor, subject_id: UUID) -> dict[tuple[UUID | None, str, str], int]:
    """How many ready items of a subject the actor may use, by (topic id, level, type)."""
    authorize(actor, "item:list")
    kind = (Item.topic_id, Item.level, Item.type)
    statement = select(*kind, func.count()).where(
        visible(actor, "item:read", Item), *_conditions(ItemFilter(subject_id, state="ready"), actor)).group_by(*kind)
    return {(topic_id, level, type): number for topic_id, level, type, number in db.session.execute(statement)}


def get_versions(version_ids: Iterable[UUID]) -> dict[UUID, ItemVersionData]:
    """Content and key by version id, unknown ids left out. Internal: the caller has decided on access."""
    wanted = list(set(version_ids))
    found: dict[UUID, ItemVersionData] = {}
    for start in range(0, len(wanted), CHUNK):
        chunk = ItemVersion.id.in_(wanted[start:start + CHUNK])
        for row in db.session.scalars(select(ItemVersion).where(chunk)):
            found[row.id] = ItemVersionData(row.id, row.item_id, row.type, row.content, row.key)
    return found


def _conditions(wanted: ItemFilter, actor: Actor) -> list[ColumnElement[bool]]:
    equal = [(Item.subject_id, wanted.subject_id), (Item.topic_id, wanted.topic_id),
             (Item.level, wanted.level), (Item.type, wanted.type), (Item.state, wanted.state)]
    conditions: list[ColumnElement[bool]] = [column == value for column, value in equal if value]
    if not wanted.state:
        conditions.append(Item.state != "retired")
    if wanted.mine:
        conditions.append(Item.owner_id == actor.person_id)
    conditions += [Item.search_text.contains(word, autoescape=True)
                   for word in without_marks(wanted.text[:200]).split()[:12]]
    return conditions


def find_item(item_id: UUID) -> Item | None:
    """The row, or None. Internal, for rooms that decide themselves who may see it: no actor."""
    return db.session.get(Item, item_id)


def _load_item(item_id: UUID, *, to_change: bool = False) -> Item:
    """The row; `to_change` makes others who would change it wait, so that versions keep their numbers."""
    item = db.session.get(Item, item_id, with_for_update=to_change)
    if item is None:
        raise NotFound(_("There is no such question."))
    return item


def _load_version(version_id: UUID) -> ItemVersion:
    version = db.session.get(ItemVersion, version_id)
    if version is None:
        raise NotFound(_("There is no such version of the question."))
    return version


def _detail(item: Item) -> ItemDetail:
    outcomes = select(ItemOutcome.outcome_id).where(ItemOutcome.item_id == item.id)
    return ItemDetail(item, _load_version(item.current_version_id), tuple(db.session.scalars(outcomes)))


def _body_of(draft: ItemDraft) -> ItemBody:
    """The cleaned body; a draft needs a prompt at least."""
    if draft.state == "ready":
        return clean_body(draft.type, draft.content, draft.key)
    body, problems = read_body(draft.type, draft.content, draft.key)
    fatal = [problem for problem in problems if problem.where in ("type", "prompt")]
    if fatal:
        raise Invalid(_("This question cannot be kept yet."), problems=fatal)
    return body


def _check_places(drafts: Sequence[ItemDraft]) -> None:
    """Subject, topic, outcomes, grade, level and state of every draft; a few statements for any number."""
    subjects = {subject.id for subject in curriculum.list_subjects()}
    used = {draft.subject_id for draft in drafts} & subjects
    topics = {topic.id: each for each in used for topic in curriculum.list_topics(each)}
    asked = {draft.subject_id for draft in drafts if draft.outcome_ids} & used
    outcomes = {outcome.id for each in asked for outcome in curriculum.list_outcomes(each)}
    for draft in drafts:
        problems = _place_problems(draft, subjects, topics, outcomes)
        if problems:
            raise Invalid(_("Say where this question belongs."), problems=problems)


def _place_problems(draft: ItemDraft, subjects: set[UUID], topics: dict[UUID, UUID],
                    outcomes: set[UUID]) -> list[Problem]:
    checks = [
        (draft.subject_id in subjects, "subject_id", _("Choose a subject.")),
        (draft.topic_id is None or topics.get(draft.topic_id) == draft.subject_id, "topic_id",
         _("This topic is not one of the subject.")),
        (set(draft.outcome_ids) <= outcomes, "outcome_ids", _("An outcome is not one of the subject.")),
        (draft.grade is None or draft.grade in curriculum.GRADES, "grade", _("Choose a grade from 1 to 12.")),
        (draft.level in LEVELS, "level", _("Choose a level.")),
        (draft.type in ITEM_TYPES, "type", _("No such type of question.")),
        (draft.state in STATES[:2], "state", _("A question is saved as a draft or as ready.")),
        (draft.language in ("vi", "en"), "language", _("Choose a language.")),
    ]
    return [Problem(where, message) for holds, where, message in checks if not holds]


def _insert_items(actor: Actor, organisation_id: UUID | None,
                  chunk: Sequence[tuple[ItemDraft, ItemBody]]) -> list[UUID]:
    items, versions, outcomes = [], [], []
    for draft, body in chunk:
        item_id, version_id = new_id(), new_id()
        items.append({"id": item_id, "owner_id": actor.id, "organisation_id": organisation_id,
                      "current_version_id": version_id, "state": draft.state, "type": draft.type,
                      **_place_columns(draft), **_text_columns(body)})
        versions.append({"id": version_id, "item_id": item_id, "number": 1, "type": body.type,
                         "content": body.content, "key": body.key, "created_by": actor.id})
        outcomes += [{"item_id": item_id, "outcome_id": each} for each in dict.fromkeys(draft.outcome_ids)]
    for model, rows in ((Item, items), (ItemVersion, versions), (ItemOutcome, outcomes)):
        if rows:
            db.session.execute(insert(model), rows)
    return [row["id"] for row in items]


def _place_columns(draft: ItemDraft) -> dict[str, Any]:
    return {"subject_id": draft.subject_id, "topic_id": draft.topic_id, "grade": draft.grade,
            "level": draft.level, "language": draft.language}


def _text_columns(body: ItemBody) -> dict[str, str]:
    options = " ".join(plain_text(option["text"]) for option in body.content["options"])
    words = without_marks(f"{plain_text(body.content['prompt'], SEARCH_LIMIT)} {options}")
    return {"stem_text": body.stem_text, "search_text": words[:SEARCH_LIMIT]}


def _add_version(actor: Actor, item: Item, body: ItemBody, number: int) -> None:
    version = ItemVersion(id=new_id(), item_id=item.id, number=number, type=body.type, content=body.content,
                          key=body.key, created_by=actor.person_id)
    db.session.add(version)
    item.current_version_id = version.id
    for name, value in _text_columns(body).items():
        setattr(item, name, value)


def _place(item: Item, draft: ItemDraft) -> None:
    for name, value in _place_columns(draft).items():
        setattr(item, name, value)
    wanted = set(draft.outcome_ids)
    for row in db.session.scalars(select(ItemOutcome).where(ItemOutcome.item_id == item.id)):
        if row.outcome_id in wanted:
            wanted.discard(row.outcome_id)
        else:
            db.session.delete(row)
    db.session.add_all(ItemOutcome(item_id=item.id, outcome_id=each) for each in wanted)


def _move(item: Item, state: str) -> None:
    if item.state == state:
        return
    if (item.state, state) not in TRANSITIONS:
        raise Conflict(_("The question cannot go from this state to that one."))
    item.state = state


def _move_and_record(actor: Actor, item: Item, state: str) -> Item:
    before = item.state
    _move(item, state)
    item.updated_at = clock.now()
    audit.record(actor, "item:move", subject=("item", item.id), before=before, after=state)
    return item


