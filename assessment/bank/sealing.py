"""Content at rest that a copy of the database does not give away: AES-GCM with keys from outside the database.

A sealed value is bound to its row and column (as associated data), so that it opens nowhere else; it names its key, so
that keys can change: new values take the first key of `LMS_BANK_KEYS`, `bin/lms bank reseal` renews the old ones.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from lms.core.config import settings
from lms.core.errors import Unavailable
from lms.core.i18n import _l

NONCE_BYTES, KEY_BYTES = 12, 32
MARK = b"LMS-SEALED-1\n"
ENVELOPE = "sealed"


class Sealed:
    """An attribute of a row that opens what stands in `stored`, whether it is sealed or plain.

    Setting it stores the plain value, unless what stood there was sealed; `seal_row` seals what a row of a secure bank
    holds before it is written.
    """

    def __init__(self, stored: str) -> None:
        self.stored = stored
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """What the class calls it."""
        self.name = name

    def __get__(self, row: Any, owner: type) -> Any:
        """The plain value; the attribute itself on the class."""
        return self if row is None else open_json(getattr(row, self.stored), binding(row.__tablename__, row.id, self))

    def __set__(self, row: Any, value: Any) -> None:
        """Store it as it is, or sealed as it was."""
        sealed = is_sealed(getattr(row, self.stored))
        setattr(row, self.stored, self.seal(value, binding(row.__tablename__, row.id, self)) if sealed else value)

    def seal(self, value: Any, bound_to: str) -> Any:
        """What is stored of a value that must be sealed."""
        return seal_json(value, bound_to)


class SealedText(Sealed):
    """The same for a column of text, which is sealed where the value in `beside` is; set only by `stored_values`."""

    def __init__(self, stored: str, beside: str) -> None:
        super().__init__(stored)
        self.beside = beside

    def __get__(self, row: Any, owner: type) -> Any:
        """The plain text; the attribute itself on the class."""
        if row is None or not is_sealed(getattr(row, self.beside)):
            return self if row is None else getattr(row, self.stored)
        return open_json(json.loads(getattr(row, self.stored)), binding(row.__tablename__, row.id, self))

    def seal(self, value: Any, bound_to: str) -> str:
        """What is stored of a text that must be sealed."""
        return json.dumps(seal_json(value, bound_to))


def binding(table: str, row_id: Any, attribute: Sealed) -> str:
    """What a sealed value of this row is bound to."""
    return f"{table}:{row_id}:{attribute.stored}"


def sealed_attributes(model: type) -> list[Sealed]:
    """The attributes of a model that may be sealed."""
    return [each for each in vars(model).values() if isinstance(each, Sealed)]


def seal_row(row: Any) -> Any:
    """Seal every such attribute of a row that has its id already; gives back the row."""
    for attribute in sealed_attributes(type(row)):
        value = attribute.__get__(row, type(row))
        setattr(row, attribute.stored, seal_json(value, binding(row.__tablename__, row.id, attribute)))
    return row


def stored_values(model: Any, row_id: Any, values: dict[str, Any], *, secure: bool) -> dict[str, Any]:
    """What a bulk insert wants of a new row: its attributes under the names they are stored by, sealed if `secure`."""
    stored = dict(values)
    for attribute in sealed_attributes(model):
        value = stored.pop(attribute.name)
        bound_to = binding(model.__tablename__, row_id, attribute)
        stored[attribute.stored] = attribute.seal(value, bound_to) if secure else value
    return stored


def seal_json(value: Any, bound_to: str) -> dict[str, Any]:
    """A JSON object that holds another value of JSON sealed."""
    name, key = _first_key()
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return {ENVELOPE: f"{name}:{base64.b64encode(_lock(key, data, bound_to)).decode()}"}


def open_json(value: Any, bound_to: str) -> Any:
    """The plain value, of a sealed or a plain one; raises Unavailable where it cannot be opened."""
    if not is_sealed(value):
        return value
    name, _colon, text = str(value[ENVELOPE]).partition(":")
    try:
        return json.loads(_unlock(name, base64.b64decode(text, validate=True), bound_to))
    except (binascii.Error, ValueError):
        raise Unavailable(_l("This content was changed from outside and cannot be opened.")) from None


def is_sealed(value: Any) -> bool:
    """Whether a stored value is sealed."""
    return isinstance(value, dict) and set(value) == {ENVELOPE}


def sealed_with(value: dict[str, Any]) -> str:
    """The name of the key of a sealed value."""
    return str(value[ENVELOPE]).partition(":")[0]


def seal_bytes(data: bytes, bound_to: str) -> bytes:
    """Bytes, such as a picture, sealed; `open_bytes` knows them by their beginning."""
    name, key = _first_key()
    return MARK + name.encode() + b"\n" + _lock(key, data, bound_to)


def open_bytes(data: bytes, bound_to: str) -> bytes:
    """The plain bytes, of sealed or plain ones; raises Unavailable where they cannot be opened."""
    if not data.startswith(MARK):
        return data
    name, _line, sealed = data[len(MARK):].partition(b"\n")
    return _unlock(name.decode("ascii", "replace"), sealed, bound_to)


def keyed_hash(text: str, purpose: str) -> bytes:
    """A hash that nobody makes without the oldest key: for comparing words that the database must not hold."""
    _name, key = list(bank_keys().items())[-1]
    return hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256")


def bank_keys() -> dict[str, bytes]:
    """The keys by name, the one for new values first; raises Unavailable in production where there is none."""
    given = settings()
    keys = read_keys(given.bank_keys)
    if keys:
        return keys
    if given.is_production:
        raise Unavailable(_l("Secure banks need a key that is kept outside the database: set LMS_BANK_KEYS."))
    return {"development": hashlib.sha256(f"bank key of development:{given.secret_key}".encode()).digest()}


@lru_cache(maxsize=4)
def read_keys(told: str) -> dict[str, bytes]:
    """Keys by name from `name:base64,…`, or from the lines of the file that `@path` names; raises ValueError."""
    text = Path(told[1:]).read_text("ascii") if told.startswith("@") else told
    keys: dict[str, bytes] = {}
    for line in text.replace(",", "\n").split():
        name, _colon, encoded = line.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name.isalnum() or len(key) != KEY_BYTES or name in keys:
            raise ValueError(f"LMS_BANK_KEYS: {name or 'a key'!r} must be name:base64 of {KEY_BYTES} bytes, named once")
        keys[name] = key
    return keys


def _first_key() -> tuple[str, bytes]:
    return next(iter(bank_keys().items()))


def _lock(key: bytes, data: bytes, bound_to: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, data, bound_to.encode())


def _unlock(name: str, data: bytes, bound_to: str) -> bytes:
    key = bank_keys().get(name)
    if key is None:
        raise Unavailable(_l("The key of this content is missing here; whoever keeps the keys must bring it back."))
    try:
        return AESGCM(key).decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to.encode())
    except (InvalidTag, ValueError):
        raise Unavailable(_l("This content was changed from outside and cannot be opened.")) from None
