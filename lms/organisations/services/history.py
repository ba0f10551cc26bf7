"""What an organisation was: its events, its former codes, and what it was called on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from lms.core.clock import now
from lms.core.db import db
from lms.core.i18n import ZONE
from lms.core.permissions import Actor, authorize, may
from lms.organisations.models import Organisation, OrganisationCode, OrganisationEvent
from lms.organisations.services.tree import load_organisation


@dataclass(frozen=True)
class Event:
    """A line of the history; `actor` is named to those who manage the organisation only."""

    kind: str
    effective_on: date
    before: dict[str, Any]
    after: dict[str, Any]
    reason: str
    actor: str
    recorded_at: datetime


@dataclass(frozen=True)
class FormerCode:
    """A code that still leads to an organisation, and what was called so."""

    code: str
    name: str
    until: date | None


@dataclass(frozen=True)
class AsOf:
    """An organisation on a day: `exists` False before it was founded."""

    exists: bool
    name: str
    code: str
    parent_id: UUID | None
    parent_name: str
    is_open: bool


def list_history(actor: Actor, organisation_id: UUID) -> list[Event]:
    """What happened to an organisation, the newest first; raises NotFound."""
    authorize(actor, "organisation:read")
    row = load_organisation(organisation_id)
    person = db.metadata.tables["person"]
    statement = (select(OrganisationEvent, person.c.name)
                 .outerjoin(person, person.c.id == OrganisationEvent.actor_id)
                 .where(OrganisationEvent.organisation_id == organisation_id)
                 .order_by(OrganisationEvent.effective_on.desc(), OrganisationEvent.id.desc()).limit(200))
    named = may(actor, "organisation:manage", row)
    return [Event(event.kind, event.effective_on, event.before, event.after, event.reason,
                  (name or "") if named else "", event.created_at)
            for event, name in db.session.execute(statement)]


def list_former_codes(actor: Actor, organisation_id: UUID) -> list[FormerCode]:
    """Codes of before that lead here, and the organisations that went up in this one; raises NotFound."""
    authorize(actor, "organisation:read")
    load_organisation(organisation_id)
    codes = db.session.scalars(select(OrganisationCode).where(OrganisationCode.organisation_id == organisation_id)
                               .order_by(OrganisationCode.code))
    found = [FormerCode(row.code, row.name, row.until) for row in codes]
    merged = db.session.scalars(select(Organisation).where(Organisation.merged_into_id == organisation_id)
                                .order_by(Organisation.code))
    return found + [FormerCode(row.code, row.name, (row.closed_at or now()).astimezone(ZONE).date()) for row in merged]


def get_organisation_as_of(actor: Actor, organisation_id: UUID, day: date) -> AsOf:
    """What an organisation was called, and where it stood, on a day: today's, with each later change undone.

    Raises NotFound.
    """
    authorize(actor, "organisation:read")
    row = load_organisation(organisation_id)
    events = list(db.session.scalars(
        select(OrganisationEvent).where(OrganisationEvent.organisation_id == organisation_id)
        .order_by(OrganisationEvent.effective_on.desc(), OrganisationEvent.id.desc())))
    told: dict[str, Any] = {"name": row.name, "code": row.code, "closed": row.closed_at is not None,
                            "parent": str(row.parent_id) if row.parent_id else None}
    exists = row.valid_from is None or row.valid_from <= day
    for event in events:
        if event.effective_on > day:
            told.update(event.before)
            exists = exists and event.kind != "founded"
    parent_id = UUID(told["parent"]) if told["parent"] else None
    parent = db.session.get(Organisation, parent_id) if parent_id else None
    parent_name = _name_on(parent, day) if parent else ""
    return AsOf(exists, told["name"], told["code"], parent_id, parent_name, not told["closed"])


def _name_on(row: Organisation, day: date) -> str:
    later = db.session.scalar(
        select(OrganisationEvent)
        .where(OrganisationEvent.organisation_id == row.id, OrganisationEvent.kind == "renamed",
               OrganisationEvent.effective_on > day)
        .order_by(OrganisationEvent.effective_on, OrganisationEvent.id).limit(1))
    return str(later.before["name"]) if later else row.name
