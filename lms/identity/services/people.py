"""People: how they come to be known, and their roles."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import DEFAULT_LOCALE, LOCALES, _
from lms.core.permissions import ROLES, Actor, authorize
from lms.identity.models import Person, RoleAssignment
from lms.identity.services.sign_ins import positions_changed
from lms.organisations import services as organisations


def person_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id; unknown ids are left out. For pages that have decided already who may see them."""
    rows = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def count_people(actor: Actor) -> int:
    """How many people the platform knows."""
    authorize(actor, "person:manage")
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def find_person(actor: Actor, person_id: UUID) -> Person | None:
    """A person, or None."""
    authorize(actor, "person:manage")
    return db.session.get(Person, person_id)


def create_person(actor: Actor, *, name: str, email: str | None = None, roles: Iterable[str] = (),
                  organisation_id: UUID | None = None, locale: str = DEFAULT_LOCALE) -> Person:
    """Somebody new, with roles, and a member of an organisation in each of them; raises Invalid."""
    place = organisations.find_organisation(organisation_id) if organisation_id else None
    authorize(actor, "person:create", place)
    person = _add_person(name, email, locale)
    audit.record(actor, "person:create", ("person", person.id))
    for role in roles:
        if place:
            organisations.add_member(actor, place.id, person_id=person.id, role=role)
        else:
            add_role(actor, person.id, role=role)
    return person


def add_role(actor: Actor, person_id: UUID, *, role: str, organisation_id: UUID | None = None) -> None:
    """Give a role that the provider's claims do not take away again; raises NotFound, Invalid.

    In an organisation it is a membership there; in none it reaches over the whole country.
    """
    person = _load_person(person_id)
    if organisation_id is not None:
        authorize(actor, "person:read", person)
        organisations.add_member(actor, organisation_id, person_id=person_id, role=role)
        return
    authorize(actor, "person:manage")
    if role not in ROLES:
        raise Invalid(_("There is no role called “%(role)s”.", role=role))
    held = _held(person_id)
    if role not in held:
        db.session.add(RoleAssignment(person_id=person_id, role=role))
        positions_changed([person_id])
        audit.record(actor, "person:add_role", ("person", person_id), before=sorted(held), after=sorted(held | {role}))
    db.session.flush()


def _load_person(person_id: UUID) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def set_locale(actor: Actor, locale: str) -> None:
    """Remember the language that a person reads; raises Invalid for one that there is not."""
    authorize(actor, "account:change")
    if locale not in LOCALES:
        raise Invalid(_("There is no such language."))
    person = db.session.get(Person, actor.id)
    if person is not None:
        person.locale = locale
        positions_changed([person.id])


def _add_person(name: str, email: str | None, locale: str) -> Person:
    person = Person(name=name, email=email, locale=locale)
    db.session.add(person)
    db.session.flush()
    return person


def _held(person_id: UUID) -> set[str]:
    return set(db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id)))
