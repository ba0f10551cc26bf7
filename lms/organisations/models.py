"""Tables: the tree of organisations, and memberships of people in them."""

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.db import Entity

KINDS = ("ministry", "department", "school", "university", "class")
FROM_CLAIM = "claim"
FROM_PLATFORM = "platform"


class Organisation(Entity):
    """A node of the tree; `code` is what the ministry and the identity provider call it."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"), Index(None, "kind", "name"))
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)


class Membership(Entity):
    """A person's place in an organisation, in one role; `source` says who vouches for it."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "role"),
                      Index(None, "organisation_id", "role"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    source: Mapped[str] = mapped_column(default=FROM_PLATFORM)
