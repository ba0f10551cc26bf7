"""Writing items: new ones, one or many at once, and new versions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from assessment.bank import permissions as permissions
from assessment.bank.content import ITEM_TYPES, LEVELS, ItemBody, clean_body, read_body
from assessment.bank.markup import plain_text, without_marks
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from assessment.bank.services.moves import move_item
from assessment.bank.services.records import CHUNK, ItemDraft, load_item, load_version
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

SEARCH_LIMIT = 4000


def create_item(actor: Actor, draft: ItemDraft) -> Item:
    """A new item with its first version; raises Invalid with a problem for each wrong field."""
    authorize(actor, "item:create")
    [item_id] = create_items(actor, [draft])
    return load_item(item_id)


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
    item = load_item(item_id, to_change=True)
    authorize(actor, "item:revise", item)
    if item.state == "retired":
        raise Conflict(_("This question is retired; take it back first."))
    if draft.type != item.type:
        raise Invalid(_("The type of a question cannot be changed; write a new one."))
    _check_places([draft])
    body = _body_of(draft)
    latest = load_version(item.current_version_id)
    if (body.content, body.key) != (latest.content, latest.key):
        _add_version(actor, item, body, latest.number + 1)
    _place(item, draft)
    move_item(item, draft.state)
    item.updated_at = clock.now()
    audit.record(actor, "item:revise", subject=("item", item.id), state=item.state)
    db.session.flush()
    return item


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
        (draft.state in ("draft", "ready"), "state", _("A question is saved as a draft or as ready.")),
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
                         "stored_content": body.content, "stored_key": body.key, "created_by": actor.id})
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
