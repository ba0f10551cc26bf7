"""Tables: people, who vouches for them, their roles, and their sign-ins."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.db import Entity
from lms.core.names import searchable

FROM_CLAIM = "claim"
FROM_PLATFORM = "platform"


class Person(Entity):
    """Somebody who uses the platform, or is named in it."""

    __tablename__ = "person"
    name: Mapped[str] = mapped_column(index=True)
    search_name: Mapped[str] = mapped_column(default="", index=True)
    """The name without tone marks, in small letters."""
    email: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="vi")


class IdentityLink(Entity):
    """A provider's word for a person: `subject` is his identifier at `issuer`. E-mail never links."""

    __tablename__ = "identity_link"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str]
    subject: Mapped[str]


@event.listens_for(Person, "before_insert")
@event.listens_for(Person, "before_update")
def _make_searchable(_mapper: Any, _connection: Any, row: Person) -> None:
    row.search_name = searchable(row.name)


class RoleAssignment(Entity):
    """A role that a person holds in no place; a role in an organisation is a membership there.

    `source` says whether the provider's claim or an administrator gave it.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (UniqueConstraint("person_id", "role"),)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    source: Mapped[str] = mapped_column(default=FROM_PLATFORM)


class SignIn(Entity):
    """One sign-in of a person on one device. Its id stands in the signed cookie; the rest stays here."""

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id", "ended_at"), Index(None, "issuer", "sid"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(default="")
    sid: Mapped[str | None]
    id_token: Mapped[str | None]
    device: Mapped[str] = mapped_column(default="")
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
