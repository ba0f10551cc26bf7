"""Who belongs where, in which role, from when to when."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from lms.core import audit
from lms.core.db import Page, db, paginate
from lms.core.errors import Conflict, Invalid, Problem
from lms.core.i18n import _
from lms.core.permissions import ROLES, SYSTEM, Actor, Position, authorize
from lms.organisations.calendar import school_year, today
from lms.organisations.models import FROM_CLAIM, FROM_PLATFORM, Membership, Organisation
from lms.organisations.services.tree import find_organisation, load_organisation, subtree


@dataclass(frozen=True)
class PersonRef:
    """A member as other rooms see him."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Member:
    """A line of the list of members: who, as what, from when to when; `is_active` as of today."""

    id: UUID
    person_id: UUID
    name: str
    role: str
    starts_on: date
    ends_on: date | None
    school_year: str | None
    source: str
    is_active: bool


@dataclass(frozen=True)
class Place:
    """A line of a person's history: where, as what, from when to when."""

    id: UUID
    organisation_id: UUID
    organisation: str
    role: str
    starts_on: date
    ends_on: date | None
    school_year: str | None
    source: str
    is_active: bool


@dataclass
class _Listener:
    """Who remembers positions, and must be told when they change."""

    tell: Callable[[Iterable[UUID]], None] = lambda person_ids: None


_listener = _Listener()


def when_positions_change(tell: Callable[[Iterable[UUID]], None]) -> None:
    """Told once by lms.identity, which remembers positions of people who are signed in: no actor."""
    _listener.tell = tell


def positions_changed(person_ids: Iterable[UUID]) -> None:
    """The positions of these people change in this transaction. For services that have authorized: no actor."""
    found = set(person_ids)
    if found:
        _listener.tell(found)


def is_active(day: date | None = None) -> ColumnElement[bool]:
    """The condition of a membership that holds on a day (today). Reference data: no actor."""
    day = day or today()
    return and_(Membership.starts_on <= day, or_(Membership.ends_on.is_(None), Membership.ends_on > day))


def list_class_members(actor: Actor, organisation_id: UUID, role: str = "student") -> list[PersonRef]:
    """People who have one role in a class now, by name; raises NotFound for an unknown class."""
    organisation = find_organisation(organisation_id)
    authorize(actor, "organisation:list_members", organisation)
    person = db.metadata.tables["person"]
    statement = (select(person.c.id, person.c.name)
                 .join(Membership, Membership.person_id == person.c.id)
                 .where(Membership.organisation_id == organisation_id, Membership.role == role, is_active())
                 .order_by(person.c.name, person.c.id))
    return [PersonRef(*row) for row in db.session.execute(statement)]


def list_members(actor: Actor, organisation_id: UUID, *, role: str = "", ended: bool = False, text: str = "",
                 page: int = 1) -> Page[Member]:
    """Members of an organisation by name; `ended`: those who were. Raises NotFound, Forbidden."""
    organisation = find_organisation(organisation_id)
    authorize(actor, "organisation:list_members", organisation)
    person = db.metadata.tables["person"]
    statement: Any = (select(Membership, person.c.name).join(person, Membership.person_id == person.c.id)
                      .where(Membership.organisation_id == organisation_id, ~is_active() if ended else is_active())
                      .order_by(person.c.name, person.c.id, Membership.id))
    if role:
        statement = statement.where(Membership.role == role)
    if text.strip():
        statement = statement.where(person.c.name.icontains(text.strip(), autoescape=True))
    found = paginate(statement, page, per_page=50)
    return Page([_member(row, name, not ended) for row, name in found], found.total, found.page, found.per_page)


def count_members(actor: Actor, organisation_id: UUID) -> dict[str, int]:
    """How many people of each role there are now in an organisation and below it; raises NotFound, Forbidden."""
    organisation = find_organisation(organisation_id)
    authorize(actor, "organisation:list_members", organisation)
    statement = (select(Membership.role, func.count(Membership.person_id.distinct()))
                 .where(Membership.organisation_id.in_(subtree([organisation_id])), is_active())
                 .group_by(Membership.role))
    return dict(db.session.execute(statement).tuples().all())


