"""Signed, expiring tokens. The purpose is part of the signature: a token is good for one thing only."""


from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from itsdangerous import BadSignature, URLSafeSerializer

from lms.core import clock
from lms.core.config import Settings, settings
from lms.core.errors import Forbidden
from lms.core.i18n import _l


class InvalidToken(Forbidden):
    """The token was not made by us for this purpose, or was changed."""


class ExpiredToken(InvalidToken):
    """The token was good once."""


def sign(purpose: str, payload: dict[str, Any], expires: timedelta | None = None) -> str:
    """A URL-safe token that carries `payload` in clear and `expires` from now, if ever."""
    until = None if expires is None else int((clock.now() + expires).timestamp())
    return str(_serializer(settings(), purpose).dumps({"p": payload, "e": until}))


def unsign(purpose: str, token: str) -> dict[str, Any]:
    """The payload; raises InvalidToken or ExpiredToken."""
    try:
        body = _serializer(settings(), purpose).loads(token)
    except BadSignature:
        raise InvalidToken(_l("This link or token is not valid.")) from None
    if body["e"] is not None and body["e"] < clock.now().timestamp():
        raise ExpiredToken(_l("This link or token has expired."))
    return cast(dict[str, Any], body["p"])


@lru_cache(maxsize=64)
def _serializer(given: Settings, purpose: str) -> URLSafeSerializer:
    """Old secret first: itsdangerous signs with the last key and accepts them all."""
    keys = [key for key in (given.secret_key_previous, given.secret_key) if key]
    return URLSafeSerializer(keys, salt=f"lms.{purpose}")
