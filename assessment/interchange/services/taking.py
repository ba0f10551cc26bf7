"""From the staging into the bank: all that was asked for or nothing, and back again while nobody used it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from assessment.bank import services as bank
from assessment.bank.content import LEVELS
from assessment.bank.media import keep_many_media, media_ids
from assessment.bank.sealing import open_bytes
from assessment.interchange.models import ImportBatch, ImportMedium, ImportQuestion
from assessment.interchange.services.links import cleaned_body, linked
from assessment.interchange.services.places import (
    AT_ONCE_QUESTIONS,
    MOST_TOLD,
    ImportPlace,
    load_batch,
    owner_of,
    problems_of,
    taken_states,
)
from assessment.interchange.services.stimuli import put_stimuli_back, take_stimuli
from lms.core import audit
from lms.core.db import db, outside_transaction, transaction
from lms.core.errors import Conflict, Invalid, PlatformError
from lms.core.i18n import _, _l, current_locale
from lms.core.jobs import JobFailed, RunningJob, enqueue
from lms.core.permissions import Actor, authorize
from lms.core.storage import storage
from lms.curriculum import services as curriculum

CHUNK, MEDIA_CHUNK = 500, 40
LONGEST_SECONDS = 3600


def confirm_import(actor: Actor, batch_id: UUID, *, only_good: bool = False, only_sure: bool = False) -> ImportBatch:
    """Write the questions into the bank, all or none: at once when they are few, else by a job.

    Raises Invalid naming file, line and question of each fault, unless `only_good`; with `only_sure` questions that
    are unsure stay out too, else they go in as drafts. Raises Conflict the second time.
    """
    batch = load_batch(batch_id, to_change=True)
    authorize(actor, "import:confirm", batch)
    if batch.state != "staged":
        raise Conflict(_("This file is imported already."))
    place = replace(ImportPlace.from_json(batch.place), only_sure=only_sure)
    count = _count_wanted(batch_id, place)
    problems = [] if only_good else list(problems_of(batch))
    if not count or problems:
        raise Invalid(_("Nothing was imported: the file has faults."), problems=problems[:MOST_TOLD])
    batch.place, batch.state = place.as_json(), "importing"
    if count > AT_ONCE_QUESTIONS:
        _enqueue(actor, batch_id)
    else:
        outside_transaction()
        _take_or_put_back(batch_id, actor)
    return load_batch(batch_id)


def take_in_steps(job: RunningJob, batch_id: UUID, locale: str) -> None:
    """The job of a large import. A broken-off try is finished by the next; one that is refused leaves nothing."""
    with force_locale(locale):
        batch = load_batch(batch_id)
        if batch.state != "importing":
            return
        actor = owner_of(batch)
        try:
            _take_or_put_back(batch_id, actor, job)
        except PlatformError as error:
            raise JobFailed(error.message) from error


def undo_import(actor: Actor, batch_id: UUID) -> None:
    """Take all questions of an import out of the bank again; raises Conflict when one was used or revised since."""
    batch = load_batch(batch_id, to_change=True)
    authorize(actor, "import:undo", batch)
    if batch.state not in ("imported", "importing"):
        raise Conflict(_("There is nothing to undo: this file is not imported."))
    _put_back(actor, batch_id)
    batch.state, batch.imported = "undone", 0
    enqueue("assessment.forget_media", priority=20, owner=actor.person_id, subject=("import_media", batch_id),
            batch_id=str(batch_id))
    audit.record(actor, "import:undo", subject=("import_batch", batch_id))


def forget_media(batch_id: UUID) -> None:
    """The job after an undo: the pictures that this file brought, and that nothing else shows, go as well."""
    mine, other = aliased(ImportMedium), aliased(ImportMedium)
    elsewhere = select(other.src).where(other.src == mine.src, other.batch_id != batch_id).exists()
    with transaction():
        brought = select(mine.src).where(mine.batch_id == batch_id, mine.src != "", ~elsewhere)
        sources = list(db.session.scalars(brought))
    bank.remove_unused_media([each for source in sources for each in media_ids(source)])
    with transaction():
        db.session.execute(update(ImportMedium).values(src="").where(ImportMedium.batch_id == batch_id))


def resume_import(actor: Actor, batch_id: UUID) -> ImportBatch:
    """Go on with an import that broke off."""
    batch = load_batch(batch_id, to_change=True)
    authorize(actor, "import:confirm", batch)
    if batch.state != "importing":
        raise Conflict(_("There is nothing to go on with."))
    _enqueue(actor, batch_id)
    return batch


def imported_items(actor: Actor, batch_id: UUID) -> list[UUID]:
    """The items that came of an import, in the file's order."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    return list(db.session.scalars(select(ImportQuestion.item_id).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.item_id.is_not(None)).order_by(ImportQuestion.number)))


