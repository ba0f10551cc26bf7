"""Tables: stimuli (a text, a recording) that several items share, and their versions that never change."""

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from assessment.bank.sealing import Sealed
from lms.core.db import Entity

STATES = ("draft", "ready", "retired")
KINDS = ("text", "audio")


class Stimulus(Entity):
    """What a set of items is about: where it belongs, who owns it, and its current version."""

    __tablename__ = "stimulus"
    __table_args__ = (
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        Index(None, "organisation_id", "state"),
    )
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"), index=True)
    language: Mapped[str] = mapped_column(default="vi")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank.id"), index=True)
    is_secure: Mapped[bool] = mapped_column(default=False)  # as its bank: the rules ask it of every row
    title: Mapped[str]
    kind: Mapped[str] = mapped_column(default="text")  # audio: there is something to listen to
    state: Mapped[str] = mapped_column(default="draft")
    # As with items: no foreign key, for the version points back.
    current_version_id: Mapped[UUID]


class StimulusVersion(Entity):
    """What a stimulus said at one time: {"body", "audio"?: {"src", "plays"}, "transcript"?}. Never changed.

    Secure banks keep `stored_content` sealed, bound to this row; `content` opens it.
    """

    __tablename__ = "stimulus_version"
    __table_args__ = (UniqueConstraint("stimulus_id", "number"),)
    stimulus_id: Mapped[UUID] = mapped_column(ForeignKey("stimulus.id"))
    number: Mapped[int]
    stored_content: Mapped[dict[str, Any]] = mapped_column("content")
    content = Sealed("stored_content")
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


@event.listens_for(StimulusVersion, "before_update")
def _never(_mapper: Mapper[Any], _connection: Connection, target: StimulusVersion) -> None:
    raise RuntimeError(f"stimulus version {target.id} cannot be changed")
