"""Signed, expiring tokens, and sealed texts. The purpose is part of both: each is good for one thing only."""

import base64
from datetime import timedelta
from functools import lru_cache
from typing import Any, cast

from cryptography.fernet import Fernet, MultiFernet
from cryptography.fernet import InvalidToken as NotSealed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
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
    return str(_serializer(_keys(settings()), purpose).dumps({"p": payload, "e": until}))


def unsign(purpose: str, token: str, *, keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """The payload; raises InvalidToken or ExpiredToken. Where no application is at hand `keys` are its secrets, the one
    before first.
    """
    try:
        body = _serializer(keys or _keys(settings()), purpose).loads(token)
    except BadSignature:
        raise InvalidToken(_l("This link or token is not valid.")) from None
    if body["e"] is not None and body["e"] < clock.now().timestamp():
        raise ExpiredToken(_l("This link or token has expired."))
    return cast(dict[str, Any], body["p"])


def seal(purpose: str, text: str) -> str:
    """`text` encrypted under the platform's secret, for what the database must keep but not show."""
    return _box(settings(), purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The text; raises InvalidToken where it was sealed for another purpose, or under a secret that is gone."""
    try:
        return _box(settings(), purpose).decrypt(sealed.encode()).decode()
    except NotSealed:
        raise InvalidToken(_l("This link or token is not valid.")) from None


def keys_for(purpose: str) -> list[bytes]:
    """Keys of 32 bytes that are good for one thing only: of today's secret, then of the one before, if there is one."""
    given = settings()
    return [_derive(secret, purpose) for secret in (given.secret_key, given.secret_key_previous) if secret]


@lru_cache(maxsize=64)
def _box(given: Settings, purpose: str) -> MultiFernet:
    """Seals with the secret of today, opens with the one before as well."""
    secrets = [key for key in (given.secret_key, given.secret_key_previous) if key]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(secret, purpose))) for secret in secrets])


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"lms.seal.{purpose}".encode()).derive(secret.encode())


def _keys(given: Settings) -> tuple[str, ...]:
    """Old secret first: itsdangerous signs with the last key and accepts them all."""
    return tuple(key for key in (given.secret_key_previous, given.secret_key) if key)


@lru_cache(maxsize=64)
def _serializer(keys: tuple[str, ...], purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(list(keys), salt=f"lms.{purpose}")
