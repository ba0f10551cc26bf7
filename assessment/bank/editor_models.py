"""Tables of the editor: pictures and sound of items, and what a person was typing when his page closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity

KINDS = ("picture", "audio")


class ItemMedia(Entity):
    """A picture or a sound that items show; the bytes stand in the storage under `item-media/<id>`."""

    __tablename__ = "item_media"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"), Index(None, "sha256", "organisation_id"))
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))
    bank_id: Mapped[UUID | None] = mapped_column(index=True)
    sha256: Mapped[str]  # of the bytes as they came: the same file brought twice is kept once
    kind: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]


class ItemAutosave(Entity):
    """What one person's editor held last, sealed; `place` is the item's id, or `new:<type>`."""

    __tablename__ = "item_autosave"
    __table_args__ = (UniqueConstraint("person_id", "place"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    place: Mapped[str]
    sealed: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
