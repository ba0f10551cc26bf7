"""From a response to points: pure functions of (item type, key, response, points, score table).

Nothing here reads a database. A response is what the candidate sent, so every shape of JSON is possible: one
that does not fit its item is wrong, never an exception. A key or a score table is data of ours: one that does
not fit raises ``UnfitTable`` or ``UnfitKey``, because a mark that cannot be defended must not be given.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

RIGHT, PARTIAL, WRONG, OMITTED = "right", "partial", "wrong", "omitted"

Key = Mapping[str, Any]
Response = Any  # JSON from outside

# A number as typed has few characters; anything longer is not a number that a candidate meant.
_LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)
_MINUS_SIGNS = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\ufe63\uff0d", "-"))


class UnfitTable(ValueError):
    """The score table says nothing about an item like this one."""


class UnfitKey(ValueError):
    """The key lacks what marking this type of item needs."""


@dataclass(frozen=True)
class ScoreTable:
    """How a share of right parts becomes a share of the points.

    ``rule`` is one of "all_or_nothing", "equal_shares", "right_minus_wrong" and "by_right_count"; the last
    reads ``shares``: number of right parts -> share of the points, for items of exactly ``parts`` parts.
    """

    code: str
    rule: str
    parts: int | None = None
    shares: Mapping[int, Decimal] | None = None

    @classmethod
    def from_data(cls, code: str, data: Mapping[str, Any]) -> ScoreTable:
        """A table from its stored JSON, such as {"rule": "by_right_count", "shares": {"1": "0.1"}}."""
        shares = {int(count): Decimal(share) for count, share in data.get("shares", {}).items()}
        if data.get("rule") not in _RULES:
            raise UnfitTable(f"score table {code}: unknown rule")
        if any(not 0 <= share <= 1 for share in shares.values()):
            raise UnfitTable(f"score table {code}: a share lies outside 0 to 1")
        return cls(code=code, rule=data["rule"], parts=data.get("parts"), shares=shares or None)


@dataclass(frozen=True)
class Mark:
    """The points given for one response, the share of its parts that is right, and the state in one word."""

    points: Decimal
    correct_fraction: float
    state: str


@dataclass(frozen=True)
class Parts:
    """What a response got right: ``right`` of ``total`` parts, and ``wrong`` parts claimed without right."""

    right: int
    wrong: int
    total: int


def score(kind: str, key: Key, response: Response, points: Decimal, table: ScoreTable) -> Mark:
    """The mark of one response to one item of ``kind`` worth ``points``.

    For true_false the key carries all statement ids as ``statements`` beside the ``true`` ones. Raises
    UnfitKey or UnfitTable when key or table cannot mark such an item.
    """
    parts = _COUNTERS[kind](key, response) if kind in _COUNTERS else _unknown(kind)
    if is_omitted(response):
        return Mark(Decimal(0), 0.0, OMITTED)
    share = _RULES[table.rule](table, parts)
    given = points * Decimal(share.numerator) / Decimal(share.denominator)
    state = RIGHT if share == 1 else WRONG if share == 0 else PARTIAL
    return Mark(given.quantize(Decimal("0.0001")).normalize() + Decimal(0), float(_net(parts)), state)


def score_many(
    kind: str, key: Key, responses: Sequence[Response], points: Decimal, table: ScoreTable
) -> list[Mark]:
    """The marks of many responses to one item; each distinct response is marked once.

    A million candidates give a few dozen distinct answers to an item: the cost is that of telling them apart.
    """
    seen: dict[str, Mark] = {}
    marks = []
    for response in responses:
        face = response if isinstance(response, str) else _canonical(response)
        mark = seen.get(face)
        if mark is None:
            mark = seen[face] = score(kind, key, response, points, table)
        marks.append(mark)
    return marks


def is_omitted(response: Response) -> bool:
    """Whether the item was left unanswered: null, blank text, nothing ticked, no statement judged."""
    if isinstance(response, str):
        return not response.strip()
    if isinstance(response, Mapping):
        return all(value is None for value in response.values())
    return response is None or response == []


def default_table(kind: str) -> str:
    """The code of the score table that an item of ``kind`` has when nobody chose another."""
    return {"true_false": "tf4_2025", "multiple_response": "multiple_partial"}.get(kind, "all_or_nothing")


def parse_number(text: object) -> Decimal | None:
    """The number that a candidate typed, or None: "1,5" = "1.5" = "1,50"; any minus sign; blanks ignored.

    With both separators the last one is the decimal mark and the other groups thousands ("1.234,5"). A single
    separator is always the decimal mark, as in the answer boxes of the graduation exam.
    """
    if not isinstance(text, str) or len(text) > _LONGEST_NUMBER:
        return None
    plain = "".join(unicodedata.normalize("NFKC", text).translate(_MINUS_SIGNS).split())
    plain = _without_thousands(plain)
    return Decimal(plain.replace(",", ".")) if _NUMBER.fullmatch(plain) else None


def fold_text(text: str, case_sensitive: bool = False) -> str:
    """Text as answers are compared: blanks and (unless told) case ignored, tone marks kept."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    return plain if case_sensitive else plain.casefold()


