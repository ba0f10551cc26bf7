"""What other rooms ask before they show or keep something: where a person belongs, and how much he administers."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from lms.core.db import db
from lms.core.permissions import Actor, authorize, visible
from lms.organisations.models import Organisation
from lms.organisations.services.members import people_below


def home_of(organisation_ids: Iterable[UUID]) -> UUID | None:
    """Where what somebody makes in these places belongs: his school, or the one above his class.

    Of several the first by name; None for no place. Reference data: no actor.
    """
    rows = select(Organisation).where(Organisation.id.in_(set(organisation_ids)), Organisation.closed_at.is_(None))
    places = list(db.session.scalars(rows.order_by(Organisation.name, Organisation.id)))
    whole = next((place for place in places if place.kind != "class"), None)
    if whole is not None or not places:
        return whole.id if whole else None
    return places[0].parent_id or places[0].id


def count_managed(actor: Actor, *, kind: str) -> int:
    """How many organisations of a kind the actor manages."""
    authorize(actor, "organisation:list")
    rows = select(func.count()).select_from(Organisation).where(
        Organisation.kind == kind, visible(actor, "organisation:manage", Organisation))
    return db.session.scalar(rows) or 0


def count_people(actor: Actor) -> int:
    """How many people belong to the organisations that the actor administers."""
    authorize(actor, "organisation:list")
    people = people_below(actor.places("administrator")).subquery()
    return db.session.scalar(select(func.count()).select_from(people)) or 0
