"""Tables: subjects, their topics, and outcomes (yêu cầu cần đạt)."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class Subject(Entity):
    """A subject of the programme, with its name in both languages."""

    __tablename__ = "subject"
    code: Mapped[str] = mapped_column(unique=True)
    name_vi: Mapped[str]
    name_en: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)


class Topic(Entity):
    """A part of a subject; `grade` is null where it runs through several."""

    __tablename__ = "topic"
    __table_args__ = (Index(None, "subject_id", "grade", "position"), Index(None, "subject_id", "name"))
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"))
    grade: Mapped[int | None]
    name: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)


class Outcome(Entity):
    """What a pupil shall be able to do at the end."""

    __tablename__ = "outcome"
    __table_args__ = (Index(None, "subject_id", "grade"),)
    code: Mapped[str] = mapped_column(unique=True)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"))
    topic_id: Mapped[UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)
    grade: Mapped[int]
    text: Mapped[str]
