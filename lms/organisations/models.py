"""Tables: the tree of organisations with its history, who belongs to them when, and the turn of a school year."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, event, text
from sqlalchemy.orm import Mapped, mapped_column, synonym

from lms.core.db import Entity
from lms.core.names import searchable
from lms.organisations.calendar import today

PARENT_KINDS: dict[str, frozenset[str]] = {
    "ministry": frozenset(),
    "department": frozenset({"ministry"}),
    "school": frozenset({"department", "ministry"}),
    "university": frozenset({"ministry", "department"}),
    "faculty": frozenset({"university"}),
    "class": frozenset({"school", "university", "faculty"}),
}
"""What each kind may stand under."""
ROOT_KINDS = frozenset({"ministry", "department", "school", "university"})
"""What may stand under nothing: one university may run the platform for itself."""
KINDS = tuple(PARENT_KINDS)
EVENTS = ("founded", "renamed", "moved", "merged", "closed", "reopened")
ROLL_OVER_STATES = ("draft", "done", "undone")
FROM_CLAIM = "claim"
FROM_PLATFORM = "platform"


class Organisation(Entity):
    """A node of the tree; `code` is what the ministry and the identity provider call it.

    One that was merged into another stands under it, closed, so that what belonged to it is found below its successor.
    """

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint(f"kind IN {KINDS}", name="kind"), Index(None, "kind", "name"),
                      Index(None, "parent_id", "search_name"))
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    search_name: Mapped[str] = mapped_column(default="")
    """Name and code without tone marks, in small letters."""
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    school_year: Mapped[str | None]
    """Of a class: "2026-2027"."""
    valid_from: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    organisation_id: Mapped[UUID] = synonym("id")
    """An organisation is a thing of its own place, as the scopes of permissions ask."""


class OrganisationCode(Entity):
    """A code that an organisation, or one that went up in it, had before; `name` as it was then."""

    __tablename__ = "organisation_code"
    code: Mapped[str] = mapped_column(unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(default="")
    until: Mapped[date | None]


class OrganisationEvent(Entity):
    """What happened to an organisation and since when; `before` and `after` hold what changed."""

    __tablename__ = "organisation_event"
    __table_args__ = (CheckConstraint(f"kind IN {EVENTS}", name="kind"),
                      Index(None, "organisation_id", "effective_on"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    kind: Mapped[str]
    effective_on: Mapped[date] = mapped_column(default=today)
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Membership(Entity):
    """A person's place in an organisation, in one role, for a time; `source` says who vouches for it.

    It gives its position from `starts_on` until the day before `ends_on`; one that ended stays as history.
    """

    __tablename__ = "membership"
    __table_args__ = (
        Index("uq_membership_open", "person_id", "organisation_id", "role", unique=True,
              sqlite_where=text("ends_on IS NULL"), postgresql_where=text("ends_on IS NULL")),
        Index(None, "organisation_id", "role"), Index(None, "person_id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    source: Mapped[str] = mapped_column(default=FROM_PLATFORM)
    starts_on: Mapped[date] = mapped_column(default=today)
    ends_on: Mapped[date | None]
    school_year: Mapped[str | None]


class RollOver(Entity):
    """The turn of a school from one school year to the next: the plan while it is edited, then what was done."""

    __tablename__ = "roll_over"
    __table_args__ = (
        CheckConstraint(f"state IN {ROLL_OVER_STATES}", name="state"),
        Index("uq_roll_over_year", "organisation_id", "from_year", unique=True,
              sqlite_where=text("state <> 'undone'"), postgresql_where=text("state <> 'undone'")))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    from_year: Mapped[str]
    to_year: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    plan: Mapped[dict[str, Any]] = mapped_column(default=dict)
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


@event.listens_for(Organisation, "before_insert")
@event.listens_for(Organisation, "before_update")
def _make_searchable(_mapper: Any, _connection: Any, row: Organisation) -> None:
    row.search_name = searchable(f"{row.name} {row.code}")
