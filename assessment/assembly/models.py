"""Tables: forms of an exam and the items on them, in order."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity


class Form(Entity):
    """One fixed paper of an exam (mã đề); once its exam is published it never changes."""

    __tablename__ = "form"
    __table_args__ = (UniqueConstraint("exam_id", "code"),)
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id"))
    code: Mapped[str]
    title: Mapped[str] = mapped_column(default="")


class FormItem(Entity):
    """An item version at a place of a form: order of its options, its variant, its points and how they are given."""

    __tablename__ = "form_item"
    __table_args__ = (UniqueConstraint("form_id", "position"),)
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    position: Mapped[int]
    section: Mapped[str]
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), index=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    option_order: Mapped[list[str]] = mapped_column(default=list)
    points: Mapped[Decimal] = mapped_column(Numeric(6, 3))
    score_table_code: Mapped[str]
    variant_seed: Mapped[int | None] = mapped_column(BigInteger)  # of an item that differs from paper to paper
