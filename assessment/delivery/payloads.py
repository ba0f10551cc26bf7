"""What a client may write into the event log: shapes and limits. Pure, no database."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from assessment.assembly.labels import Labels
from assessment.bank.types import TYPES

AROUND = 400
"""Characters of an event beside its response."""
MAX_PAYLOAD = max(each.longest for each in TYPES.values()) + AROUND
MAX_EVENTS = 64
MAX_SEQ = 20_000
MAX_MILLISECONDS = 2**40
HASH_LENGTH = 64
HEX = frozenset("0123456789abcdef")


class BadPayload(ValueError):
    """An event that no honest player writes; the message says what is wrong with it."""


@dataclass(frozen=True)
class ItemShape:
    """What an answer to an item of a form may look like: by its type and content, in own ids or the form's labels."""

    type: str
    content: dict[str, Any]
    labels: Labels = Labels()


class Written(NamedTuple):
    """A payload that was read: its kind and the client's monotonic milliseconds."""

    kind: str
    client_ms: int


def read_payload(text: str, items: Mapping[str, ItemShape], recordings: Container[str] = (),
                 parts: int = 0) -> Written:
    """Check one payload against a form: its items, the recordings whose plays count, how many parts it has.

    Raises BadPayload.
    """
    payload = _parse(text)
    ms = payload.get("ms", 0)
    if type(ms) is not int or not 0 <= ms < MAX_MILLISECONDS:
        raise BadPayload("ms must be a whole number of milliseconds")
    if payload.get("submit") is True:
        if payload.keys() - {"submit", "ms", "unanswered"}:
            raise BadPayload("a submission has submit, ms and unanswered only")
        return Written("submit", ms)
    if payload.keys() == {"section", "ms"}:
        if type(payload["section"]) is not int or not 1 <= payload["section"] <= parts:
            raise BadPayload("the paper has no such part")
        return Written("answer", ms)
    if payload.keys() == {"play", "ms"}:
        if not isinstance(payload["play"], str) or payload["play"] not in recordings:
            raise BadPayload("this recording is not on the paper, or may be heard as often as one likes")
        return Written("answer", ms)
    if payload.keys() != {"item", "response", "ms"}:
        raise BadPayload("an answer has item, response and ms")
    shape = items.get(payload["item"]) if isinstance(payload["item"], str) else None
    if shape is None:
        raise BadPayload("this item is not on the paper")
    if len(text) > TYPES[shape.type].longest + AROUND:
        raise BadPayload("the response is too long for this item's type")
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
    return TYPES[shape.type].fits(shape.content, shape.labels.own(response))


def is_hash(value: object) -> bool:
    """Whether this is the text of a SHA-256."""
    return isinstance(value, str) and len(value) == HASH_LENGTH and HEX.issuperset(value)
