"""People as those who administer them see them: lists, one person, roles given and taken, members from a file.

An administrator sees people who belong to his part of the tree, and changes only what lies within it.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Forbidden, Invalid, NotFound, PlatformError, Problem
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import ROLES, Actor, authorize, may, visible
from lms.identity.models import IdentityLink, Person, RoleAssignment, SignIn
from lms.identity.services.people import create_person
from lms.identity.services.sign_ins import positions_changed
from lms.organisations import services as organisations

MOST_SIGN_INS, MOST_FOUND, MOST_PROBLEMS = 20, 20, 100
ROLE_WORDS = {"hoc sinh": "student", "sinh vien": "student", "giao vien": "teacher", "giang vien": "teacher",
              "thu vien": "librarian", "can bo thu vien": "librarian", "quan tri": "administrator",
              "quan tri vien": "administrator"}


@dataclass(frozen=True)
class PersonRow:
    """A line of the list of people: `places` are those of now, as role and name."""

    id: UUID
    name: str
    email: str | None
    roles: list[str]
    places: list[organisations.Place]


@dataclass(frozen=True)
class PersonPage:
    """One person: roles held over the whole country, places now and before, who vouches for him, his last sign-ins."""

    person: Person
    roles: list[str]
    places: list[organisations.Place]
    links: list[IdentityLink]
    sign_ins: list[SignIn]
    may_manage: bool


@dataclass(frozen=True)
class MembersImported:
    """What an import of members did."""

    people: int
    memberships: int


def list_people(actor: Actor, *, text: str = "", role: str = "", organisation_id: UUID | None = None,
                page: int = 1) -> Page[PersonRow]:
    """People who belong to the part of the tree that the actor administers, by name."""
    authorize(actor, "person:list")
    statement = _within_reach(actor, text)
    if role or organisation_id:
        statement = statement.where(Person.id.in_(organisations.people_with(role, organisation_id)))
    found = paginate(statement, page)
    places = organisations.places_by_person(person.id for person in found)
    roles = _roles_by_person([person.id for person in found])
    rows = [PersonRow(person.id, person.name, person.email, roles.get(person.id, []), places.get(person.id, []))
            for person in found]
    return Page(rows, found.total, found.page, found.per_page)


def get_person_page(actor: Actor, person_id: UUID) -> PersonPage:
    """One person with all that administers him; raises NotFound, Forbidden."""
    person = _load(person_id)
    authorize(actor, "person:read", person)
    links = select(IdentityLink).where(IdentityLink.person_id == person_id).order_by(IdentityLink.id)
    sign_ins = select(SignIn).where(SignIn.person_id == person_id).order_by(SignIn.id.desc()).limit(MOST_SIGN_INS)
    return PersonPage(person, _roles_by_person([person_id]).get(person_id, []), organisations.places_of(person_id),
                      list(db.session.scalars(links)), list(db.session.scalars(sign_ins)),
                      may(actor, "person:manage", person))


def find_people(actor: Actor, text: str) -> list[Person]:
    """Up to 20 people within the actor's reach by name or e-mail address; none for no text."""
    authorize(actor, "person:list")
    if len(text.strip()) < 2:
        return []
    return list(db.session.scalars(_within_reach(actor, text).limit(MOST_FOUND)))


def rename_person(actor: Actor, person_id: UUID, *, name: str, email: str | None) -> None:
    """Another name or address; the sign-in service's word replaces them at the next sign-in. Raises Invalid."""
    person = _load(person_id)
    authorize(actor, "person:manage", person)
    name, email = " ".join(name.split()), (email or "").strip() or None
    check_person(name, email)
    if (name, email) != (person.name, person.email):
        changed = [field for field, was, now in (("name", person.name, name), ("email", person.email, email))
                   if was != now]
        person.name, person.email = name, email
        positions_changed([person_id])
        audit.record(actor, "person:rename", ("person", person_id), fields=changed)


def end_place(actor: Actor, person_id: UUID, *, organisation_id: UUID, role: str) -> None:
    """End a role in an organisation that the actor administers; raises NotFound, Forbidden, Conflict."""
    person = _load(person_id)
    authorize(actor, "person:read", person)
    organisations.end_membership(actor, organisation_id, person_id=person_id, role=role)


def take_role(actor: Actor, person_id: UUID, *, role: str) -> None:
    """Take a role held over the whole country away; one that he has not changes nothing. Raises NotFound, Conflict."""
    _load(person_id)
    authorize(actor, "person:manage")
    if person_id == actor.person_id and role == "administrator":
        raise Conflict(_("You cannot take your own administrator's role away. Another administrator can."))
    row = db.session.scalar(select(RoleAssignment).where(RoleAssignment.person_id == person_id,
                                                         RoleAssignment.role == role))
    if row is not None:
        db.session.delete(row)
        db.session.flush()
        positions_changed([person_id])
        audit.record(actor, "person:take_role", ("person", person_id), before={"role": role}, after={"role": None})


