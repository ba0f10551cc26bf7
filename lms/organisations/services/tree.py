"""The tree as other rooms and pages read it: who is above, who below, what is called how."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from lms.core.db import Page, db, paginate
from lms.core.errors import NotFound
from lms.core.i18n import _
from lms.core.names import searchable
from lms.core.permissions import Actor, authorize, visible
from lms.organisations.models import Organisation, OrganisationCode

MOST_IN_A_LEVEL = 200
"""So many of one level the tree shows; the page of the organisation above pages through all."""


@dataclass(frozen=True)
class OrganisationRef:
    """An organisation as other rooms see it; `lineage` is its own id, then those above it."""

    id: UUID
    code: str
    name: str
    kind: str
    lineage: tuple[UUID, ...] = ()
    is_open: bool = True
    school_year: str | None = None

    @property
    def organisation_id(self) -> UUID:
        """Its own id: an organisation is a thing of its own place."""
        return self.id


@dataclass(frozen=True)
class Child:
    """A line of the tree: an organisation, how many open ones stand directly under it, and what it unfolds to."""

    ref: OrganisationRef
    children: int
    is_open: bool = False
    below: tuple["Child", ...] = ()
    more: int = 0


@dataclass(frozen=True)
class Found:
    """An organisation that was looked for, with the names of those above it, the highest first."""

    ref: OrganisationRef
    path: tuple[str, ...]


def ancestors(organisation_id: UUID) -> list[UUID]:
    """Ids above an organisation, the nearest first. Reference data: no actor."""
    return walk_up(organisation_id)[1:]


def with_ancestors(organisation_ids: Iterable[UUID]) -> frozenset[UUID]:
    """These organisations and all above them, in one statement. Reference data: no actor."""
    lines = _lines(set(organisation_ids))
    return frozenset(db.session.scalars(select(lines.c.id)))


def get_organisation(actor: Actor, organisation_id: UUID) -> OrganisationRef:
    """One organisation with its lineage; raises NotFound."""
    authorize(actor, "organisation:read")
    return find_organisation(organisation_id)


def find_organisation(organisation_id: UUID) -> OrganisationRef:
    """One organisation with its lineage; raises NotFound. Reference data: no actor."""
    return make_ref(load_organisation(organisation_id), tuple(walk_up(organisation_id)))


def list_organisations(actor: Actor, *, kind: str | None = None,
                       parent_id: UUID | None = None) -> list[OrganisationRef]:
    """Open organisations by name, of one kind and under one parent where these are given."""
    authorize(actor, "organisation:list")
    statement = _open_ones()
    if kind:
        statement = statement.where(Organisation.kind == kind)
    if parent_id:
        statement = statement.where(Organisation.parent_id == parent_id)
    return make_refs(statement)


def list_classes(actor: Actor) -> list[OrganisationRef]:
    """The open classes that concern the actor: his own, and for staff every class below his organisations.

    Administrators of the whole country see all of them.
    """
    authorize(actor, "organisation:list")
    classes = _open_ones().where(Organisation.kind == "class")
    if actor.is_nationwide("administrator"):
        return make_refs(classes)
    if actor.staff_ids:
        return make_refs(classes.where(Organisation.id.in_(subtree(actor.staff_ids))))
    return make_refs(classes.where(Organisation.id.in_(actor.organisation_ids)))


def list_managed(actor: Actor, *, kinds: Iterable[str], text: str = "", limit: int = 200) -> list[OrganisationRef]:
    """Open organisations of these kinds that the actor may manage, by name: what a form offers."""
    authorize(actor, "organisation:list")
    statement = _open_ones().where(Organisation.kind.in_(list(kinds)),
                                   visible(actor, "organisation:manage", Organisation))
    return make_refs(_looked_for(statement, text).limit(limit))


def list_children(actor: Actor, organisation_id: UUID | None, *, closed: bool = False, page: int = 1,
                  per_page: int = 50) -> Page[Child]:
    """What stands directly under an organisation (None: at the top), by name, with their own counts."""
    authorize(actor, "organisation:list")
    return _children(organisation_id, closed=closed, page=page, per_page=per_page)


def get_tree(actor: Actor, at: UUID | None = None) -> list[Child]:
    """The tree from its top, unfolded along the way down to `at`, and there one level more; raises NotFound."""
    authorize(actor, "organisation:list")
    way = list(reversed(walk_up(load_organisation(at).id))) if at else []
    return list(_unfold(None, way))


def search_organisations(actor: Actor, text: str, *, kind: str = "", page: int = 1,
                         managed: bool = False) -> Page[Found]:
    """Organisations by name, code or former code, tone marks or not; closed ones too.

    `managed`: only those that the actor may manage.
    """
    authorize(actor, "organisation:list")
    statement = _looked_for(select(Organisation), text)
    if kind:
        statement = statement.where(Organisation.kind == kind)
    if managed:
        statement = statement.where(visible(actor, "organisation:manage", Organisation))
    order = (Organisation.closed_at.is_not(None), Organisation.search_name, Organisation.id)
    found = paginate(statement.order_by(*order), page)
    paths = paths_of(row.id for row in found)
    items = [Found(make_ref(row), tuple(name for _id, name in paths[row.id][:-1])) for row in found]
    return Page(items, found.total, found.page, found.per_page)


def paths_of(organisation_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, str]]]:
    """The way from the top down to each, itself included, as ids and names; one statement. Reference data: no actor."""
    wanted = list(organisation_ids)
    lines = _lines(set(wanted))
    rows = db.session.execute(select(lines.c.id, lines.c.parent_id, Organisation.name)
                              .join(Organisation, Organisation.id == lines.c.id)).all()
    known = {row.id: (row.parent_id, row.name) for row in rows}
    return {each: _way(each, known) for each in wanted}


def organisation_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names by id; unknown ids are left out. Reference data: no actor."""
    statement = select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(ids)))
    return {row.id: row.name for row in db.session.execute(statement)}


