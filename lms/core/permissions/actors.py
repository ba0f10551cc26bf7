"""Who acts: a person with his positions, nobody, or the platform itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from lms.core.errors import SignInRequired
from lms.core.i18n import _l

ROLES = ("student", "teacher", "librarian", "administrator")
NATIONWIDE_ROLES = ("librarian", "administrator")
"""Held in no organisation these reach over the whole country, so no provider's claim may give them there."""


@dataclass(frozen=True)
class Position:
    """A role that somebody holds now, and where.

    `organisation_id` None: in no organisation. `nationwide`: at the ministry, which is above every organisation.
    """

    role: str
    organisation_id: UUID | None = None
    nationwide: bool = False


@dataclass(frozen=True)
class Actor:
    """Who asks; everything that the rules need to know about him."""

    person_id: UUID | None = None
    name: str = ""
    positions: frozenset[Position] = field(default_factory=frozenset)
    is_system: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Nobody is signed in, and it is not the platform."""
        return self.person_id is None and not self.is_system

    @property
    def id(self) -> UUID:
        """The person's id; raises SignInRequired where there is none."""
        if self.person_id is None:
            raise SignInRequired(_l("Please sign in first."))
        return self.person_id

    @cached_property
    def roles(self) -> frozenset[str]:
        """What he is, anywhere."""
        return frozenset(each.role for each in self.positions)

    @cached_property
    def organisation_ids(self) -> frozenset[UUID]:
        """Where he belongs, in whatever role."""
        return self.places(*ROLES)

    @cached_property
    def staff_ids(self) -> frozenset[UUID]:
        """Where he is more than a student: a teacher who studies elsewhere is a student there."""
        return self.places(*(role for role in ROLES if role != "student"))

    def places(self, *roles: str) -> frozenset[UUID]:
        """The organisations where he holds one of these roles."""
        return frozenset(each.organisation_id for each in self.positions
                         if each.role in roles and each.organisation_id is not None)

    def is_nationwide(self, *roles: str) -> bool:
        """Whether he holds one of these roles over the whole country."""
        return self.is_system or any(each.nationwide and each.role in roles for each in self.positions)


def positions_in(organisation_ids: Iterable[UUID], *roles: str) -> frozenset[Position]:
    """These roles in each of these organisations; with no organisation, the roles in none."""
    places = list(organisation_ids)
    if not places:
        return frozenset(Position(role, nationwide=role in NATIONWIDE_ROLES) for role in roles)
    return frozenset(Position(role, place) for role in roles for place in places)


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)
