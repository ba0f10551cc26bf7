"""Who may do what. Each room states its rules; this evaluates them. No rule means nobody may."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lms.core.errors import Forbidden, SignInRequired
from lms.core.i18n import _l

ROLES = ("student", "teacher", "librarian", "administrator")


@dataclass(frozen=True)
class Actor:
    """Who acts: a person, nobody, or the platform itself.

    `studies_in`: those of his organisations where he is a student and nothing else.
    """

    person_id: UUID | None = None
    name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    organisation_ids: frozenset[UUID] = field(default_factory=frozenset)
    is_system: bool = False
    studies_in: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def is_anonymous(self) -> bool:
        """Nobody is signed in, and it is not the platform."""
        return self.person_id is None and not self.is_system

    @property
    def staff_ids(self) -> frozenset[UUID]:
        """The organisations where he is more than a student: a teacher who studies elsewhere is a student there."""
        return self.organisation_ids - self.studies_in

    @property
    def id(self) -> UUID:
        """The person's id; raises SignInRequired where there is none."""
        if self.person_id is None:
            raise SignInRequired(_l("Please sign in first."))
        return self.person_id


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)

Predicate = Callable[[Actor, Any], bool]
_rules: dict[str, tuple[Predicate, ...]] = {}


class Refused(Forbidden):
    """Forbidden by a rule; remembers which, for the audit."""

    def __init__(self, permission: str, resource: Any) -> None:
        super().__init__(_l("You are not allowed to do this."))
        self.permission = permission
        self.subject = (type(resource).__name__.lower(), str(getattr(resource, "id", ""))) if resource else None


def rule(permission: str, *predicates: Predicate) -> None:
    """`permission` is granted where any of the predicates holds. One place states a permission, once."""
    if permission in _rules:
        raise ValueError(f"{permission} is stated twice")
    _rules[permission] = predicates


def rules() -> dict[str, tuple[Predicate, ...]]:
    """The whole table, for the page and the guard that read it."""
    return dict(_rules)


def may(actor: Actor, permission: str, resource: Any = None) -> bool:
    """Whether `actor` has the permission on `resource`; an unknown permission is a mistake, not a no."""
    predicates = _rules[permission]
    return actor.is_system or any(holds(actor, resource) for holds in predicates)


def authorize(actor: Actor, permission: str, resource: Any = None) -> None:
    """Pass, or raise SignInRequired (nobody is signed in) or Forbidden."""
    if may(actor, permission, resource):
        return
    if actor.is_anonymous:
        raise SignInRequired(_l("Please sign in first."))
    raise Refused(permission, resource)


def anyone(_actor: Actor, _resource: Any) -> bool:
    """Everybody, signed in or not."""
    return True


def signed_in(actor: Actor, _resource: Any) -> bool:
    """Every person who is signed in."""
    return not actor.is_anonymous


def has_role(*names: str) -> Predicate:
    """People with one of these roles."""
    unknown = set(names) - set(ROLES)
    if unknown:
        raise ValueError(f"unknown roles: {unknown}")

    def predicate(actor: Actor, _resource: Any) -> bool:
        return bool(actor.roles.intersection(names))

    predicate.__doc__ = f"has role {' or '.join(names)}"
    return predicate


def is_owner(actor: Actor, resource: Any) -> bool:
    """The person whose `owner_id` stands on the resource."""
    return actor.person_id is not None and getattr(resource, "owner_id", None) == actor.person_id


def in_organisation_as(*names: str) -> Predicate:
    """People with one of these roles in the organisation of the resource, unless they only study there."""

    def predicate(actor: Actor, resource: Any) -> bool:
        organisation = getattr(resource, "organisation_id", None)
        return organisation in actor.staff_ids and bool(actor.roles.intersection(names))

    predicate.__doc__ = f"{' or '.join(names)} of the same organisation"
    return predicate
