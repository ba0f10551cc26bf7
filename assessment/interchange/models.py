"""Tables: uploaded question files, read row by row and waiting for their owner's word; and files on their way out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from assessment.bank.sealing import Sealed, SealedText
from lms.core.db import Entity, JsonValue, Model

STATES = ("reading", "staged", "importing", "imported", "undone")
QUESTION_STATES = ("good", "unsure", "refused", "fixed", "dropped")
TAKEN = ("good", "fixed", "unsure")
"""Questions in these states can be imported."""
EXPORT_STATES = ("writing", "ready", "failed")


class ImportBatch(Entity):
    """A question file that somebody uploaded and where it shall go; seen by nobody but its owner.

    What was read is kept for some days; a batch that was imported stays for as long as it can be undone. On the way
    into a secure bank all that quotes the file is sealed, here and in the tables below.
    """

    __tablename__ = "import_batch"
    __table_args__ = (CheckConstraint(f"state IN {STATES}", name="state"),)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    file_name: Mapped[str]
    format: Mapped[str]
    place: Mapped[dict[str, Any]]
    stored_problems: Mapped[Any] = mapped_column("problems", JsonValue, default=list)
    problems = Sealed("stored_problems")  # of the file itself: where, message
    state: Mapped[str] = mapped_column(default="reading")
    imported: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ImportStimulus(Model):
    """A text or sound that several questions of a file share."""

    __tablename__ = "import_stimulus"
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    ref: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    stored_title: Mapped[str] = mapped_column("title")
    stored_content: Mapped[Any] = mapped_column("content", JsonValue)
    stored_problems: Mapped[Any] = mapped_column("problems", JsonValue)
    title = SealedText("stored_title", beside="stored_content")
    content = Sealed("stored_content")
    problems = Sealed("stored_problems")
    stimulus_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus.id"), index=True)

    @property
    def id(self) -> str:
        """What its sealed values are bound to."""
        return f"{self.batch_id}:{self.ref}"


class ImportQuestion(Model):
    """One question of a file, in its order from 1.

    `data` holds type, content, key, name, category, metadata and source_type; `unsure` and `problems` are lists of
    {"where", "message"}; `twins` of what it is nearly the same as: {"item_id"} or {"number"}.
    """

    __tablename__ = "import_question"
    __table_args__ = (CheckConstraint(f"state IN {QUESTION_STATES}", name="state"),
                      Index(None, "batch_id", "state"))
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[str]
    state: Mapped[str]
    stored_data: Mapped[Any] = mapped_column("data", JsonValue)
    stored_problems: Mapped[Any] = mapped_column("problems", JsonValue)
    stored_unsure: Mapped[Any] = mapped_column("unsure", JsonValue)
    stored_notes: Mapped[Any] = mapped_column("notes", JsonValue)
    data = Sealed("stored_data")
    problems = Sealed("stored_problems")
    unsure = Sealed("stored_unsure")
    notes = Sealed("stored_notes")
    twins: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    has_twins: Mapped[bool] = mapped_column(default=False)
    stored_source: Mapped[str] = mapped_column("source")
    source = SealedText("stored_source", beside="stored_data")
    stimulus: Mapped[str | None]
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("item.id"), index=True)

    @property
    def id(self) -> str:
        """What its sealed values are bound to."""
        return f"{self.batch_id}:{self.number}"


class ImportMedium(Model):
    """A picture or sound of a file, by the digest that its questions say; `src` once it is among the bank's media."""

    __tablename__ = "import_medium"
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    content_type: Mapped[str]
    storage_key: Mapped[str]
    src: Mapped[str] = mapped_column(default="")


class ItemExport(Entity):
    """Questions on their way out: which ones, in which format, and the file for a day."""

    __tablename__ = "item_export"
    __table_args__ = (CheckConstraint(f"state IN {EXPORT_STATES}", name="state"),)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    format: Mapped[str]
    item_ids: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="writing")
    expires_at: Mapped[datetime] = mapped_column(index=True)
