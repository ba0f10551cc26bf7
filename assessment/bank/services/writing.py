"""Writing items: new ones, one or many at once, and new versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from assessment.bank import permissions as permissions
from assessment.bank.answers import search_text
from assessment.bank.banks_models import Bank, ItemMove
from assessment.bank.content import ITEM_TYPES, LEVELS, ItemBody, clean_body, read_body
from assessment.bank.markup import without_marks
from assessment.bank.models import Item, ItemOutcome, ItemVersion
from assessment.bank.review import REVIEWED
from assessment.bank.sealing import binding, seal_json
from assessment.bank.services.duplicates import store_likeness
from assessment.bank.services.moves import bank_of, move_item, where_is
from assessment.bank.services.records import CHUNK, ItemDraft, ItemMetadata, admit, load_item, load_version
from lms.core import audit, clock
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound, Problem
from lms.core.i18n import _, _l
from lms.core.ids import new_id
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum
from lms.organisations import services as organisations

SEARCH_LIMIT = 4000
MOST_SECONDS, MOST_SOURCE = 5 * 3600, 500


def create_item(actor: Actor, draft: ItemDraft) -> Item:
    """A new item with its first version; raises Invalid with a problem for each wrong field."""
    authorize(actor, "item:create")
    [item_id] = create_items(actor, [draft])
    return load_item(item_id)


def create_items(actor: Actor, drafts: Sequence[ItemDraft]) -> list[UUID]:
    """Many new items at once, all or none; raises Invalid. A handful of statements for 500 items.

    The texts are cleaned before the first statement, so that no lock is held meanwhile. All for one bank, or for the
    author's desk.
    """
    authorize(actor, "item:create")
    bodies = [_body_of(draft) for draft in drafts]
    bank = _open_bank(actor, drafts)
    _check_places(drafts)
    home = organisations.home_of(actor.places(*permissions.WRITERS))
    place = Place(bank, bank.organisation_id if bank is not None else home)
    ids: list[UUID] = []
    for start in range(0, len(drafts), CHUNK):
        chunk = list(zip(drafts[start:start + CHUNK], bodies[start:start + CHUNK], strict=True))
        ids += _insert_items(actor, place, chunk)
    subject = ("item", ids[0]) if len(ids) == 1 else None
    audit.record(actor, "item:create", subject=subject, count=len(ids))
    return ids


def revise_item(actor: Actor, item_id: UUID, draft: ItemDraft) -> Item:
    """A new version, and its place in the curriculum; the type stays. Raises Invalid; Conflict if retired."""
    item = load_item(item_id, to_change=True)
    admit(actor, "item:revise", item)
    if item.state == "retired":
        raise Conflict(_("This question is retired; take it back first."))
    if draft.type != item.type:
        raise Invalid(_("The type of a question cannot be changed; write a new one."))
    _check_places([draft])
    bank = bank_of(item)
    reviewed = where_is(bank) == REVIEWED
    body = _body_of(draft, complete=reviewed and item.state != "draft")
    latest = load_version(item.current_version_id)
    is_new = (body.content, body.key) != (latest.content, latest.key)
    if is_new:
        _add_version(actor, item, body, latest)
        store_likeness({item.id: body.content}, bank)
    _place(item, draft)
    move_item(actor, item, _state_after(item, draft.state, is_new=is_new) if reviewed else draft.state, bank)
    item.updated_at = clock.now()
    audit.record(actor, "item:revise", subject=("item", item.id), state=item.state)
    db.session.flush()
    return item


def _metadata_checks(known: ItemMetadata) -> list[tuple[bool, str, Any]]:
    difficulty, seconds = known.expected_difficulty, known.expected_seconds
    return [
        (difficulty is None or 0 <= difficulty <= 1, "expected_difficulty",
         _l("The expected share of right answers is between 0 and 100%.")),
        (seconds is None or 0 < seconds <= MOST_SECONDS, "expected_seconds",
         _l("The expected time is 1 second to 5 hours.")),
        (len(known.source or "") <= MOST_SOURCE, "source", _l("The source is too long.")),
    ]


@dataclass(frozen=True)
class Place:
    """Where new items come to stand: a bank or None for the desk, and whose organisation's they are."""

    bank: Bank | None
    organisation_id: UUID | None


def _open_bank(actor: Actor, drafts: Sequence[ItemDraft]) -> Bank | None:
    [bank_id] = {draft.bank_id for draft in drafts} or {None}
    bank = db.session.get(Bank, bank_id) if bank_id else None
    if bank_id is not None and bank is None:
        raise NotFound(_("There is no such bank."))
    if bank is not None:
        authorize(actor, "bank:write", bank)
    return bank


def _state_after(item: Item, wanted: str, *, is_new: bool) -> str:
    """In a reviewed bank: ready means handed in, and a new version of something signed asks for the review again."""
    if item.state == "draft":
        return "content_review" if wanted == "ready" else "draft"
    return "content_review" if is_new else item.state


