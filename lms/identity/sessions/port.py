"""What a sign-in is to the rest of the platform, and what a store of them does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from lms.core import clock
from lms.core.permissions import Actor

LEEWAY = timedelta(seconds=60)
"""How far the provider's clock may be from ours."""


@dataclass(frozen=True)
class SignedIn:
    """Who makes a request, as the cookie's sign-in says; `actor` is what services take.

    `auth_time` and `acr`: when and how well he proved who he is, None where the provider does not say. `wanted_acrs`:
    what his provider must reach for dangerous acts, empty where any will do. The other attributes are what
    Flask-Login asks of a user.
    """

    sign_in_id: UUID
    actor: Actor
    locale: str
    issuer: str = ""
    auth_time: datetime | None = None
    acr: str | None = None
    wanted_acrs: tuple[str, ...] = ()
    is_authenticated = is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the cookie holds."""
        return str(self.sign_in_id)

    def proves(self, max_age: timedelta, acr: str | None = None) -> bool:
        """Whether he proved who he is within `max_age`, and well enough."""
        if self.auth_time is None or not -LEEWAY <= clock.now() - self.auth_time <= max_age + LEEWAY:
            return False
        wanted = (acr,) if acr else self.wanted_acrs
        return not wanted or self.acr in wanted


class Sessions(Protocol):
    """A store of sign-ins."""

    def find(self, sign_in_id: UUID) -> SignedIn | None:
        """Who this is; None when the sign-in ended, expired or never was."""

    def forget(self, sign_in_ids: Iterable[UUID]) -> None:
        """These ended or changed, and that is committed: the next `find` answers from the database. Raises nothing."""