def _without_thousands(plain: str) -> str:
    comma, dot = plain.rfind(","), plain.rfind(".")
    if comma < 0 or dot < 0:
        return plain
    group, mark = (".", ",") if comma > dot else (",", ".")
    whole, _, decimals = plain.rpartition(mark)
    if not re.fullmatch(rf"[+-]?\d{{1,3}}(\{group}\d{{3}})+", whole, re.ASCII):
        return plain
    return f"{whole.replace(group, '')}.{decimals}"


def _canonical(response: Response) -> str:
    # A leading NUL keeps JSON apart from a text response that happens to look like it.
    return "\0" + json.dumps(response, sort_keys=True, default=str)


def _single_choice(key: Key, response: Response) -> Parts:
    right = int(isinstance(response, str) and response == _required(key, "correct"))
    return Parts(right, 1 - right, 1)


def _multiple_response(key: Key, response: Response) -> Parts:
    correct = set(_required(key, "correct"))
    if not correct:
        raise UnfitKey("multiple response without a correct option")
    chosen = _strings(response)
    return Parts(len(chosen & correct), len(chosen - correct), len(correct))


def _true_false(key: Key, response: Response) -> Parts:
    """Statements judged right; the key names the true ones and, as ``statements``, all of them."""
    true, statements = set(_required(key, "true")), list(_required(key, "statements"))
    judged = response if isinstance(response, Mapping) else {}
    right = sum(judged.get(each) is (each in true) for each in statements)
    return Parts(right, 0, len(statements))


def _short_numeric(key: Key, response: Response) -> Parts:
    value = parse_number(response)
    right = int(value is not None and any(_accepts(each, value) for each in _required(key, "accepted")))
    return Parts(right, 1 - right, 1)


def _accepts(accepted: Mapping[str, Any], value: Decimal) -> bool:
    centre = parse_number(str(accepted.get("value")))
    tolerance = parse_number(str(accepted.get("tolerance") or "0"))
    if centre is None or tolerance is None:
        raise UnfitKey("an accepted value is not a number")
    return abs(value - centre) <= abs(tolerance)


def _short_text(key: Key, response: Response) -> Parts:
    strict = bool(key.get("case_sensitive"))
    accepted: Iterable[Any] = _required(key, "accepted")
    known = [_required(each, "text") if isinstance(each, Mapping) else each for each in accepted]
    texts = {fold_text(str(text), strict) for text in known}
    right = int(isinstance(response, str) and fold_text(response, strict) in texts)
    return Parts(right, 1 - right, 1)


def _required(key: Key, name: str) -> Any:
    value = key.get(name)
    if value is None:
        raise UnfitKey(f"the key has no {name!r}")
    return value


def _unknown(kind: str) -> Parts:
    raise UnfitKey(f"items of type {kind!r} are not marked automatically")


def _strings(response: Response) -> set[str]:
    return {each for each in response if isinstance(each, str)} if isinstance(response, list) else set()


def _net(parts: Parts) -> Fraction:
    return max(Fraction(parts.right - parts.wrong, parts.total), Fraction(0))


def _all_or_nothing(table: ScoreTable, parts: Parts) -> Fraction:
    return Fraction(int(parts.right == parts.total and not parts.wrong))


def _equal_shares(table: ScoreTable, parts: Parts) -> Fraction:
    return Fraction(parts.right, parts.total)


def _right_minus_wrong(table: ScoreTable, parts: Parts) -> Fraction:
    return _net(parts)


def _by_right_count(table: ScoreTable, parts: Parts) -> Fraction:
    if table.parts is not None and parts.total != table.parts:
        raise UnfitTable(f"score table {table.code} is for {table.parts} parts, the item has {parts.total}")
    return Fraction((table.shares or {}).get(parts.right, Decimal(0)))


_COUNTERS = {
    "single_choice": _single_choice,
    "multiple_response": _multiple_response,
    "true_false": _true_false,
    "short_numeric": _short_numeric,
    "short_text": _short_text,
}
_RULES = {
    "all_or_nothing": _all_or_nothing,
    "equal_shares": _equal_shares,
    "right_minus_wrong": _right_minus_wrong,
    "by_right_count": _by_right_count,
}

# The tables every installation starts with; stored as rows, so that a ministry can add and version its own.
FIRST_TABLES: dict[str, dict[str, Any]] = {
    "tf4_2025": {
        "rule": "by_right_count",
        "parts": 4,
        "shares": {"1": "0.1", "2": "0.25", "3": "0.5", "4": "1"},
    },
    "tf_linear": {"rule": "equal_shares"},
    "all_or_nothing": {"rule": "all_or_nothing"},
    "multiple_partial": {"rule": "right_minus_wrong"},
}