def _enqueue(actor: Actor, batch_id: UUID) -> None:
    enqueue("assessment.take_import", priority=30, owner=actor.person_id, subject=("import_batch", batch_id),
            batch_id=str(batch_id), locale=current_locale())


def _take_or_put_back(batch_id: UUID, actor: Actor, job: RunningJob | None = None) -> None:
    """Every step is short; where one is refused the steps before it are taken back."""
    try:
        place = ImportPlace.from_json(load_batch(batch_id).place)
        sources = _take_media(actor, batch_id, place)
        stimuli = take_stimuli(actor, batch_id, place, sources)
        total = _count_wanted(batch_id, place)
        while done := _take_chunk(actor, batch_id, _Links(place, sources, stimuli)):
            if job:
                job.progress(done / max(1, total), _l("Questions are being written into the bank"))
        _finish(actor, batch_id)
    except PlatformError:
        db.session.rollback()
        with transaction():
            _put_back(actor, batch_id)
            load_batch(batch_id, to_change=True).state = "staged"
        raise


def _take_media(actor: Actor, batch_id: UUID, place: ImportPlace) -> dict[str, str]:
    """The bank's `src` of every picture and sound, by digest."""
    mine = select(ImportMedium).where(ImportMedium.batch_id == batch_id)
    while True:
        rows = list(db.session.scalars(mine.where(ImportMedium.src == "").limit(MEDIA_CHUNK)))
        if not rows:
            break
        named = [(row.sha256, row.name, row.storage_key) for row in rows]
        outside_transaction()
        kept = keep_many_media(actor, [(name, _read(key)) for _sha, name, key in named], bank_id=place.bank_id)
        for (sha256, _name, _key), each in zip(named, kept, strict=True):
            db.session.execute(update(ImportMedium).values(src=each.src).where(
                ImportMedium.batch_id == batch_id, ImportMedium.sha256 == sha256))
        outside_transaction()
    return {row.sha256: row.src for row in db.session.scalars(mine)}


def _read(key: str) -> bytes:
    with storage().open(key) as stream:
        return open_bytes(stream.read(), key)


class _Links:
    """What the questions of a file point to, as the bank knows it."""

    def __init__(self, place: ImportPlace, sources: dict[str, str], stimuli: dict[str, UUID]) -> None:
        self.place, self.sources, self.stimuli = place, sources, stimuli
        self.topics: dict[str, UUID | None] = {"": None}
        self.outcomes = {each.code: each.id for each in curriculum.list_outcomes(place.subject_id)}

    def draft(self, row: ImportQuestion) -> bank.ItemDraft:
        data, metadata = row.data, row.data["metadata"]
        level = metadata.get("level") if metadata.get("by_hand") or not self.place.one_level else ""
        outcomes = (self.outcomes.get(str(code)) for code in metadata.get("outcomes") or ())
        state = "draft" if row.state == "unsure" else self.place.state
        content, key = linked([data["content"], data["key"]], self.sources)
        return bank.ItemDraft(
            data["type"], content, key, self.place.subject_id,
            level if level in LEVELS else self.place.level, topic_id=self._topic(data),
            grade=self.place.grade, outcome_ids=tuple(dict.fromkeys(each for each in outcomes if each)),
            language=self.place.language, state=state, bank_id=self.place.bank_id, metadata=_known(metadata),
            body=cleaned_body(data["type"], content, key))

    def _topic(self, data: dict[str, Any]) -> UUID | None:
        name = data["category"]
        if self.place.one_topic is not None and not data["metadata"].get("by_hand"):
            name = self.place.one_topic
        elif not self.place.use_categories:
            name = ""
        if name not in self.topics:
            self.topics[name] = curriculum.find_or_add_topic(self.place.subject_id, name, self.place.grade).id
        return self.topics[name]


