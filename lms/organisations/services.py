"""Organisations and their members."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, delete, select

from lms.core import audit
from lms.core.db import db
from lms.core.errors import Invalid, NotFound
from lms.core.i18n import _
from lms.core.permissions import ROLES, Actor, Position, authorize
from lms.organisations import permissions as permissions
from lms.organisations.models import FROM_CLAIM, FROM_PLATFORM, KINDS, Membership, Organisation


@dataclass(frozen=True)
class OrganisationRef:
    """An organisation as other rooms see it; `lineage` is its own id, then those above it."""

    id: UUID
    code: str
    name: str
    kind: str
    lineage: tuple[UUID, ...] = ()

    @property
    def organisation_id(self) -> UUID:
        """Its own id: an organisation is a thing of its own place."""
        return self.id


@dataclass(frozen=True)
class PersonRef:
    """A member as other rooms see him."""

    id: UUID
    name: str


def ancestors(organisation_id: UUID) -> list[UUID]:
    """Ids above an organisation, the nearest first. Reference data: no actor."""
    above = _walk_up(organisation_id)
    return above[1:]


def with_ancestors(organisation_ids: Iterable[UUID]) -> frozenset[UUID]:
    """These organisations and all above them, in one statement. Reference data: no actor."""
    own = select(Organisation.id, Organisation.parent_id).where(Organisation.id.in_(set(organisation_ids)))
    lineage = own.cte("lineage", recursive=True)
    lineage = lineage.union(select(Organisation.id, Organisation.parent_id)
                            .join(lineage, Organisation.id == lineage.c.parent_id))
    return frozenset(db.session.scalars(select(lineage.c.id)))


def get_organisation(actor: Actor, organisation_id: UUID) -> OrganisationRef:
    """One organisation with its lineage; raises NotFound."""
    authorize(actor, "organisation:read")
    return _load_ref(organisation_id)


def list_organisations(actor: Actor, *, kind: str | None = None,
                       parent_id: UUID | None = None) -> list[OrganisationRef]:
    """Organisations by name, of one kind and under one parent where these are given."""
    authorize(actor, "organisation:list")
    statement = select(Organisation)
    if kind:
        statement = statement.where(Organisation.kind == kind)
    if parent_id:
        statement = statement.where(Organisation.parent_id == parent_id)
    return _refs(statement)


def list_classes(actor: Actor) -> list[OrganisationRef]:
    """The classes that concern the actor: his own, and for staff every class below his organisations.

    Administrators of the whole country see all of them.
    """
    authorize(actor, "organisation:list")
    classes = select(Organisation).where(Organisation.kind == "class")
    if actor.is_nationwide("administrator"):
        return _refs(classes)
    if actor.staff_ids:
        return _refs(classes.where(Organisation.id.in_(subtree(actor.staff_ids))))
    return _refs(classes.where(Organisation.id.in_(actor.organisation_ids)))


def list_class_members(actor: Actor, organisation_id: UUID, role: str = "student") -> list[PersonRef]:
    """People of one role in a class, by name; raises NotFound for an unknown class."""
    organisation = _load_ref(organisation_id)
    authorize(actor, "organisation:list_members", organisation)
    person = db.metadata.tables["person"]
    statement = (select(person.c.id, person.c.name)
                 .join(Membership, Membership.person_id == person.c.id)
                 .where(Membership.organisation_id == organisation_id, Membership.role == role)
                 .order_by(person.c.name, person.c.id))
    return [PersonRef(*row) for row in db.session.execute(statement)]


def organisation_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id; unknown ids are left out. Reference data: no actor."""
    statement = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(ids)))
    return {row.id: row.name for row in db.session.execute(statement)}


def memberships_of(person_id: UUID) -> dict[UUID, frozenset[str]]:
    """A person's roles in each of his organisations. For lms.identity, which makes the actor: no actor yet."""
    statement = select(Membership.organisation_id, Membership.role).where(Membership.person_id == person_id)
    found: dict[UUID, frozenset[str]] = {}
    for organisation_id, role in db.session.execute(statement):
        found[organisation_id] = found.get(organisation_id, frozenset()) | {role}
    return found


def positions_of(person_id: UUID) -> frozenset[Position]:
    """What a person is, and where. For those who make the actor from it: no actor yet."""
    statement = (select(Membership.role, Membership.organisation_id, Organisation.kind)
                 .join(Organisation, Organisation.id == Membership.organisation_id)
                 .where(Membership.person_id == person_id))
    return frozenset(Position(role, organisation_id, nationwide=kind == "ministry")
                     for role, organisation_id, kind in db.session.execute(statement))


def lineage(organisation_id: UUID) -> frozenset[UUID]:
    """An organisation and all above it, remembered for the length of a session. Reference data: no actor."""
    known: dict[UUID, frozenset[UUID]] = db.session().info.setdefault("lineages", {})
    if organisation_id not in known:
        known[organisation_id] = frozenset(_walk_up(organisation_id))
    return known[organisation_id]


def organisation_ids_of(person_id: UUID) -> frozenset[UUID]:
    """Where a person is a member. For those who make the actor from it: no actor yet."""
    return frozenset(memberships_of(person_id))


