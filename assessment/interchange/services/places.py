"""Where the questions of a file go, and the batch that waits for them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from assessment.bank import services as bank
from assessment.interchange import permissions as permissions
from assessment.interchange.models import TAKEN, ImportBatch, ImportQuestion
from lms.core import clock
from lms.core.db import db
from lms.core.errors import NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import Actor, authorize, visible
from lms.organisations import services as organisations

LARGEST_FILE = 200 * 1000**2
LARGEST_SEALED = 20 * 1000**2
"""Bytes of a file on its way into a secure bank, which is sealed as a whole while it waits."""
AT_ONCE_BYTES, AT_ONCE_QUESTIONS = 256 * 1024, 500
"""What is read, or imported, before the answer leaves; more is a job."""
KEPT = timedelta(days=3)
MOST_TOLD, MOST_LISTED = 100, 12


@dataclass(frozen=True)
class ImportPlace:
    """Where the questions of a file go. With `use_categories` the file's categories become topics."""

    subject_id: UUID
    level: str = "know"
    grade: int | None = None
    language: str = "vi"
    state: str = "ready"
    use_categories: bool = True
    bank_id: UUID | None = None
    one_level: bool = False  # whatever the file says of single questions
    one_topic: str | None = None  # in place of the file's categories; "" for none
    only_sure: bool = False  # questions that are unsure stay out

    def as_json(self) -> dict[str, Any]:
        """The same as plain values."""
        return {**asdict(self), "subject_id": str(self.subject_id), "bank_id": self.bank_id and str(self.bank_id)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "ImportPlace":
        """What `as_json` wrote."""
        bank_id = data.get("bank_id")
        return cls(**{**data, "subject_id": UUID(data["subject_id"]), "bank_id": UUID(bank_id) if bank_id else None})


@dataclass(frozen=True)
class Counts:
    """How many questions of a batch are in which state."""

    good: int = 0
    unsure: int = 0
    refused: int = 0
    fixed: int = 0
    dropped: int = 0
    twins: int = 0

    @property
    def found(self) -> int:
        """All of them."""
        return self.good + self.unsure + self.refused + self.fixed + self.dropped

    @property
    def sure(self) -> int:
        """Those that need no further look."""
        return self.good + self.fixed

    @property
    def takeable(self) -> int:
        """Those that can be imported."""
        return self.sure + self.unsure


def get_import(actor: Actor, batch_id: UUID) -> ImportBatch:
    """A staged file; raises NotFound when it never was or its days are over."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    return batch


def list_imports(actor: Actor) -> list[ImportBatch]:
    """One's own imports of the last days, the newest first: to come back to."""
    authorize(actor, "import:stage")
    return list(db.session.scalars(select(ImportBatch).where(
        visible(actor, "import:read", ImportBatch), ImportBatch.expires_at > clock.now())
        .order_by(ImportBatch.created_at.desc()).limit(MOST_LISTED)))


def load_batch(batch_id: UUID, *, to_change: bool = False) -> ImportBatch:
    """The row, whoever asks; raises NotFound."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update=to_change)
    if batch is None or (batch.state in ("reading", "staged") and batch.expires_at < clock.now()):
        raise NotFound(_("This upload is not kept any more. Please upload the file again."))
    return batch


def is_secure(place: ImportPlace) -> bool:
    """Whether the questions of a file go into a secure bank: then nothing of it is kept unsealed."""
    found = bank.find_bank(place.bank_id) if place.bank_id else None
    return found is not None and found.is_secure


def taken_states(place: ImportPlace) -> tuple[str, ...]:
    """The states of the questions that an import takes."""
    return ("good", "fixed") if place.only_sure else TAKEN


def load_question(batch_id: UUID, number: int) -> ImportQuestion:
    """One question of a file; raises NotFound."""
    question = db.session.get(ImportQuestion, (batch_id, number))
    if question is None:
        raise NotFound(_("There is no such question in this file."))
    return question


def count_questions(actor: Actor, batch_id: UUID) -> Counts:
    """How many questions are in which state, in two statements."""
    batch = load_batch(batch_id)
    authorize(actor, "import:read", batch)
    mine = ImportQuestion.batch_id == batch_id
    by_state = dict(db.session.execute(
        select(ImportQuestion.state, func.count()).where(mine).group_by(ImportQuestion.state)).tuples().all())
    twins = db.session.scalar(select(func.count()).where(mine, ImportQuestion.has_twins, *not_dropped())) or 0
    return Counts(twins=twins, **by_state)


def not_dropped() -> tuple[Any, ...]:
    """Conditions: questions that somebody still wants."""
    return (ImportQuestion.state != "dropped",)


def problems_of(batch: ImportBatch) -> Iterable[Problem]:
    """Every fault with file, line and question, in the file's order; at most `MOST_TOLD` of questions."""
    for problem in batch.problems:
        yield Problem(", ".join(part for part in (batch.file_name, problem["where"]) if part), problem["message"])
    rows = db.session.scalars(select(ImportQuestion).where(
        ImportQuestion.batch_id == batch.id, ImportQuestion.state == "refused")
        .order_by(ImportQuestion.number).limit(MOST_TOLD))
    for row in rows:
        where = _("%(file)s, %(place)s, question “%(name)s”", file=batch.file_name, place=row.position,
                  name=row.data["name"] or "?")
        for problem in row.problems:
            yield Problem(where, problem["message"])


def owner_of(batch: ImportBatch) -> Actor:
    """The owner as he acts now, for the jobs that do what he asked for."""
    return Actor(batch.owner_id, positions=organisations.positions_of(batch.owner_id))
