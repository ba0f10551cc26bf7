"""People whom somebody may look up, and what they are when a rule is asked about them."""

from uuid import UUID

from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import Actor, authorize, positions_in, visible
from lms.identity.models import Person, RoleAssignment
from lms.organisations import services as organisations


def search_people(actor: Actor, text: str, *, limit: int = 20) -> list[Person]:
    """People in the actor's reach whose name holds every word, tone marks or not; by name, `limit` at most."""
    authorize(actor, "person:list")
    words = searchable(text[:200]).split()[:8]
    if not words:
        return []
    named = [Person.search_name.contains(word, autoescape=True) for word in words]
    rows = select(Person).where(visible(actor, "person:read", Person), *named)
    return list(db.session.scalars(rows.order_by(Person.name, Person.id).limit(limit)))


def get_actor_of(actor: Actor, person_id: UUID) -> Actor:
    """A person as the rules see him; raises NotFound, Forbidden."""
    person = find_person_row(person_id)
    if person is None:
        raise NotFound(_("There is no such person."))
    authorize(actor, "person:read", person)
    roles = db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id)).all()
    nowhere = positions_in([], *roles) if roles else frozenset()
    return Actor(person.id, person.name, organisations.positions_of(person_id) | nowhere)


def find_person_row(person_id: UUID) -> Person | None:
    """The row, or None. Internal, for rooms that decide themselves who may see it: no actor."""
    return db.session.get(Person, person_id)
