"""Step-up: dangerous acts ask that the person proved a moment ago who he is.

A view says so: `@recent_sign_in()` below its route. A stale sign-in of a GET goes to the provider and comes back to
the page; a form's POST gets a page that says what was not done and leads back; a program gets problem+json with the
challenge of RFC 9470. Guard the page with the form as well as its POST: then nobody types what is lost.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar, cast

from flask import g
from flask_login import current_user

from lms.core.errors import PlatformError, SignInRequired
from lms.core.i18n import _, _l
from lms.core.permissions import ANONYMOUS

View = TypeVar("View", bound=Callable[..., Any])
RECENT = timedelta(minutes=5)


class StaleSignIn(PlatformError):
    """Somebody is signed in, but not recently or not strongly enough for this act."""

    status, code = 401, "insufficient-user-authentication"

    def __init__(self, max_age: timedelta, acr: str | None) -> None:
        super().__init__(_("This step needs you to confirm that it is you: sign in once more."))
        self.max_age, self.acr = max_age, acr

    @property
    def challenge(self) -> str:
        """The WWW-Authenticate header (RFC 9470)."""
        wanted = f', acr_values="{self.acr}"' if self.acr else ""
        return ('Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is needed", '
                f'max_age="{int(self.max_age.total_seconds())}"{wanted}')


def recent_sign_in(max_age: timedelta = RECENT, acr: str | None = None) -> Callable[[View], View]:
    """Let a view run only for a person who signed in within `max_age`, at the level `acr` where one is named."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            require_recent_sign_in(max_age, acr)
            return view(*args, **kwargs)

        return cast(View, guarded)

    return guard


def require_recent_sign_in(max_age: timedelta = RECENT, acr: str | None = None) -> None:
    """The same as a statement, where only some of a view's acts are dangerous. Raises SignInRequired, StaleSignIn."""
    if not current_user.is_authenticated and g.get("actor", ANONYMOUS).is_anonymous:
        raise SignInRequired(_l("Please sign in first."))
    is_proved = current_user.is_authenticated and current_user.proves(max_age, acr)
    if not is_proved:  # an access token proves nothing recent
        raise StaleSignIn(max_age, acr)