def lineage(organisation_id: UUID) -> frozenset[UUID]:
    """An organisation and all above it, remembered for the length of a session. Reference data: no actor."""
    known: dict[UUID, frozenset[UUID]] = db.session().info.setdefault("lineages", {})
    if organisation_id not in known:
        known[organisation_id] = frozenset(walk_up(organisation_id))
    return known[organisation_id]


def find_organisation_by_code(code: str) -> OrganisationRef | None:
    """The organisation that this code, present or former, leads to today, or None. Reference data: no actor.

    One that went up in another leads to its successor.
    """
    former = select(OrganisationCode.organisation_id).where(OrganisationCode.code == code)
    found = db.session.scalar(select(Organisation).where(or_(Organisation.code == code, Organisation.id.in_(former))))
    while found is not None and found.merged_into_id is not None:
        found = db.session.get(Organisation, found.merged_into_id)
    return make_ref(found) if found else None


def subtree(roots: Iterable[UUID]) -> Select[UUID]:
    """A statement of the ids of `roots` and everything below them. Reference data: no actor."""
    below = select(Organisation.id).where(Organisation.id.in_(set(roots))).cte(recursive=True)
    below = below.union(select(Organisation.id).join(below, Organisation.parent_id == below.c.id))
    return select(below.c.id)


def load_organisation(organisation_id: UUID) -> Organisation:
    """The row; raises NotFound. For the services of this room, which ask for permission themselves: no actor."""
    found = db.session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(_("There is no such organisation."))
    return found


def make_ref(row: Organisation, above: tuple[UUID, ...] = ()) -> OrganisationRef:
    """The row as other rooms see it."""
    return OrganisationRef(row.id, row.code, row.name, row.kind, above or (row.id,), row.closed_at is None,
                           row.school_year)


def make_refs(statement: Select[Organisation]) -> list[OrganisationRef]:
    """The rows of a statement by name, as other rooms see them."""
    ordered = statement.order_by(Organisation.search_name, Organisation.id)
    return [make_ref(row) for row in db.session.scalars(ordered)]


def walk_up(organisation_id: UUID) -> list[UUID]:
    """The id itself and those above it, the nearest first; one recursive statement. Reference data: no actor."""
    lines = _lines({organisation_id})
    parents = {row.id: row.parent_id for row in db.session.execute(select(lines.c.id, lines.c.parent_id))}
    chain: list[UUID] = []
    current: UUID | None = organisation_id
    while current is not None and current in parents and current not in chain:
        chain.append(current)
        current = parents[current]
    return chain


def _lines(organisation_ids: set[UUID]) -> Any:
    own = select(Organisation.id, Organisation.parent_id).where(Organisation.id.in_(organisation_ids))
    lines = own.cte(recursive=True)
    above = select(Organisation.id, Organisation.parent_id)
    return lines.union(above.join(lines, Organisation.id == lines.c.parent_id))


def _way(organisation_id: UUID, known: dict[UUID, tuple[UUID | None, str]]) -> list[tuple[UUID, str]]:
    way: list[tuple[UUID, str]] = []
    current: UUID | None = organisation_id
    while current is not None and current in known and (current, known[current][1]) not in way:
        way.insert(0, (current, known[current][1]))
        current = known[current][0]
    return way


def _open_ones() -> Select[Organisation]:
    return select(Organisation).where(Organisation.closed_at.is_(None))


def _looked_for(statement: Select[Organisation], text: str) -> Select[Organisation]:
    """Every word of `text` in the name or code, or the whole of it a former code or name."""
    words = searchable(text).split()[:8]
    if not words:
        return statement
    former = select(OrganisationCode.organisation_id).where(
        or_(func.lower(OrganisationCode.code) == text.strip().lower(),
            OrganisationCode.name.icontains(text.strip(), autoescape=True)))
    by_name = [Organisation.search_name.contains(word, autoescape=True) for word in words]
    return statement.where(or_(and_(*by_name), Organisation.id.in_(former)))


def _children(organisation_id: UUID | None, *, closed: bool, page: int, per_page: int) -> Page[Child]:
    below = aliased(Organisation)
    count = (select(func.count()).select_from(below)
             .where(below.parent_id == Organisation.id, below.closed_at.is_(None)).scalar_subquery())
    statement: Any = (select(Organisation, count).where(Organisation.parent_id == organisation_id)
                      .order_by(Organisation.closed_at.is_not(None), Organisation.school_year.desc(),
                                Organisation.search_name, Organisation.id))
    if not closed:
        statement = statement.where(Organisation.closed_at.is_(None))
    found = paginate(statement, page, per_page)
    return Page([Child(make_ref(row), children) for row, children in found], found.total, found.page, found.per_page)


def _unfold(organisation_id: UUID | None, way: list[UUID]) -> tuple[Child, ...]:
    """One level, and under the organisation that stands on the way, the next."""
    level = _children(organisation_id, closed=False, page=1, per_page=MOST_IN_A_LEVEL)
    return tuple(_unfolded(child, way) if way and child.ref.id == way[0] else child for child in level)


def _unfolded(child: Child, way: list[UUID]) -> Child:
    below = _unfold(child.ref.id, way[1:])
    return Child(child.ref, child.children, is_open=True, below=below, more=max(0, child.children - len(below)))
