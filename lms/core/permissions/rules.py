"""The lines of the table, and the four questions that it answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true

from lms.core.errors import Forbidden, SignInRequired
from lms.core.i18n import _l
from lms.core.permissions.actors import Actor
from lms.core.permissions.scopes import ANYONE, ANYWHERE, GRANTEES, SIGNED_IN, Scope


@dataclass(frozen=True)
class Grant:
    """One role (or ANYONE, SIGNED_IN) within one scope."""

    role: str
    scope: Scope

    def is_for(self, actor: Actor) -> bool:
        """Whether he has the role, wherever."""
        return self.role == ANYONE or (self.role == SIGNED_IN and not actor.is_anonymous) or self.role in actor.roles

    def holds(self, actor: Actor, thing: Any) -> bool:
        """Whether it gives him the permission on this thing."""
        return self.is_for(actor) and self.scope.holds(actor, self.role, thing)


@dataclass(frozen=True)
class Rule:
    """A line of the table; `label` is what people read."""

    permission: str
    label: Any
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class Verdict:
    """Why a grant does or does not give somebody a permission on a thing."""

    grant: Grant
    has_role: bool
    in_scope: bool


_rules: dict[str, Rule] = {}


class Refused(Forbidden):
    """Forbidden by a rule; remembers which, and whose thing it was, for the audit."""

    def __init__(self, permission: str, thing: Any) -> None:
        super().__init__(_l("You are not allowed to do this."))
        self.permission = permission
        self.subject = (type(thing).__name__.lower(), str(getattr(thing, "id", ""))) if thing else None
        self.organisation_id = getattr(thing, "organisation_id", None)


def to(*roles: str, scope: Scope = ANYWHERE) -> tuple[Grant, ...]:
    """The part of a rule that gives these roles a permission within a scope."""
    unknown = set(roles) - set(GRANTEES)
    if unknown or not roles:
        raise ValueError(f"unknown roles: {unknown}")
    return tuple(Grant(role, scope) for role in roles)


def rule(permission: str, label: Any, *granted: Iterable[Grant]) -> None:
    """A line of the table: granted where any of the grants holds. One place states a permission, once."""
    if permission in _rules:
        raise ValueError(f"{permission} is stated twice")
    _rules[permission] = Rule(permission, label, tuple(grant for some in granted for grant in some))


def rules() -> dict[str, Rule]:
    """The whole table, for the page and the guard that read it."""
    return dict(_rules)


def may(actor: Actor, permission: str, thing: Any = None) -> bool:
    """Whether `actor` has the permission on `thing`; an unknown permission is a mistake, not a no."""
    grants = _rules[permission].grants
    return actor.is_system or any(grant.holds(actor, thing) for grant in grants)


def authorize(actor: Actor, permission: str, thing: Any = None) -> None:
    """Pass, or raise SignInRequired (nobody is signed in) or Forbidden."""
    if may(actor, permission, thing):
        return
    if actor.is_anonymous:
        raise SignInRequired(_l("Please sign in first."))
    raise Refused(permission, thing)


def visible(actor: Actor, permission: str, model: Any) -> ColumnElement[bool]:
    """The condition that keeps a list to the rows on which `actor` has the permission.

    `model` has the columns that the scopes of the rule ask for: `owner_id`, `organisation_id`.
    """
    if actor.is_system:
        return true()
    held = [grant for grant in _rules[permission].grants if grant.is_for(actor)]
    return or_(false(), *(_where(grant, actor, model) for grant in held))


def _where(grant: Grant, actor: Actor, model: Any) -> ColumnElement[bool]:
    if grant.scope.where is None:
        raise TypeError(f"the scope {grant.scope.name} cannot filter a list")
    return and_(true(), grant.scope.where(actor, grant.role, model))


def explain(actor: Actor, permission: str, thing: Any = None) -> list[Verdict]:
    """Each grant of the line, and which of its two halves holds."""
    return [Verdict(grant, grant.is_for(actor), grant.scope.holds(actor, grant.role, thing))
            for grant in _rules[permission].grants]
