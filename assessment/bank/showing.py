"""What the templates of items need to show one: order, gaps in a text, names of options. Pure, no database."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assessment.bank.markup import FORMULA, plain_text

GAP = re.compile(r"\[\[(g[1-9]\d{0,2})\]\]")
LABEL_LIMIT = 60


def in_order(options: Sequence[Mapping[str, Any]] | None, order: Sequence[str] | None) -> list[Mapping[str, Any]]:
    """Options (or targets, or a pool) in the order of a form; those that it does not name stand last, as written."""
    place = {identity: number for number, identity in enumerate(order or [])}
    return sorted(options or [], key=lambda option: place.get(str(option["id"]), len(place)))


def gap_parts(html: str) -> Iterator[tuple[str, str]]:
    """A text with `[[g1]]` in it as (html, id of the gap that follows it); the last has no gap: ""."""
    end = 0
    for match in GAP.finditer(html):
        yield html[end:match.start()], match[1]
        end = match.end()
    yield html[end:], ""


def choice_label(text: str) -> str:
    """An option as one plain line, for a list that can show no formula; empty where it would not be readable."""
    if FORMULA.search(text) or "<img" in text:
        return ""
    return plain_text(text, limit=LABEL_LIMIT)


def place_mark(number: int) -> str:
    """What stands before the option at a place (from 0) that others refer to: A to Z, then AA, AB."""
    first, last = divmod(number, 26)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


FILTERS = {"in_order": in_order, "gap_parts": gap_parts, "choice_label": choice_label, "place_mark": place_mark}