def find_organisation_by_code(code: str) -> OrganisationRef | None:
    """The organisation with this code, or None. Reference data: no actor."""
    found = db.session.scalar(select(Organisation).where(Organisation.code == code))
    return _ref(found) if found else None


def add_organisation(actor: Actor, *, code: str, name: str, kind: str,
                     parent_id: UUID | None = None) -> Organisation:
    """The organisation with this code, made or renamed; running it again changes nothing.

    Raises Invalid for an unknown kind or parent.
    """
    authorize(actor, "organisation:manage")
    if kind not in KINDS:
        raise Invalid(_("There is no kind of organisation called “%(kind)s”.", kind=kind))
    if parent_id and db.session.get(Organisation, parent_id) is None:
        raise Invalid(_("The organisation above does not exist."))
    found = db.session.scalar(select(Organisation).where(Organisation.code == code))
    if found is None:
        found = Organisation(code=code)
        db.session.add(found)
    found.name, found.kind, found.parent_id = name, kind, parent_id
    db.session().info.pop("lineages", None)
    db.session.flush()
    audit.record(actor, "organisation:manage", ("organisation", found.id), code=code, kind=kind)
    return found


def add_member(actor: Actor, organisation_id: UUID, *, person_id: UUID, role: str) -> None:
    """Make a person a member in a role; again changes nothing. Raises NotFound, Invalid."""
    organisation = _load_ref(organisation_id)
    authorize(actor, "organisation:manage", organisation)
    if role not in ROLES:
        raise Invalid(_("There is no role called “%(role)s”.", role=role))
    if _add_missing(person_id, organisation_id, [role], FROM_PLATFORM):
        audit.record(actor, "organisation:add_member", ("organisation", organisation_id),
                     person_id=str(person_id), role=role)


def remove_member(actor: Actor, organisation_id: UUID, *, person_id: UUID, role: str) -> None:
    """End a membership; one that does not exist changes nothing. Raises NotFound."""
    organisation = _load_ref(organisation_id)
    authorize(actor, "organisation:manage", organisation)
    db.session.execute(delete(Membership).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id,
        Membership.role == role))
    audit.record(actor, "organisation:remove_member", ("organisation", organisation_id),
                 person_id=str(person_id), role=role)


def replace_claimed_memberships(person_id: UUID, organisation_id: UUID | None, roles: Iterable[str]) -> None:
    """At sign-in: what the provider says about a person's place replaces what it said before.

    For lms.identity, which acts before anybody is signed in: no actor.
    """
    wanted = set(roles) if organisation_id else set()
    old = db.session.scalars(select(Membership).where(
        Membership.person_id == person_id, Membership.source == FROM_CLAIM))
    for row in old:
        if row.organisation_id != organisation_id or row.role not in wanted:
            db.session.delete(row)
    if organisation_id:
        _add_missing(person_id, organisation_id, sorted(wanted), FROM_CLAIM)


def _add_missing(person_id: UUID, organisation_id: UUID, roles: list[str], source: str) -> bool:
    held = set(db.session.scalars(select(Membership.role).where(
        Membership.person_id == person_id, Membership.organisation_id == organisation_id)))
    missing = [role for role in roles if role not in held]
    for role in missing:
        row = Membership(person_id=person_id, organisation_id=organisation_id, role=role, source=source)
        db.session.add(row)
    db.session.flush()
    return bool(missing)


def _load_ref(organisation_id: UUID) -> OrganisationRef:
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(_("There is no such organisation."))
    return _ref(found, tuple(_walk_up(organisation_id)))


def _ref(row: Organisation, lineage: tuple[UUID, ...] = ()) -> OrganisationRef:
    return OrganisationRef(row.id, row.code, row.name, row.kind, lineage or (row.id,))


def _refs(statement: Select[Organisation]) -> list[OrganisationRef]:
    ordered = statement.order_by(Organisation.name, Organisation.id)
    return [_ref(row) for row in db.session.scalars(ordered)]


def _walk_up(organisation_id: UUID) -> list[UUID]:
    """The id itself and those above it, the nearest first; one recursive statement."""
    own = select(Organisation.id, Organisation.parent_id).where(Organisation.id == organisation_id)
    lineage = own.cte("lineage", recursive=True)
    lineage = lineage.union(select(Organisation.id, Organisation.parent_id)
                            .join(lineage, Organisation.id == lineage.c.parent_id))
    parents = {row.id: row.parent_id for row in db.session.execute(select(lineage.c.id, lineage.c.parent_id))}
    chain: list[UUID] = []
    current: UUID | None = organisation_id
    while current is not None and current in parents and current not in chain:
        chain.append(current)
        current = parents[current]
    return chain


def subtree(roots: Iterable[UUID]) -> Select[UUID]:
    """A statement of the ids of `roots` and everything below them. Reference data: no actor."""
    below = select(Organisation.id).where(Organisation.id.in_(set(roots))).cte("below", recursive=True)
    below = below.union(select(Organisation.id).join(below, Organisation.parent_id == below.c.id))
    return select(below.c.id)
