"""Tables: people, who vouches for them, their codes and roles, their sign-ins, and the logout tokens that were used."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, validates

from lms.core import clock
from lms.core.db import Entity
from lms.core.names import searchable

FROM_CLAIM = "claim"
FROM_PLATFORM = "platform"
CODE_KINDS = ("staff", "pupil", "personal_number")


class Person(Entity):
    """Somebody who uses the platform, or is named in it."""

    __tablename__ = "person"
    name: Mapped[str] = mapped_column(index=True)
    search_name: Mapped[str] = mapped_column(default="", index=True)
    """The name without tone marks, in small letters."""
    email: Mapped[str | None] = mapped_column(index=True)
    """In small letters, as it is looked for."""
    locale: Mapped[str] = mapped_column(default="vi")

    @validates("email")
    def _in_small_letters(self, _name: str, email: str | None) -> str | None:
        return email.lower() if email else None


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


class PersonCode(Entity):
    """What registers call a person: one code of each kind from each issuer, and nobody else's.

    A new word of the same issuer replaces it (a pupil's temporary code becomes the final one). A personal number is
    kept as a keyed hash: it recognises, it is never shown.
    """

    __tablename__ = "person_code"
    __table_args__ = (CheckConstraint(f"kind IN {CODE_KINDS}", name="kind"), UniqueConstraint("kind", "code"),
                      UniqueConstraint("person_id", "kind", "issuer"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str]
    code: Mapped[str]
    issuer: Mapped[str]


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
    """One sign-in of a person on one device. Its id stands in the signed cookie; the rest stays here.

    `auth_time`, `acr` and `amr` are the provider's word on when and how the person proved who he is. `refused` is the
    reason of one that failed although it was known whose it was: kept for his history, never open.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index(None, "person_id", "ended_at"), Index(None, "issuer", "sid"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    issuer: Mapped[str] = mapped_column(default="")
    sid: Mapped[str | None]
    id_token: Mapped[str | None]
    device: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    """The network that it came from, not the machine: see `device.network_of`."""
    auth_time: Mapped[datetime | None]
    acr: Mapped[str | None]
    amr: Mapped[list[str]] = mapped_column(default=list)
    last_seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    refused: Mapped[str | None]


class UsedLogoutToken(Entity):
    """A back-channel logout token that was carried out; kept until it would have expired, so that it is good once."""

    __tablename__ = "used_logout_token"
    __table_args__ = (UniqueConstraint("issuer", "jti_hash"),)
    issuer: Mapped[str]
    jti_hash: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