def import_members(actor: Actor, content: bytes) -> MembersImported:
    """Members from a CSV file with the columns organisation (a code), role, name and email (may be empty).

    People within reach are found by their address, else by name in that organisation; the rest are made. Raises Invalid
    with every problem by line and column; then nothing is done.
    """
    authorize(actor, "person:list")
    rows = organisations.read_rows(content, {"organisation", "role", "name"})
    problems: list[Problem] = []
    people = memberships = 0
    with db.session.begin_nested() as point:
        for row in rows:
            try:
                made, added = _import_row(actor, row)
                people, memberships = people + made, memberships + added
            except PlatformError as refused:
                problems += _told(row, refused)
            if len(problems) >= MOST_PROBLEMS:
                break
        if problems:
            point.rollback()
    if problems:
        raise Invalid(_("Nothing was imported. Please correct these lines:"), problems)
    audit.record(actor, "person:import", people=people, memberships=memberships)
    return MembersImported(people, memberships)


def check_person(name: str, email: str | None) -> None:
    """Whether these can be a name and an address; raises Invalid naming the field. Pure: no actor."""
    problems = []
    if not name or len(name) > 200 or not name.isprintable():
        problems.append(Problem("name", _("A name has 1 to 200 signs.")))
    if email and (email.count("@") != 1 or " " in email or len(email) > 200 or not email.isprintable()):
        problems.append(Problem("email", _("This is not an e-mail address.")))
    if problems:
        raise Invalid(_("Please check the person."), problems)


def _import_row(actor: Actor, row: organisations.Row) -> tuple[bool, bool]:
    """Whether a person was made, and a membership."""
    place = organisations.find_organisation_by_code(row.get("organisation"))
    if place is None:
        raise Invalid("", [Problem("organisation", _("No organisation has the code “%(code)s”.",
                                                     code=row.get("organisation")))])
    authorize(actor, "organisation:manage", place)
    role = ROLE_WORDS.get(searchable(row.get("role")), row.get("role").lower())
    if role not in ROLES:
        raise Invalid("", [Problem("role", _("There is no role called “%(role)s”.", role=row.get("role")))])
    name, email = " ".join(row.get("name").split()), row.get("email") or None
    check_person(name, email)
    person = _known(actor, place.id, name, email)
    if person is None:
        create_person(actor, name=name, email=email, roles=[role], organisation_id=place.id)
        return True, True
    held = organisations.memberships_of(person.id).get(place.id, frozenset())
    organisations.add_member(actor, place.id, person_id=person.id, role=role)
    return False, role not in held


def _known(actor: Actor, organisation_id: UUID, name: str, email: str | None) -> Person | None:
    reach = select(Person).where(visible(actor, "person:read", Person)).limit(2)
    if email:
        found = list(db.session.scalars(reach.where(Person.email == email.lower())))
        if len(found) > 1:
            raise Invalid("", [Problem("email", _("Several people have this address. Add them on their pages."))])
        if found and found[0].search_name != searchable(name):
            raise Invalid("", [Problem("email", _("Somebody with another name has this address."))])
        return found[0] if found else None
    return db.session.scalar(select(Person).where(
        Person.name == name, Person.id.in_(organisations.people_with("", organisation_id))).limit(1))


def _told(row: organisations.Row, refused: PlatformError) -> list[Problem]:
    if isinstance(refused, Forbidden):
        return [organisations.at(row.line, "organisation", _("You do not manage this place."))]
    return [organisations.at(row.line, each.where, each.message) for each in refused.problems] or [
        organisations.at(row.line, "", refused.message)]


def _within_reach(actor: Actor, text: str) -> Any:
    statement = select(Person).where(visible(actor, "person:read", Person)).order_by(Person.search_name, Person.id)
    words = searchable(text).split()[:8]
    if not words:
        return statement
    by_name = [Person.search_name.contains(word, autoescape=True) for word in words]
    conditions = by_name[0]
    for each in by_name[1:]:
        conditions = conditions & each
    return statement.where(or_(conditions, Person.email == text.strip().lower()))


def _roles_by_person(person_ids: list[UUID]) -> dict[UUID, list[str]]:
    rows = db.session.execute(select(RoleAssignment.person_id, RoleAssignment.role)
                              .where(RoleAssignment.person_id.in_(person_ids)).order_by(RoleAssignment.role))
    found: dict[UUID, list[str]] = {}
    for person_id, role in rows:
        found.setdefault(person_id, []).append(role)
    return found


def _load(person_id: UUID) -> Person:
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(_("There is no such person."))
    return found
