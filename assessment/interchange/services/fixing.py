"""Looking at the questions of a staged file, and putting right what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update

from assessment.bank.content import LEVELS, read_body
from assessment.bank.sealing import open_bytes
from assessment.interchange.models import ImportBatch, ImportMedium, ImportQuestion, ImportStimulus
from assessment.interchange.services.places import ImportPlace, load_batch, load_question, not_dropped
from lms.core.db import Page, db, outside_transaction, paginate
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.core.storage import storage

PER_PAGE = 20
VIEWS = ("all", "unsure", "refused", "good", "twins", "dropped")


@dataclass(frozen=True)
class Fix:
    """A question as somebody wants it: its body, and where it belongs. "" for the level: that of the whole file."""

    type: str
    content: Mapping[str, Any]
    key: Mapping[str, Any]
    level: str = ""
    category: str = ""


def list_questions(actor: Actor, batch_id: UUID, *, view: str = "all", page: int = 1) -> Page[ImportQuestion]:
    """The questions of a file in its order, those of one view."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    statement = select(ImportQuestion).where(ImportQuestion.batch_id == batch_id, *_conditions(view))
    return paginate(statement.order_by(ImportQuestion.number), page, per_page=PER_PAGE)


def get_question(actor: Actor, batch_id: UUID, number: int) -> ImportQuestion:
    """One question of a file."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    return load_question(batch_id, number)


def list_stimuli(actor: Actor, batch_id: UUID, refs: set[str]) -> dict[str, ImportStimulus]:
    """The shared texts by what the questions call them."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    rows = db.session.scalars(select(ImportStimulus).where(
        ImportStimulus.batch_id == batch_id, ImportStimulus.ref.in_(refs))) if refs else ()
    return {row.ref: row for row in rows}


def open_medium(actor: Actor, batch_id: UUID, sha256: str) -> tuple[str, bytes]:
    """(content type, bytes) of a picture or sound of a staged file; raises NotFound."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    row = db.session.get(ImportMedium, (batch_id, sha256))
    if row is None:
        raise NotFound(_("There is no such picture or sound."))
    content_type, key = row.content_type, row.storage_key
    outside_transaction()
    with storage().open(key) as stream:
        return content_type, open_bytes(stream.read(), key)


def fix_question(actor: Actor, batch_id: UUID, number: int, fix: Fix) -> ImportQuestion:
    """Take a question as it was put right, and check it again: `fixed` when nothing is wrong, else `refused`.

    Nobody is asked twice: what was unsure counts as looked at.
    """
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    question = load_question(batch_id, number)
    body, problems = read_body(fix.type, fix.content, fix.key, staged=True)
    metadata = {**question.data["metadata"], "level": fix.level if fix.level in LEVELS else "", "by_hand": True}
    question.data = {**question.data, "type": fix.type if not _is_unknown(problems) else "", "content": body.content,
                     "key": body.key, "category": " ".join(fix.category.split())[:200], "metadata": metadata,
                     "name": question.data["name"] or body.stem_text[:80]}
    question.problems = [{"where": each.where, "message": each.message} for each in problems]
    question.state, question.unsure = ("refused", question.unsure) if problems else ("fixed", [])
    db.session.flush()
    return question


def accept_question(actor: Actor, batch_id: UUID, number: int) -> ImportQuestion:
    """Somebody has looked at an unsure question and it is right as it stands."""
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    question = load_question(batch_id, number)
    if question.state == "unsure":
        question.state = "fixed"
    db.session.flush()
    return question


def drop_question(actor: Actor, batch_id: UUID, number: int, *, drop: bool = True) -> ImportQuestion:
    """Leave a question out, or take it back in."""
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    question = load_question(batch_id, number)
    if drop:
        question.state = "dropped"
    elif question.state == "dropped":
        question.state = "refused" if question.problems else "unsure" if question.unsure else "good"
    db.session.flush()
    return question


def set_for_all(actor: Actor, batch_id: UUID, *, level: str | None = None, topic: str | None = None) -> None:
    """One level, or one topic ("" for none), for every question of the file but those that were set by hand."""
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    place = ImportPlace.from_json(batch.place)
    if level is not None:
        if level not in LEVELS:
            raise Invalid(_("Choose a level."))
        place = replace(place, level=level, one_level=True)
    if topic is not None:
        place = replace(place, one_topic=" ".join(topic.split())[:200])
    batch.place = place.as_json()


def accept_keys_of_all(actor: Actor, batch_id: UUID) -> int:
    """The key as the file's table says is right for every question where only the key was unsure; how many."""
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    rows = db.session.scalars(select(ImportQuestion).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.state == "unsure"))
    taken = [row for row in rows if all(each["where"] == "key" for each in row.unsure)]
    for row in taken:
        row.state = "fixed"
    db.session.flush()
    return len(taken)


def drop_twins(actor: Actor, batch_id: UUID) -> int:
    """Leave out every question that is nearly the same as one before it or one in the bank; how many."""
    batch = _load_staged(batch_id)
    authorize(actor, "import:confirm", batch)
    dropped = db.session.execute(update(ImportQuestion).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.has_twins, *not_dropped()).values(state="dropped")
        .returning(ImportQuestion.number)).all()
    return len(dropped)


def _load_staged(batch_id: UUID) -> ImportBatch:
    batch = load_batch(batch_id)
    if batch.state != "staged":
        raise Conflict(_("The questions of this file can be changed only before they are imported."))
    return batch


def _conditions(view: str) -> list[ColumnElement[bool]]:
    by_view: dict[str, list[ColumnElement[bool]]] = {
        "good": [ImportQuestion.state.in_(("good", "fixed"))],
        "unsure": [ImportQuestion.state == "unsure"], "refused": [ImportQuestion.state == "refused"],
        "dropped": [ImportQuestion.state == "dropped"], "twins": [ImportQuestion.has_twins.is_(True), *not_dropped()],
    }
    return by_view.get(view, [])


def _is_unknown(problems: list[Any]) -> bool:
    return any(each.where == "type" for each in problems)
