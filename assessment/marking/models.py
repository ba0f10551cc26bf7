"""Score tables as versioned data, and the marks of attempts, which can always be computed again."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Dialect, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from lms.core import clock
from lms.core.db import Entity, Model

UNIT = 10_000


class Points(TypeDecorator[Decimal]):
    """Points as whole ten-thousandths: exact, and sorted and summed alike on both dialects."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse points finer than a ten-thousandth rather than round them here."""
        if value is None:
            return None
        units = Decimal(value) * UNIT
        if units != int(units):
            raise ValueError("points have at most four decimals")
        return int(units)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to points, without trailing zeros."""
        return None if value is None else (Decimal(value) / UNIT).normalize() + Decimal(0)


class ScoreTableVersion(Entity):
    """One version of a score table (thang điểm); the highest number of a code is in force. Never changed."""

    __tablename__ = "score_table"
    __table_args__ = (UniqueConstraint("code", "number"),)
    code: Mapped[str]
    number: Mapped[int] = mapped_column(default=1)
    data: Mapped[dict[str, Any]]
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")


class AttemptResult(Model):
    """The marks of one attempt in total; ``score_tables`` says which version of each table was used.

    ``waiting`` items are still to be marked by a person; they count as nothing in ``points`` until then.
    """

    __tablename__ = "attempt_result"
    __table_args__ = (Index("ix_attempt_result_ranking", "exam_id", "points"),)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    points: Mapped[Decimal] = mapped_column(Points)
    maximum: Mapped[Decimal] = mapped_column(Points)
    right: Mapped[int]
    partial: Mapped[int]
    wrong: Mapped[int]
    omitted: Mapped[int]
    waiting: Mapped[int] = mapped_column(default=0)
    score_tables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    marked_at: Mapped[datetime] = mapped_column(default=clock.now)


class ItemMark(Model):
    """The mark of one item of one attempt; the response itself stays in the event log."""

    __tablename__ = "item_mark"
    __table_args__ = (
        CheckConstraint("state in ('right', 'partial', 'wrong', 'omitted', 'waiting', 'void', 'credited')",
                        name="state"),
        Index("ix_item_mark_waiting", "item_version_id", "attempt_id", sqlite_where=text("state = 'waiting'"),
              postgresql_where=text("state = 'waiting'")),
    )
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    form_item_id: Mapped[UUID] = mapped_column(ForeignKey("form_item.id"), primary_key=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"), index=True)
    points: Mapped[Decimal] = mapped_column(Points)
    correct_fraction: Mapped[float]
    state: Mapped[str]


class PersonMark(Model):
    """An answer that a person marks by the rubric: in hand until ``held_until``, then with points.

    ``points`` are out of ``maximum``, the rubric's own scale; ``levels`` is the chosen place by criterion. What was
    given before stands in the audit.
    """

    __tablename__ = "person_mark"
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    form_item_id: Mapped[UUID] = mapped_column(ForeignKey("form_item.id"), primary_key=True)
    marker_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    held_until: Mapped[datetime]
    levels: Mapped[dict[str, Any]] = mapped_column(default=dict)
    points: Mapped[Decimal | None] = mapped_column(Points)
    maximum: Mapped[Decimal | None] = mapped_column(Points)
    comment: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime | None]


class Appeal(Entity):
    """A candidate's request to look again at what he was given for one answer, and what came of it."""

    __tablename__ = "appeal"
    __table_args__ = (UniqueConstraint("attempt_id", "form_item_id"),
                      CheckConstraint("state in ('open', 'upheld', 'rejected')", name="state"))
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey("attempt.id"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"), index=True)
    form_item_id: Mapped[UUID] = mapped_column(ForeignKey("form_item.id"))
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="open")
    reply: Mapped[str] = mapped_column(default="")
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class ItemRuling(Entity):
    """What was decided about a question found wrong, for all candidates of an exam; a row's words never change.

    The highest `number` of an item whose `state` is in_force holds. `keys` are whole keys, the best mark by any of
    them counts; `policy` says what becomes of the points of a question that is nobody's. `decided_by_id` is the
    second person, None where none was needed or nobody has decided yet.
    """

    __tablename__ = "item_ruling"
    __table_args__ = (UniqueConstraint("exam_id", "item_version_id", "number"),
                      CheckConstraint("kind in ('void', 'credit_all', 'keys', 'none')", name="kind"),
                      CheckConstraint("policy in ('', 'left_out', 'rescaled')", name="policy"),
                      CheckConstraint("state in ('proposed', 'in_force', 'refused')", name="state"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    number: Mapped[int]
    kind: Mapped[str]
    policy: Mapped[str] = mapped_column(default="")
    keys: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    code: Mapped[str]
    reason: Mapped[str]
    tells: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="proposed")
    ruled_by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
