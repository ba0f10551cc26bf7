"""Tables: items, their versions that never change, and the outcomes they ask for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from assessment.bank.banks_models import Bank as Bank
from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.sealing import Sealed
from assessment.bank.stimuli_models import Stimulus as Stimulus
from lms.core import clock
from lms.core.db import Entity, Model

STATES = ("draft", "content_review", "language_review", "pilot", "ready", "retired")


class Item(Entity):
    """A question: where it belongs, who owns it, and which of its versions is the current one."""

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint(f"type IN {ITEM_TYPES}", name="type"),
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("expected_difficulty >= 0 AND expected_difficulty <= 1", name="expected_difficulty"),
        CheckConstraint("expected_seconds > 0", name="expected_seconds"),
        Index(None, "subject_id", "topic_id", "level", "type"), Index(None, "organisation_id", "state"),
        Index(None, "bank_id", "state"),
    )
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)
    grade: Mapped[int | None]
    level: Mapped[str]
    type: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank.id"))  # None: the owner's own desk
    is_secure: Mapped[bool] = mapped_column(default=False)  # as its bank: the rules ask it of every row
    language: Mapped[str] = mapped_column(default="vi")
    expected_difficulty: Mapped[float | None]  # share of candidates expected to be right, 0 to 1
    expected_seconds: Mapped[int | None]
    source: Mapped[str | None]
    translation_group: Mapped[UUID | None] = mapped_column(index=True)  # shared by the twins of other languages
    # No foreign key: the version points to the item, and two tables that point to each other cannot be
    # filled or emptied in an order. The services keep it true.
    current_version_id: Mapped[UUID]
    stimulus_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus.id"), index=True)
    stimulus_position: Mapped[int | None]
    stem_text: Mapped[str]
    search_text: Mapped[str]  # stem, name and options without tone marks
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class ItemVersion(Entity):
    """What an item said and what was right, at one time. A row is added and never changed.

    Secure banks keep `stored_content` and `stored_key` sealed, bound to this row; `content` and `key` open them.
    """

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"), CheckConstraint(f"type IN {ITEM_TYPES}", name="type"))
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    type: Mapped[str]
    stored_content: Mapped[dict[str, Any]] = mapped_column("content")
    stored_key: Mapped[dict[str, Any]] = mapped_column("key")
    content = Sealed("stored_content")
    key = Sealed("stored_key")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    stimulus_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus_version.id"))


class ItemOutcome(Model):
    """An outcome that an item asks for."""

    __tablename__ = "item_outcome"
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), primary_key=True)
    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcome.id"), primary_key=True, index=True)


@event.listens_for(ItemVersion, "before_update")
def _never(_mapper: Mapper[Any], _connection: Connection, target: ItemVersion) -> None:
    raise RuntimeError(f"item version {target.id} cannot be changed")
