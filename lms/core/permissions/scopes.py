"""How near to a thing somebody must stand for a grant to reach it: the third column of the table.

A scope answers twice, and must answer the same: for one thing (`holds`), and as the condition of a list (`where`).
Rooms add scopes of their own, such as "published" or "the candidate".
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, true

from lms.core.i18n import _l
from lms.core.permissions.actors import ROLES, Actor

ANYONE = "anyone"
SIGNED_IN = "signed-in"
GRANTEES = (ANYONE, SIGNED_IN, *ROLES)

Holds = Callable[[Actor, str, Any], bool]
Where = Callable[[Actor, str, Any], ColumnElement[bool]]


@dataclass(frozen=True)
class Scope:
    """A word for the page and the guard, what it says to people, and its two answers.

    `holds(actor, role, thing)`; `where(actor, role, model)`, None where no list needs it.
    """

    name: str
    label: Any
    holds: Holds
    where: Where | None = None


@dataclass
class _Tree:
    """What the organisations told us of their tree: ids above one (its own too), and those below some."""

    lineage: Callable[[UUID], frozenset[UUID]] = lambda organisation_id: frozenset({organisation_id})
    below: Callable[[Collection[UUID]], Select[Any]] | None = None


_tree = _Tree()


def know_tree(lineage: Callable[[UUID], frozenset[UUID]], below: Callable[[Collection[UUID]], Select[Any]]) -> None:
    """Told once by the organisations, whom the kernel does not know."""
    _tree.lineage, _tree.below = lineage, below


def lineage_of(thing: Any) -> frozenset[UUID]:
    """The organisation of a thing and all above it; empty where it belongs to none."""
    place = getattr(thing, "organisation_id", None)
    return _tree.lineage(place) if place is not None else frozenset()


def _owns(actor: Actor, _role: str, thing: Any) -> bool:
    return actor.person_id is not None and getattr(thing, "owner_id", None) == actor.person_id


def _in_own_organisation(actor: Actor, role: str, thing: Any) -> bool:
    return getattr(thing, "organisation_id", None) in _places(actor, role)


def _is_below(actor: Actor, role: str, thing: Any) -> bool:
    return actor.is_nationwide(role) or not lineage_of(thing).isdisjoint(_places(actor, role))


def _where_below(actor: Actor, role: str, model: Any) -> ColumnElement[bool]:
    if actor.is_nationwide(role):
        return true()
    places = _places(actor, role)
    if not places or _tree.below is None:
        return false()
    condition: ColumnElement[bool] = model.organisation_id.in_(_tree.below(places))
    return condition


def _places(actor: Actor, role: str) -> frozenset[UUID]:
    return actor.staff_ids if role == SIGNED_IN else actor.places(role)


ANYWHERE = Scope("anywhere", _l("yes"), lambda _actor, _role, _thing: True,
                 lambda _actor, _role, _model: true())
OWN = Scope("own", _l("their own"), _owns, lambda actor, _role, model: model.owner_id == actor.person_id)
OWN_ORGANISATION = Scope("own-organisation", _l("of their own organisation"), _in_own_organisation,
                         lambda actor, role, model: model.organisation_id.in_(_places(actor, role)))
BELOW = Scope("below", _l("of their organisation and those below it"), _is_below, _where_below)
NATIONWIDE = Scope("nationwide", _l("of the ministry, for the whole country"),
                   lambda actor, role, _thing: actor.is_nationwide(role),
                   lambda actor, role, _model: true() if actor.is_nationwide(role) else false())