def memberships_of(person_id: UUID) -> dict[UUID, frozenset[str]]:
    """A person's present roles in each of his organisations. For lms.identity, which makes the actor: no actor yet."""
    statement = (select(Membership.organisation_id, Membership.role)
                 .where(Membership.person_id == person_id, is_active()))
    found: dict[UUID, frozenset[str]] = {}
    for organisation_id, role in db.session.execute(statement):
        found[organisation_id] = found.get(organisation_id, frozenset()) | {role}
    return found


def places_of(person_id: UUID) -> list[Place]:
    """Where a person belongs and belonged, present places first, the newest first.

    For lms.identity, which has decided already who may see it: no actor.
    """
    statement = (select(Membership, Organisation.name).join(Organisation, Organisation.id == Membership.organisation_id)
                 .where(Membership.person_id == person_id).order_by(Membership.starts_on.desc(), Membership.id.desc()))
    day = today()
    found = [Place(row.id, row.organisation_id, name, row.role, row.starts_on, row.ends_on, row.school_year, row.source,
                   row.starts_on <= day and (row.ends_on is None or row.ends_on > day))
             for row, name in db.session.execute(statement)]
    return sorted(found, key=lambda place: not place.is_active)


def places_by_person(person_ids: Iterable[UUID]) -> dict[UUID, list[Place]]:
    """Present places of several people, in one statement. For those who have decided to show them: no actor."""
    statement = (select(Membership, Organisation.name).join(Organisation, Organisation.id == Membership.organisation_id)
                 .where(Membership.person_id.in_(list(person_ids)), is_active())
                 .order_by(Organisation.name, Membership.id))
    found: dict[UUID, list[Place]] = {}
    for row, name in db.session.execute(statement):
        found.setdefault(row.person_id, []).append(Place(
            row.id, row.organisation_id, name, row.role, row.starts_on, row.ends_on, row.school_year, row.source, True))
    return found


def people_with(role: str, organisation_id: UUID | None) -> Select[UUID]:
    """A statement of the ids of people with a role (empty: any) in an organisation or below it (None: anywhere).

    For lists that keep themselves to what their reader may see: no actor.
    """
    statement = select(Membership.person_id).where(is_active())
    if role:
        statement = statement.where(Membership.role == role)
    if organisation_id:
        statement = statement.where(Membership.organisation_id.in_(subtree([organisation_id])))
    return statement


def positions_of(person_id: UUID) -> frozenset[Position]:
    """What a person is now, and where, in one statement. For those who make the actor from it: no actor yet.

    Who belongs to an organisation belongs to those that went up in it: their things are his organisation's now.
    """
    held = (select(Membership.role, Organisation.id, Organisation.kind)
            .join(Organisation, Organisation.id == Membership.organisation_id)
            .where(Membership.person_id == person_id, is_active()).cte(recursive=True))
    held = held.union(select(held.c.role, Organisation.id, Organisation.kind)
                      .join(held, Organisation.merged_into_id == held.c.id))
    return frozenset(Position(role, organisation_id, nationwide=kind == "ministry")
                     for role, organisation_id, kind in db.session.execute(select(held)))


def organisation_ids_of(person_id: UUID) -> frozenset[UUID]:
    """Where a person is a member now. For those who make the actor from it: no actor yet."""
    return frozenset(memberships_of(person_id))


def people_below(roots: Collection[UUID]) -> Select[UUID]:
    """A statement of the ids of people who belong now to `roots` or to what is below. For permissions: no actor."""
    return select(Membership.person_id).where(is_active(), Membership.organisation_id.in_(subtree(roots)))


def people_beyond(roots: Collection[UUID]) -> Select[UUID]:
    """A statement of the ids of people who belong now to a place not below `roots`. For permissions: no actor."""
    return select(Membership.person_id).where(is_active(), Membership.organisation_id.not_in(subtree(roots)))


def add_member(actor: Actor, organisation_id: UUID, *, person_id: UUID, role: str) -> None:
    """Make a person a member in a role from today; again changes nothing. Raises NotFound, Invalid, Conflict."""
    organisation = find_organisation(organisation_id)
    authorize(actor, "organisation:manage", organisation)
    if role not in ROLES:
        raise Invalid(_("There is no role called “%(role)s”.", role=role),
                      [Problem("role", _("There is no role called “%(role)s”.", role=role))])
    if not organisation.is_open:
        raise Conflict(_("“%(name)s” is closed: nobody can be added to it.", name=organisation.name))
    if _add_missing(person_id, organisation_id, [role], FROM_PLATFORM):
        audit.record(actor, "organisation:add_member", ("organisation", organisation_id),
                     person_id=str(person_id), after={"role": role, "starts_on": today().isoformat()},
                     organisation_id=organisation_id)


