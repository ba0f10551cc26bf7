"""Tables: items, their versions that never change, and the outcomes they ask for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from assessment.bank.content import ITEM_TYPES, LEVELS
from assessment.bank.stimuli_models import Stimulus as Stimulus
from lms.core import clock
from lms.core.db import Entity, Model

STATES = ("draft", "ready", "retired")
TRANSITIONS = {
    ("draft", "ready"), ("ready", "draft"), ("draft", "retired"), ("ready", "retired"), ("retired", "draft"),
}


class Item(Entity):
    """A question: where it belongs, who owns it, and which of its versions is the current one."""

    __tablename__ = "item"
    __table_args__ = (
        CheckConstraint(f"type IN {ITEM_TYPES}", name="type"),
        CheckConstraint(f"level IN {LEVELS}", name="level"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        Index(None, "subject_id", "topic_id", "level", "type"), Index(None, "organisation_id", "state"),
    )
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)
    grade: Mapped[int | None]
    level: Mapped[str]
    type: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    language: Mapped[str] = mapped_column(default="vi")
    # No foreign key: the version points to the item, and two tables that point to each other cannot be
    # filled or emptied in an order. The services keep it true.
    current_version_id: Mapped[UUID]
    stimulus_id: Mapped[UUID | None] = mapped_column(ForeignKey("stimulus.id"), index=True)
    stimulus_position: Mapped[int | None]
    stem_text: Mapped[str]
    search_text: Mapped[str]  # stem, name and options without tone marks
    updated_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)


class ItemVersion(Entity):
    """What an item said and what was right, at one time. A row is added and never changed."""

    __tablename__ = "item_version"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    number: Mapped[int]
    type: Mapped[str]
    content: Mapped[dict[str, Any]]
    key: Mapped[dict[str, Any]]
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