def _body_of(draft: ItemDraft, *, complete: bool = False) -> ItemBody:
    """The cleaned body; a draft needs a prompt at least. One with variables is tried with its values always."""
    if draft.body is not None and not draft.body.content.get("variables"):
        return draft.body
    if complete or draft.state == "ready":
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
        (draft.subject_id in subjects, "subject_id", _l("Choose a subject.")),
        (draft.topic_id is None or topics.get(draft.topic_id) == draft.subject_id, "topic_id",
         _l("This topic is not one of the subject.")),
        (set(draft.outcome_ids) <= outcomes, "outcome_ids", _l("An outcome is not one of the subject.")),
        (draft.grade is None or draft.grade in curriculum.GRADES, "grade", _l("Choose a grade from 1 to 12.")),
        (draft.level in LEVELS, "level", _l("Choose a level.")),
        (draft.type in ITEM_TYPES, "type", _l("No such type of question.")),
        (draft.state in ("draft", "ready"), "state", _l("A question is saved as a draft or as ready.")),
        (draft.language in ("vi", "en"), "language", _l("Choose a language.")),
        *_metadata_checks(draft.metadata or ItemMetadata()),
    ]
    return [Problem(where, str(message)) for holds, where, message in checks if not holds]


def _insert_items(actor: Actor, place: Place, chunk: Sequence[tuple[ItemDraft, ItemBody]]) -> list[UUID]:
    items, versions, outcomes, moves = [], [], [], []
    bank, secure = place.bank, place.bank is not None and place.bank.is_secure
    for draft, body in chunk:
        item_id, version_id = new_id(), new_id()
        state = "content_review" if where_is(bank) == REVIEWED and draft.state == "ready" else draft.state
        items.append({"id": item_id, "owner_id": actor.id, "organisation_id": place.organisation_id,
                      "bank_id": bank.id if bank is not None else None, "is_secure": secure,
                      "current_version_id": version_id, "state": state, "type": draft.type,
                      **_place_columns(draft), **_metadata_columns(draft.metadata or ItemMetadata()),
                      **_text_columns(body, secure=secure)})
        versions.append({"id": version_id, "item_id": item_id, "number": 1, "type": body.type,
                         "created_by": actor.id, **_body_columns(version_id, body, secure=secure)})
        outcomes += [{"item_id": item_id, "outcome_id": each} for each in dict.fromkeys(draft.outcome_ids)]
        if state == "content_review":
            moves.append({"item_id": item_id, "item_version_id": version_id, "before": "draft", "after": state,
                          "actor_id": actor.person_id, "stored_words": {"reason": ""}})
    for model, rows in ((Item, items), (ItemVersion, versions), (ItemOutcome, outcomes), (ItemMove, moves)):
        if rows:
            db.session.execute(insert(model), rows)
    store_likeness({row["id"]: body.content for row, (_draft, body) in zip(items, chunk, strict=True)}, bank,
                   fresh=True)
    return [row["id"] for row in items]


def _body_columns(version_id: UUID, body: ItemBody, *, secure: bool) -> dict[str, Any]:
    """Content and key as they are stored: in a secure bank sealed and bound to the version."""
    plain = {ItemVersion.content: body.content, ItemVersion.key: body.key}
    return {each.stored: seal_json(value, binding("item_version", version_id, each)) if secure else value
            for each, value in plain.items()}


def _metadata_columns(known: ItemMetadata) -> dict[str, Any]:
    return vars(known)


def _place_columns(draft: ItemDraft) -> dict[str, Any]:
    return {"subject_id": draft.subject_id, "topic_id": draft.topic_id, "grade": draft.grade,
            "level": draft.level, "language": draft.language}


def _text_columns(body: ItemBody, *, secure: bool) -> dict[str, str]:
    """What lists show and searches read; of a secure item not a word."""
    if secure:
        return {"stem_text": "", "search_text": ""}
    words = without_marks(search_text(body.content, SEARCH_LIMIT))
    return {"stem_text": body.stem_text, "search_text": words[:SEARCH_LIMIT]}


def _add_version(actor: Actor, item: Item, body: ItemBody, latest: ItemVersion) -> None:
    version_id = new_id()
    db.session.add(ItemVersion(id=version_id, item_id=item.id, number=latest.number + 1, type=body.type,
                               created_by=actor.person_id, stimulus_version_id=latest.stimulus_version_id,
                               **_body_columns(version_id, body, secure=item.is_secure)))
    item.current_version_id = version_id
    for name, value in _text_columns(body, secure=item.is_secure).items():
        setattr(item, name, value)


def _place(item: Item, draft: ItemDraft) -> None:
    known = _metadata_columns(draft.metadata) if draft.metadata is not None else {}
    for name, value in (_place_columns(draft) | known).items():
        setattr(item, name, value)
    wanted = set(draft.outcome_ids)
    for row in db.session.scalars(select(ItemOutcome).where(ItemOutcome.item_id == item.id)):
        if row.outcome_id in wanted:
            wanted.discard(row.outcome_id)
        else:
            db.session.delete(row)
    db.session.add_all(ItemOutcome(item_id=item.id, outcome_id=each) for each in wanted)
