"""Access tokens at the REST API: `Authorization: Bearer <token>` instead of a cookie, for programs and for apps.

The kernel does not know tokens; identity tells it who stands behind one (`know_bearers`).
"""

from collections.abc import Callable

from flask import g, request

from lms.core.errors import Forbidden, SignInRequired
from lms.core.i18n import _l
from lms.core.permissions import Actor

API = "/api/"
Found = tuple[Actor, str]
"""Who stands behind a token, and the application or program that holds it (for the audit)."""
_finders: list[Callable[[str], Found | None]] = []


class BadBearer(SignInRequired):
    """The token was made up, expired, or taken back."""

    code = "invalid-token"
    challenge = 'Bearer error="invalid_token"'

    def __init__(self) -> None:
        super().__init__(_l("The access token is not good, or not any more."))


class NarrowBearer(Forbidden):
    """The token is good, but was not given for the API."""

    code = "insufficient-scope"
    challenge = 'Bearer error="insufficient_scope", scope="api"'

    def __init__(self) -> None:
        super().__init__(_l("This access token was not given for the API: it needs the scope “api”."))


def know_bearers(find: Callable[[str], Found | None]) -> None:
    """Told once by identity: who stands behind a token, or None."""
    _finders[:] = [find]


def bearer_token() -> str | None:
    """The token of a call to the API; None where the call comes with a cookie, or is none of the API."""
    if not request.path.startswith(API):
        return None
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else None


def actor_of(token: str) -> Actor:
    """Who stands behind a token; raises BadBearer, NarrowBearer."""
    known = next((found for find in _finders if (found := find(token)) is not None), None)
    if known is None:
        raise BadBearer
    actor, g.program = known
    return actor
