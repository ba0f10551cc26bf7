"""Tables: banks and their members, the way of an item through review, its likeness, its statistics, its exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.bank.sealing import Sealed
from lms.core.db import Entity, Model

BANK_KINDS = ("open", "secure")
BANK_ROLES = ("manager", "author", "content_reviewer", "language_reviewer", "approver", "reader")
STAGES = ("content", "language", "approval")
EXPORT_STATES = ("requested", "consented", "refused", "used")


class Bank(Entity):
    """A bank of an organisation. `reviewed`: an item becomes approved by review only. Secure banks always are."""

    __tablename__ = "bank"
    __table_args__ = (CheckConstraint(f"kind IN {BANK_KINDS}", name="kind"),)
    name: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[str] = mapped_column(default="open")
    reviewed: Mapped[bool] = mapped_column(default=True)
    two_person: Mapped[bool] = mapped_column(default=False)  # nobody signs what he wrote, nor twice
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))

    @property
    def is_secure(self) -> bool:
        """Whether only members may know anything of its items."""
        return self.kind == "secure"


class BankMember(Entity):
    """One role of one person in a bank. Somebody who leaves loses the row; the audit remembers."""

    __tablename__ = "bank_member"
    __table_args__ = (
        UniqueConstraint("bank_id", "person_id", "role"), CheckConstraint(f"role IN {BANK_ROLES}", name="role"),
    )
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("bank.id", ondelete="CASCADE"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ItemMove(Entity):
    """One step of an item from state to state: who, when, at which version, why."""

    __tablename__ = "item_move"
    __table_args__ = (Index(None, "item_id", "created_at"),)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id", ondelete="CASCADE"))
    before: Mapped[str]
    after: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    stored_words: Mapped[dict[str, Any]] = mapped_column("words")  # {"reason": str}
    words = Sealed("stored_words")


class ItemSignOff(Entity):
    """Somebody's signature under one version: its content, its language, or that it is approved."""

    __tablename__ = "item_sign_off"
    __table_args__ = (
        CheckConstraint(f"stage IN {STAGES}", name="stage"), Index(None, "item_version_id"),
    )
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"), index=True)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    stage: Mapped[str]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    checklist: Mapped[list[str]]  # codes of the points that were looked at
    stored_words: Mapped[dict[str, Any]] = mapped_column("words")  # {"note": str}
    words = Sealed("stored_words")


class ItemComment(Entity):
    """A remark on one part of one version; open until somebody settles it."""

    __tablename__ = "item_comment"
    __table_args__ = (Index(None, "item_id", "settled_at"),)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id"))
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    part: Mapped[str]  # "prompt", "options", "options.o1", "key", "picture", …
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    stored_words: Mapped[dict[str, Any]] = mapped_column("words")  # {"text": str}
    words = Sealed("stored_words")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class ItemLikeness(Model):
    """The signature of an item's current words, 64 numbers of 32 bits; near-duplicates have many in common."""

    __tablename__ = "item_likeness"
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    signature: Mapped[bytes]


class ItemBand(Model):
    """A few of these numbers as one hash: items that share a band are looked at more closely."""

    __tablename__ = "item_band"
    __table_args__ = (Index(None, "hash"),)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class ItemDistinct(Entity):
    """Somebody's word that two items that look alike are different questions; the smaller id stands first."""

    __tablename__ = "item_distinct"
    __table_args__ = (UniqueConstraint("item_id", "other_id"),)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class ItemStatistic(Entity):
    """How one version did in one use: facility and discrimination among the n who met it."""

    __tablename__ = "item_statistic"
    __table_args__ = (UniqueConstraint("item_version_id", "exam_id", "population"),)
    item_version_id: Mapped[UUID] = mapped_column(ForeignKey("item_version.id"))
    exam_id: Mapped[UUID] = mapped_column(ForeignKey("exam.id", ondelete="CASCADE"), index=True)
    population: Mapped[str]
    n: Mapped[int]
    facility: Mapped[float | None]
    discrimination: Mapped[float | None]
    mean_seconds: Mapped[float | None]
    computed_at: Mapped[datetime]


class BankExport(Entity):
    """A wish to take items out of a secure bank, and the second person's word on it."""

    __tablename__ = "bank_export"
    __table_args__ = (CheckConstraint(f"state IN {EXPORT_STATES}", name="state"),)
    bank_id: Mapped[UUID] = mapped_column(ForeignKey("bank.id", ondelete="CASCADE"), index=True)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str]
    item_ids: Mapped[list[str]]
    state: Mapped[str] = mapped_column(default="requested")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
