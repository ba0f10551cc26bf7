"""Tables of curation: reviews of deposited works, and collections."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity

_OPEN = text("state = 'claimed'")


class Review(Entity):
    """One librarian's review of one deposit: claimed, then published or returned, or let go.

    At most one is open a work.
    """

    __tablename__ = "review"
    __table_args__ = (
        CheckConstraint("state IN ('claimed', 'published', 'returned', 'released')", name="state"),
        Index("uq_review_open", "work_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_review_state_librarian_id", "state", "librarian_id"),
    )

    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id"), index=True)
    librarian_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(default="claimed")
    claimed_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]


class Collection(Entity):
    """Works kept together under the same curators."""

    __tablename__ = "collection"

    title_vi: Mapped[str]
    title_en: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class CollectionWork(Entity):
    """A work's place in a collection; whether it shows is decided by the work's own state."""

    __tablename__ = "collection_work"
    __table_args__ = (UniqueConstraint("collection_id", "work_id"),)

    collection_id: Mapped[UUID] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"))
    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
