"""Exams, sittings, candidates, attempts, and the log of their changes of state.

What a candidate answered is not here: it is in the event log (`eventlog/`), from which all else follows.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity

RELEASES = ("after_close", "never")


class Exam(Entity):
    """What is sat: a subject, a plan of questions, a time limit and rules."""

    __tablename__ = "exam"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'published', 'closed')", name="state"),
        CheckConstraint("time_limit_minutes between 1 and 600", name="time_limit"),
    )
    title: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("subject.id"), index=True)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    state: Mapped[str] = mapped_column(default="draft")
    instructions: Mapped[str] = mapped_column(default="")
    time_limit_minutes: Mapped[int]
    shuffle: Mapped[bool] = mapped_column(default=True)
    release: Mapped[str] = mapped_column(default="after_close")
    draw_rows: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class Sitting(Entity):
    """One window in which an exam can be sat."""

    __tablename__ = "sitting"
    __table_args__ = (CheckConstraint("opens_at < closes_at", name="window"),)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime] = mapped_column(index=True)


class Candidate(Entity):
    """A person who is registered to a sitting; `number` is the số báo danh within it."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("sitting_id", "person_id"), UniqueConstraint("sitting_id", "number"))
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    number: Mapped[str]
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"))


class Attempt(Entity):
    """One candidate's run through one form. The event log holds what he did in it.

    `device` is a digest of the secret that the browser in which he began keeps: another browser is let in by
    the invigilator only.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("candidate_id", "number"),
        CheckConstraint("state in ('ready', 'in_progress', 'submitted')", name="state"),
        Index("ix_attempt_due", "state", "deadline"),
    )
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    sitting_id: Mapped[UUID] = mapped_column(ForeignKey("sitting.id"), index=True)
    candidate_id: Mapped[UUID] = mapped_column(ForeignKey("candidate.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(default="ready")
    epoch: Mapped[int] = mapped_column(default=1)
    device: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    deadline: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(default="")


class Transition(Entity):
    """One change of state of an exam or an attempt: who, why, when. Only ever added to."""

    __tablename__ = "exam_transition"
    __table_args__ = (Index("ix_exam_transition_subject", "subject_kind", "subject_id"),)
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    from_state: Mapped[str]
    to_state: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)