def end_membership(actor: Actor, organisation_id: UUID, *, person_id: UUID, role: str) -> None:
    """End a membership today; it stays as history. One that does not hold changes nothing. Raises NotFound."""
    organisation = find_organisation(organisation_id)
    authorize(actor, "organisation:manage", organisation)
    if role == "administrator" and person_id == actor.person_id:
        raise Conflict(_("You cannot take your own administrator's role away. Another administrator can."))
    held = list(db.session.scalars(select(Membership).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id,
        Membership.role == role, is_active())))
    if end_rows(held):
        audit.record(actor, "organisation:end_membership", ("organisation", organisation_id), person_id=str(person_id),
                     before={"role": role, "starts_on": held[0].starts_on.isoformat()},
                     after={"role": role, "ends_on": today().isoformat()}, organisation_id=organisation_id)


def end_rows(rows: Iterable[Membership]) -> int:
    """End memberships today; returns how many. For services that have asked for permission: no actor."""
    ended = list(rows)
    for row in ended:
        row.ends_on = today()
    db.session.flush()
    positions_changed(row.person_id for row in ended)
    return len(ended)


def replace_claimed_memberships(person_id: UUID, organisation_id: UUID | None, roles: Iterable[str],
                                source: str = FROM_CLAIM) -> None:
    """At sign-in: what the provider says about a person's place replaces what it said before, which ends.

    A closed organisation has no members. `source` tells the providers apart. For lms.identity, which acts before
    anybody is signed in: no actor.
    """
    if organisation_id and load_organisation(organisation_id).closed_at is not None:
        organisation_id = None
    wanted = set(roles) if organisation_id else set()
    old = db.session.scalars(select(Membership).where(
        Membership.person_id == person_id, Membership.source == source, is_active()))
    ended = [row for row in list(old) if row.organisation_id != organisation_id or row.role not in wanted]
    end_rows(ended)
    for row in ended:
        _record_claimed("organisation:end_membership", row.organisation_id, person_id, row.role, source)
    if organisation_id:
        for role in _add_missing(person_id, organisation_id, sorted(wanted), source):
            _record_claimed("organisation:add_member", organisation_id, person_id, role, source)


def _record_claimed(action: str, organisation_id: UUID, person_id: UUID, role: str, source: str) -> None:
    """The provider gave or took a role: the audit says which one did."""
    told, is_end = {"role": role, "source": source}, action == "organisation:end_membership"
    audit.record(SYSTEM, action, ("organisation", organisation_id), person_id=str(person_id),
                 organisation_id=organisation_id, before=told if is_end else None, after=None if is_end else told)


def _add_missing(person_id: UUID, organisation_id: UUID, roles: list[str], source: str) -> list[str]:
    """Begin what is missing, and return it; what ended today goes on as if it had not."""
    rows = db.session.scalars(select(Membership).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id,
        or_(is_active(), Membership.ends_on == today()))).all()
    held = {row.role for row in rows if row.ends_on is None or row.ends_on > today()}
    ended = {row.role: row for row in rows if row.ends_on == today()}
    missing = [role for role in roles if role not in held]
    for role in missing:
        if role in ended:
            ended[role].ends_on, ended[role].source = None, source
        else:
            _begin(person_id, organisation_id, role, source)
    db.session.flush()
    if missing:
        positions_changed([person_id])
    return missing


def _begin(person_id: UUID, organisation_id: UUID, role: str, source: str) -> None:
    organisation = load_organisation(organisation_id)
    year = (organisation.school_year or school_year()) if organisation.kind == "class" else None
    db.session.add(Membership(person_id=person_id, organisation_id=organisation_id, role=role, source=source,
                              school_year=year))


def _member(row: Membership, name: str, active: bool) -> Member:
    return Member(row.id, row.person_id, name, row.role, row.starts_on, row.ends_on, row.school_year, row.source,
                  active)
