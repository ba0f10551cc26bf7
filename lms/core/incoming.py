"""What arrives with a request: bounded before it is read, and such as a database can hold."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import ImmutableMultiDict

from lms.core.config import LOOPBACK
from lms.core.permissions import Actor, may

MOST_FORM_BYTES = 2 * 1024**2
MOST_BYTES = 4 * 1024**2
"""What anybody may send to an address that takes no files: it is held in memory."""

LargeBodies = Mapping[str, tuple[str, int | None]]
"""Endpoint that takes files -> the permission to send them, and how many bytes at most (None: an upload)."""


def most_bytes(endpoint: str | None, actor: Callable[[], Actor], large: LargeBodies) -> int | None:
    """How much this address takes from this person; None for as much as an upload may have.

    Files are spooled to a disk while the form is read, so they are for those who may send them only.
    """
    permission, most = large.get(endpoint or "", ("", MOST_BYTES))
    return most if not permission or may(actor(), permission) else MOST_BYTES


def by_its_own_name(base_url: str, asked: Request) -> str | None:
    """Where to send a page asked for by this machine's other name; None where it was asked for rightly.

    `http://127.0.0.1` and `http://localhost` are one machine but two sites to a browser: a sign-in that began at the
    one would end at the other, and passkeys belong to names, never to numbers.
    """
    own = urlsplit(base_url)
    other = urlsplit(asked.url)
    if asked.method != "GET" or own.hostname not in LOOPBACK or other.hostname not in LOOPBACK - {own.hostname}:
        return None
    is_page = asked.accept_mimetypes.accept_html and "text/html" in asked.headers.get("Accept", "")
    return other._replace(scheme=own.scheme, netloc=own.netloc).geturl() if is_page else None


class _Fields(ImmutableMultiDict[str, Any]):
    """Arguments and form fields, without NUL."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__([(_without_nul(name), _without_nul(value)) for name, value in _pairs(mapping or ())])


def _pairs(mapping: Any) -> Iterable[tuple[str, Any]]:
    if hasattr(mapping, "getlist"):
        return mapping.items(multi=True)
    return mapping.items() if isinstance(mapping, dict) else mapping


def _without_nul(value: Any) -> Any:
    return value.replace("\0", "") if isinstance(value, str) else value


class StorableRequest(Request):
    """A request whose fields can be stored: NUL, which no text column takes, is dropped as it arrives."""

    parameter_storage_class = _Fields


class StorableJson(FlaskParser):
    """JSON of the API, refused where it holds what no text can: NUL, or half of a surrogate pair."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            told = super()._raw_load_json(req)
            if _is_storable(told):
                return told
        except RecursionError:  # nested deeper than anything that is meant
            pass
        raise json.JSONDecodeError("it cannot be stored", "[", 0)


def _is_storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, dict):
        return all(_is_storable(name) and _is_storable(each) for name, each in value.items())
    return all(map(_is_storable, value)) if isinstance(value, list) else True