def _known(metadata: dict[str, Any]) -> bank.ItemMetadata:
    """What the file knows of a question beside its words, as far as it makes sense."""
    difficulty, seconds = metadata.get("difficulty"), metadata.get("seconds")
    share = float(difficulty) if isinstance(difficulty, int | float) and 0 <= difficulty <= 1 else None
    time = int(seconds) if isinstance(seconds, int | float) and 0 < seconds <= LONGEST_SECONDS else None
    return bank.ItemMetadata(expected_difficulty=share, expected_seconds=time)


def _take_chunk(actor: Actor, batch_id: UUID, links: _Links) -> int:
    """The next questions in one transaction; how many are in the bank now, 0 when none was left."""
    with transaction():
        rows = list(db.session.scalars(_wanted(batch_id, links.place).where(ImportQuestion.item_id.is_(None))
                                       .order_by(ImportQuestion.number).limit(CHUNK)))
        if not rows:
            return 0
        ids = bank.create_items(actor, [links.draft(row) for row in rows])
        sets: dict[UUID, list[tuple[UUID, int]]] = {}
        for row, item_id in zip(rows, ids, strict=True):
            row.item_id = item_id
            if row.stimulus in links.stimuli:
                sets.setdefault(links.stimuli[row.stimulus], []).append((item_id, row.number))
        for stimulus_id, placed in sets.items():
            bank.place_new_items(actor, stimulus_id, placed)
        db.session.flush()
        return _count_taken(batch_id)


def _finish(actor: Actor, batch_id: UUID) -> None:
    with transaction():
        batch = load_batch(batch_id, to_change=True)
        if batch.state != "importing":
            raise Conflict(_("This file is imported already."))
        batch.state, batch.imported = "imported", _count_taken(batch_id)
        audit.record(actor, "import:confirm", subject=("import_batch", batch_id), count=batch.imported)


def _put_back(actor: Actor, batch_id: UUID) -> None:
    for ids in _chunks(batch_id):
        db.session.execute(update(ImportQuestion).where(
            ImportQuestion.batch_id == batch_id, ImportQuestion.item_id.in_(ids)).values(item_id=None))
        bank.remove_unused_items(actor, ids)
    put_stimuli_back(actor, batch_id)


def _chunks(batch_id: UUID) -> Iterator[list[UUID]]:
    rows = list(db.session.scalars(select(ImportQuestion.item_id).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.item_id.is_not(None))))
    yield from ([each for each in rows[start:start + CHUNK] if each] for start in range(0, len(rows), CHUNK))


def _wanted(batch_id: UUID, place: ImportPlace) -> Any:
    return select(ImportQuestion).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.state.in_(taken_states(place)))


def _count_wanted(batch_id: UUID, place: ImportPlace) -> int:
    return db.session.scalar(select(func.count()).select_from(_wanted(batch_id, place).subquery())) or 0


def _count_taken(batch_id: UUID) -> int:
    return db.session.scalar(select(func.count()).where(
        ImportQuestion.batch_id == batch_id, ImportQuestion.item_id.is_not(None))) or 0
