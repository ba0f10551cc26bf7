"""Tables of works: the work, its people, outcomes and files, and every step of its life."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from content_repo.works.access import LEVELS
from content_repo.works.states import STATES
from lms.core import clock
from lms.core.db import Entity


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Work(Entity):
    """A described thing in the repository. `version` counts changes, to tell a lost update."""

    __tablename__ = "work"
    __table_args__ = (
        CheckConstraint(_one_of("state", STATES), name="state"),
        Index("ix_work_state_published_at", "state", "published_at"),
        Index("ix_work_state_submitted_at", "state", "submitted_at"),
        Index("ix_work_owner_id_updated_at", "owner_id", "updated_at"),
    )

    kind: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(default="draft")
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    title: Mapped[str]
    language: Mapped[str] = mapped_column(default="vi")
    subject_id: Mapped[UUID | None] = mapped_column(ForeignKey("subject.id"), index=True)
    grade: Mapped[int | None]
    licence: Mapped[str | None]
    description: Mapped[dict[str, Any]] = mapped_column(default=dict)
    submitted_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012  SQLAlchemy reads it from the class


class WorkPerson(Entity):
    """A person named by a work, in the order of the title page."""

    __tablename__ = "work_person"
    __table_args__ = (UniqueConstraint("work_id", "role", "position"),)

    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"))
    role: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]


class WorkOutcome(Entity):
    """A curriculum outcome that a work serves."""

    __tablename__ = "work_outcome"
    __table_args__ = (UniqueConstraint("work_id", "outcome_id"),)

    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"))
    outcome_id: Mapped[UUID] = mapped_column(ForeignKey("outcome.id"), index=True)


class WorkFile(Entity):
    """A file of a work, and who may open it from when. Stored files never change, so this stays true."""

    __tablename__ = "work_file"
    __table_args__ = (CheckConstraint(_one_of("access", LEVELS), name="access"),)

    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[UUID] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    role: Mapped[str] = mapped_column(default="main")
    access: Mapped[str] = mapped_column(default="open")
    embargo_until: Mapped[datetime | None]
    position: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    findings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class WorkTransition(Entity):
    """One step in the life of a work: who, when (`created_at`), why. Never changed."""

    __tablename__ = "work_transition"

    work_id: Mapped[UUID] = mapped_column(ForeignKey("work.id", ondelete="CASCADE"), index=True)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    step: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    reason: Mapped[str | None]
