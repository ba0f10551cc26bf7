"""Reading the table of permissions, and asking it about somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lms.access import permissions as permissions
from lms.access.areas import AREAS, GRANTEES, area_of
from lms.core.errors import Invalid, NotFound, Problem
from lms.core.i18n import _
from lms.core.permissions import (
    ANYONE,
    ANYWHERE,
    SIGNED_IN,
    Actor,
    Grant,
    Kind,
    Rule,
    authorize,
    explain,
    kinds_for,
    may,
    rules,
)
from lms.identity.services import reach
from lms.organisations import services as organisations


@dataclass(frozen=True)
class Row:
    """A line of the table; `cells` has the labels of the scopes for each column, in order."""

    permission: str
    label: Any
    cells: dict[str, list[Any]]


@dataclass(frozen=True)
class Area:
    """A part of the table with its heading."""

    name: str
    label: Any
    rows: list[Row]


@dataclass(frozen=True)
class Found:
    """Somebody in reach, with the names of his places."""

    id: UUID
    name: str
    places: list[str]


@dataclass(frozen=True)
class Held:
    """A role that somebody holds; `way` leads from the top down to the place, empty for no place."""

    role: str
    way: list[str]
    nationwide: bool


@dataclass(frozen=True)
class Thing:
    """What was asked about, by name and place."""

    kind: Any
    title: str
    way: list[str]


@dataclass(frozen=True)
class Reason:
    """One grant and its two halves: has he the role, and is the thing within the scope."""

    role: str
    scope: Any
    has_role: bool
    in_scope: bool
    limited: bool


@dataclass(frozen=True)
class Explanation:
    """The answer of the table about one person, one permission and perhaps one thing."""

    person: Found
    permission: str
    label: Any
    allowed: bool
    held: list[Held]
    thing: Thing | None
    reasons: list[Reason]


def get_table(actor: Actor, *, role: str = "") -> list[Area]:
    """The table by areas; of one `role` (what it has with what everybody has) if given."""
    authorize(actor, "permission:read")
    shown = [role] if role in GRANTEES else list(GRANTEES)
    by_area: dict[str, list[Row]] = {}
    for each in rules().values():
        row = _row(each, shown, whole=not role)
        if any(row.cells.values()):
            by_area.setdefault(area_of(each.permission), []).append(row)
    areas = [Area(name, label, by_area[name]) for name, label, _kinds in AREAS if name in by_area]
    rest = by_area.get("", [])
    return [*areas, Area("other", _("Other"), rest)] if rest else areas


def _row(given: Rule, shown: list[str], *, whole: bool) -> Row:
    cells = {role: [grant.scope.label for grant in given.grants if _concerns(grant, role, whole=whole)]
             for role in shown}
    return Row(given.permission, given.label, cells)


def _concerns(grant: Grant, role: str, *, whole: bool) -> bool:
    """Whether a grant stands in the column of a role; alone, a column holds what everybody has too."""
    common = (ANYONE,) if role == SIGNED_IN else () if role == ANYONE else (ANYONE, SIGNED_IN)
    return grant.role == role or (not whole and grant.role in common)


def find_people(actor: Actor, text: str) -> list[Found]:
    """People in the actor's reach whose name holds these words."""
    authorize(actor, "permission:ask")
    return [_found(person.id, person.name) for person in reach.search_people(actor, text)]


def explain_permission(actor: Actor, person_id: UUID, permission: str,
                       named: Mapping[str, UUID] | None = None) -> Explanation:
    """Why a person may or may not: every grant of the line with its halves.

    `named`: ids by what an address calls them ("exam_id"), or one under "" whose kind is looked for. Raises NotFound
    for a thing that does not exist or that the actor may not see himself, Forbidden for somebody out of his reach,
    Invalid for an unknown permission.
    """
    authorize(actor, "permission:ask")
    line = rules().get(permission)
    if line is None:
        raise Invalid(_("Choose a permission of the list."), [Problem("permission", permission)])
    asked = reach.get_actor_of(actor, person_id)
    authorize(actor, "permission:explain", reach.find_person_row(person_id))
    kind, thing = _load(actor, permission, named) if named else (None, None)
    reasons = [Reason(each.grant.role, each.grant.scope.label, each.has_role, each.in_scope,
                      each.grant.scope is not ANYWHERE)
               for each in explain(asked, permission, thing)]
    told = Thing(kind.label, kind.title(thing), _way(getattr(thing, "organisation_id", None))) if kind else None
    return Explanation(_found(asked.id, asked.name), permission, line.label, may(asked, permission, thing),
                       _held(asked), told, reasons)


def _load(actor: Actor, permission: str, named: Mapping[str, UUID]) -> tuple[Kind, Any]:
    """The thing that the permission is asked about, if the actor may see it himself."""
    kinds = list(kinds_for(permission))
    if not kinds:
        raise Invalid(_("This permission is not asked about a single thing: leave the thing empty."))
    for kind in kinds:
        wanted = named.get(kind.hole, named.get(""))
        thing = kind.load(wanted) if wanted else None
        if thing is not None and may(actor, kind.reads, thing):
            return kind, thing
    raise NotFound(_("There is no such thing for this permission, or you may not see it yourself."))


def _held(asked: Actor) -> list[Held]:
    ways = organisations.paths_of({each.organisation_id for each in asked.positions if each.organisation_id})
    held = [Held(each.role, [name for _id, name in ways.get(each.organisation_id, [])] if each.organisation_id else [],
                 each.nationwide) for each in asked.positions]
    return sorted(held, key=lambda one: (list(GRANTEES).index(one.role), one.way))


def _found(person_id: UUID, name: str) -> Found:
    places = organisations.organisation_names(organisations.organisation_ids_of(person_id))
    return Found(person_id, name, sorted(places.values()))


def _way(organisation_id: UUID | None) -> list[str]:
    if organisation_id is None:
        return []
    return [name for _id, name in organisations.paths_of([organisation_id]).get(organisation_id, [])]
