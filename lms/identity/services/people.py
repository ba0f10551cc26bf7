"""People: how they come to be known, and their roles."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.i18n import DEFAULT_LOCALE, LOCALES, _
from lms.core.permissions import NATIONWIDE_ROLES, ROLES, SYSTEM, Actor, authorize
from lms.identity.claims import Claims
from lms.identity.models import FROM_CLAIM, IdentityLink, Person, RoleAssignment
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
        audit.record(actor, "person:add_role", ("person", person_id), before=sorted(held), after=sorted(held | {role}))
    db.session.flush()


def _load_person(person_id: UUID) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(_("There is no such person."))
    return found


def link_identity(actor: Actor, person_id: UUID, *, issuer: str, subject: str) -> None:
    """Let a provider's subject sign in as this person; again changes nothing.

    Raises Conflict where the subject is somebody else.
    """
    authorize(actor, "person:manage")
    linked = find_linked_person(issuer, subject)
    if linked is None:
        db.session.add(IdentityLink(person_id=person_id, issuer=issuer, subject=subject))
        audit.record(actor, "person:link_identity", ("person", person_id), issuer=issuer)
        db.session.flush()
    elif linked.id != person_id:
        raise Conflict(_("This sign-in belongs to somebody else."))


def set_locale(actor: Actor, locale: str) -> None:
    """Remember the language that a person reads; raises Invalid for one that there is not."""
    authorize(actor, "account:change")
    if locale not in LOCALES:
        raise Invalid(_("There is no such language."))
    person = db.session.get(Person, actor.id)
    if person is not None:
        person.locale = locale


def recognise_person(issuer: str, claims: Claims, *, locale: str = DEFAULT_LOCALE) -> Person:
    """The person behind a provider's subject, made at the first sign-in, with name and roles as claimed now.

    For the sign-in itself, before anybody is signed in: no actor.
    """
    person = find_linked_person(issuer, claims.subject) or _add_linked(issuer, claims, locale)
    person.name, person.email = claims.name, claims.email
    place = organisations.find_organisation_by_code(claims.organisation_code or "")
    organisation_id = place.id if place and place.is_open else None
    organisations.replace_claimed_memberships(person.id, organisation_id, claims.roles)
    _replace_claimed_roles(person.id, claims.roles, organisation_id)
    return person


def find_linked_person(issuer: str, subject: str) -> Person | None:
    """The person behind a provider's subject, or None. For the sign-in itself: no actor."""
    statement = select(Person).join(IdentityLink, IdentityLink.person_id == Person.id)
    return db.session.scalar(statement.where(IdentityLink.issuer == issuer, IdentityLink.subject == subject))


def _add_linked(issuer: str, claims: Claims, locale: str) -> Person:
    """A new person with his link; two sign-ins at the same moment make one person."""
    try:
        with db.session.begin_nested():
            person = _add_person(claims.name, claims.email, locale)
            db.session.add(IdentityLink(person_id=person.id, issuer=issuer, subject=claims.subject))
    except IntegrityError:
        winner = find_linked_person(issuer, claims.subject)
        if winner is None:
            raise
        return winner
    audit.record(SYSTEM, "person:first_sign_in", ("person", person.id), issuer=issuer)
    return person


def _add_person(name: str, email: str | None, locale: str) -> Person:
    person = Person(name=name, email=email, locale=locale)
    db.session.add(person)
    db.session.flush()
    return person


def _held(person_id: UUID) -> set[str]:
    return set(db.session.scalars(select(RoleAssignment.role).where(RoleAssignment.person_id == person_id)))


def _replace_claimed_roles(person_id: UUID, roles: Iterable[str], organisation_id: UUID | None) -> None:
    """Roles from claims become what the claims say now; roles that an administrator gave stay.

    With a known organisation they are memberships there, and nothing stands here; without one, no claim may give
    what would reach over the whole country.
    """
    wanted = set() if organisation_id else set(roles) - set(NATIONWIDE_ROLES)
    claimed = db.session.scalars(select(RoleAssignment).where(
        RoleAssignment.person_id == person_id, RoleAssignment.source == FROM_CLAIM))
    for row in claimed:
        if row.role not in wanted:
            db.session.delete(row)
    db.session.flush()
    for role in sorted(wanted - _held(person_id)):
        db.session.add(RoleAssignment(person_id=person_id, role=role, source=FROM_CLAIM))
    db.session.flush()

