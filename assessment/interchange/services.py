"""Importing question files: read and stage, look at the report, then import all or only the good ones."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from assessment.bank import services as bank
from assessment.interchange import permissions as permissions
from assessment.interchange.models import ImportBatch
from assessment.interchange.questions import (
    FileProblem,
    ImportReport,
    MediaInMemory,
    ParsedQuestion,
    question_json,
    question_of,
)
from assessment.interchange.reading import report_on
from lms.core import audit, clock
from lms.core.db import db, outside_transaction
from lms.core.errors import Conflict, Invalid, NotFound, Problem, TooLarge
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize
from lms.curriculum import services as curriculum

LARGEST_FILE = 10 * 1024**2
KEPT = timedelta(days=1)
MOST_TOLD = 100


@dataclass(frozen=True)
class ImportPlace:
    """Where the questions of a file go. With `use_categories` the file's categories become topics."""

    subject_id: UUID
    level: str = "know"
    grade: int | None = None
    language: str = "vi"
    state: str = "ready"
    use_categories: bool = True

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "subject_id": str(self.subject_id)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ImportPlace":
        """What `as_json` wrote."""
        return cls(**{**data, "subject_id": UUID(data["subject_id"])})


def stage_import(actor: Actor, *, file_name: str, data: bytes, place: ImportPlace) -> ImportBatch:
    """Read a file and keep what was found until its owner decides; raises TooLarge, never for its content."""
    authorize(actor, "import:stage")
    if len(data) > LARGEST_FILE:
        raise TooLarge(_("A question file has at most %(n)s MB. Please split it.", n=LARGEST_FILE // 1024**2))
    name = _plain_name(file_name)
    outside_transaction()
    report = report_on(name, BytesIO(data), MediaInMemory())
    now = clock.now()
    db.session.execute(delete(ImportBatch).where(ImportBatch.expires_at < now))
    batch = ImportBatch(owner_id=actor.id, file_name=name, format=report.format, place=place.as_json(),
                        report=_as_json(report), expires_at=now + KEPT)
    db.session.add(batch)
    db.session.flush()
    return batch


def get_import(actor: Actor, batch_id: UUID) -> ImportBatch:
    """A staged file; raises NotFound when it never was or its day is over."""
    batch = _load_batch(batch_id)
    authorize(actor, "import:read", batch)
    return batch


def report_of(batch: ImportBatch) -> ImportReport:
    """What was found in the file."""
    questions = [question_of(row) for row in batch.report["questions"]]
    problems = [FileProblem(**row) for row in batch.report["problems"]]
    return ImportReport(batch.file_name, batch.format, questions, problems)


def confirm_import(actor: Actor, batch_id: UUID, *, only_good: bool = False) -> int:
    """Write the questions into the bank, all or none; how many.

    Raises Invalid naming file, line and question of each fault, unless `only_good`; Conflict the second time.
    """
    batch = _load_batch(batch_id)
    authorize(actor, "import:confirm", batch)
    if batch.state != "staged":
        raise Conflict(_("This file is imported already."))
    report = report_of(batch)
    problems = list(problems_of(report))
    if not report.good or (problems and not only_good):
        raise Invalid(_("Nothing was imported: the file has faults."), problems=problems[:MOST_TOLD])
    drafts = _drafts(report.good, ImportPlace.from_json(batch.place))
    outside_transaction()
    ids = bank.create_items(actor, drafts)
    _finish(batch_id, len(ids))
    audit.record(actor, "import:confirm", subject=("import_batch", batch_id), count=len(ids))
    return len(ids)


def problems_of(report: ImportReport) -> Iterable[Problem]:
    """Every fault with file, line and question."""
    for problem in report.problems:
        line = _("line %(line)s", line=problem.line) if problem.line else ""
        yield Problem(", ".join(part for part in (report.file, line) if part), problem.message)
    for question in report.refused:
        where = _("%(file)s, line %(line)s, question “%(name)s”", file=report.file, line=question.line,
                  name=question.name or "?")
        for message in question.problems:
            yield Problem(where, message)


def _load_batch(batch_id: UUID) -> ImportBatch:
    batch = db.session.get(ImportBatch, batch_id)
    if batch is None or batch.expires_at < clock.now():
        raise NotFound(_("This upload is not kept any more. Please upload the file again."))
    return batch


def _finish(batch_id: UUID, count: int) -> None:
    """Mark the batch; raises Conflict, which undoes the import, when somebody else was first."""
    done = {"state": "imported", "imported": count, "report": {"questions": [], "problems": []}}
    statement = update(ImportBatch).where(ImportBatch.id == batch_id, ImportBatch.state == "staged")
    marked = db.session.execute(statement.values(**done).returning(ImportBatch.id)).all()
    if not marked:
        raise Conflict(_("This file is imported already."))


def _plain_name(file_name: str) -> str:
    """The last part of the name, printable, at most 120 characters."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-120:] or "?"


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {"questions": [question_json(question) for question in report.questions],
            "problems": [asdict(problem) for problem in report.problems]}


def _drafts(questions: list[ParsedQuestion], place: ImportPlace) -> list[bank.ItemDraft]:
    topics: dict[str, UUID | None] = {"": None}
    for name in dict.fromkeys(question.category for question in questions):
        if name and place.use_categories:
            topics[name] = curriculum.find_or_add_topic(place.subject_id, name, place.grade).id
    return [bank.ItemDraft(question.type, question.content, question.key, place.subject_id, place.level,
                           topic_id=topics.get(question.category), grade=place.grade, language=place.language,
                           state=place.state) for question in questions]
