"""What a client may write into the event log: shapes and limits. Pure, no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

MAX_PAYLOAD = 8_000
MAX_EVENTS = 64
MAX_SEQ = 20_000
MAX_TEXT = 200
MAX_MILLISECONDS = 2**40
HASH_LENGTH = 64
HEX = frozenset("0123456789abcdef")


class BadPayload(ValueError):
    """An event that no honest player writes; the message says what is wrong with it."""


@dataclass(frozen=True)
class ItemShape:
    """What an answer to an item of a form may look like."""

    type: str
    options: frozenset[str]


class Written(NamedTuple):
    """A payload that was read: its kind and the client's monotonic milliseconds."""

    kind: str
    client_ms: int


def read_payload(text: str, items: Mapping[str, ItemShape]) -> Written:
    """Check one payload against the items of the form; raises BadPayload."""
    payload = _parse(text)
    ms = payload.get("ms", 0)
    if type(ms) is not int or not 0 <= ms < MAX_MILLISECONDS:
        raise BadPayload("ms must be a whole number of milliseconds")
    if payload.get("submit") is True:
        if payload.keys() - {"submit", "ms", "unanswered"}:
            raise BadPayload("a submission has submit, ms and unanswered only")
        return Written("submit", ms)
    if payload.keys() != {"item", "response", "ms"}:
        raise BadPayload("an answer has item, response and ms")
    shape = items.get(payload["item"]) if isinstance(payload["item"], str) else None
    if shape is None:
        raise BadPayload("this item is not on the paper")
    if not fits(shape, payload["response"]):
        raise BadPayload("the response does not have the shape of this item's type")
    return Written("answer", ms)


def _parse(text: str) -> dict[str, Any]:
    if len(text) > MAX_PAYLOAD:
        raise BadPayload("the payload is too long")
    try:
        text.encode()
        payload = json.loads(text)
    except (ValueError, RecursionError):
        raise BadPayload("the payload is not JSON") from None
    if not isinstance(payload, dict):
        raise BadPayload("the payload is not an object")
    return payload


def fits(shape: ItemShape, response: object) -> bool:
    """Whether a response has the shape of the item's type; null, a cleared answer, always has."""
    if response is None:
        return True
    if shape.type == "single_choice":
        return isinstance(response, str) and response in shape.options
    if shape.type == "multiple_response":
        return _fits_several(shape, response)
    if shape.type == "true_false":
        return isinstance(response, dict) and all(
            key in shape.options and isinstance(value, bool) for key, value in response.items())
    return isinstance(response, str) and len(response) <= MAX_TEXT and is_writable(response)


def is_writable(text: str) -> bool:
    """Whether a page and a database can hold it: no NUL, no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _fits_several(shape: ItemShape, response: object) -> bool:
    return (isinstance(response, list) and len(response) <= len(shape.options)
            and all(isinstance(one, str) and one in shape.options for one in response)
            and len(set(response)) == len(response))


def is_hash(value: object) -> bool:
    """Whether this is the text of a SHA-256."""
    return isinstance(value, str) and len(value) == HASH_LENGTH and HEX.issuperset(value)
