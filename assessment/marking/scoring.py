"""From a response to points: pure functions of (item type, content, key, response, points, score table).

Nothing here reads a database. A response is what the candidate sent, so every shape of JSON is possible: one
that does not fit its item is wrong, never an exception. A key or a score table is data of ours: one that does
not fit raises ``UnfitTable`` or ``UnfitKey``, because a mark that cannot be defended must not be given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment.bank.numbers import parse_number
from assessment.bank.types import TYPES, Parts, UnfitKey
from assessment.bank.types.words import fold_text

__all__ = ["FIRST_TABLES", "Mark", "Parts", "ScoreTable", "UnfitKey", "UnfitTable", "default_table", "fold_text",
           "is_omitted", "mark_parts", "parse_number", "score", "score_many", "table_code"]

RIGHT, PARTIAL, WRONG, OMITTED = "right", "partial", "wrong", "omitted"
VOID, CREDITED = "void", "credited"

Content = Mapping[str, Any]
Key = Mapping[str, Any]
Response = Any  # JSON from outside


class UnfitTable(ValueError):
    """The score table says nothing about an item like this one."""


@dataclass(frozen=True)
class ScoreTable:
    """How a share of right parts becomes a share of the points.

    ``rule`` is one of "all_or_nothing", "equal_shares" (of the right parts; what is wrong costs nothing),
    "right_minus_wrong", "each_option" (each option counts that is ticked or left as the key says) and
    "by_right_count"; the last reads ``shares``: number of right parts -> share of the points, for items of exactly
    ``parts`` parts.
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
class Ruling:
    """What holds of a question found wrong: `kind` is "void", "credit_all" or "keys".

    `policy` says of a void one whether its points are "left_out" of the maximum, or the rest is "rescaled" to it.
    """

    kind: str
    policy: str = ""
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Mark:
    """The points given for one response, the share of its parts that is right, and the state in one word."""

    points: Decimal
    correct_fraction: float
    state: str


def score(kind: str, content: Content, key: Key, response: Response, points: Decimal, table: ScoreTable) -> Mark:
    """The mark of one response to one item of ``kind`` worth ``points``.

    Raises UnfitKey or UnfitTable when key or table cannot mark such an item, or only a person can.
    """
    judge = TYPES[kind].judge if kind in TYPES else None
    if judge is None:
        raise UnfitKey(f"items of type {kind!r} are not marked automatically")
    parts = judge(dict(content), dict(key), response)
    if is_omitted(response):
        return Mark(Decimal(0), 0.0, OMITTED)
    return mark_parts(parts, points, table)


def mark_parts(parts: Parts, points: Decimal, table: ScoreTable) -> Mark:
    """The mark for so many right and wrong parts of an item worth ``points``; raises UnfitTable."""
    share = _RULES[table.rule](table, parts)
    given = points * Decimal(share.numerator) / Decimal(share.denominator)
    state = RIGHT if share == 1 else WRONG if share == 0 else PARTIAL
    return Mark(given.quantize(Decimal("0.0001")).normalize() + Decimal(0), float(_net(parts)), state)


def score_many(kind: str, content: Content, key: Key, responses: Sequence[Response], points: Decimal,
               table: ScoreTable) -> list[Mark]:
    """The marks of many responses to one item; each distinct response is marked once.

    A million candidates give a few dozen distinct answers to an item: the cost is that of telling them apart.
    """
    seen: dict[str, Mark] = {}
    marks = []
    for response in responses:
        face = response if isinstance(response, str) else _canonical(response)
        mark = seen.get(face)
        if mark is None:
            mark = seen[face] = score(kind, content, key, response, points, table)
        marks.append(mark)
    return marks


def rule_over(ruling: Ruling | None, points: Decimal, persons: int) -> list[Mark] | None:
    """The marks of so many persons by a ruling that asks nobody's answer; None where answers are asked."""
    if ruling is None or ruling.kind == "keys":
        return None
    is_void = ruling.kind == "void"
    return [Mark(Decimal(0), 0.0, VOID) if is_void else Mark(points, 1.0, CREDITED)] * persons


def best_of(columns: Sequence[Sequence[Mark]]) -> list[Mark]:
    """The best mark of each person by any of several keys; columns are as long as there are persons."""
    return [max(marks, key=lambda mark: mark.points) for marks in zip(*columns, strict=True)]


def scale_total(points: Decimal, full: Decimal, counted: Decimal, rescaled: Decimal) -> tuple[Decimal, Decimal]:
    """(total, maximum) where of `full` points only `counted` were marked and `rescaled` are spread over the rest."""
    maximum = counted + rescaled
    if not rescaled or not counted:
        return points, maximum if counted else full
    return (points * maximum / counted).quantize(Decimal("0.0001")).normalize() + Decimal(0), maximum


def is_omitted(response: Response) -> bool:
    """Whether the item was left unanswered: null, blank text, nothing ticked, no statement judged, no gap filled."""
    if isinstance(response, str):
        return not response.strip()
    if isinstance(response, Mapping):
        return all(value is None or value == [] or (isinstance(value, str) and not value.strip())
                   for value in response.values())
    return response is None or response == []


def default_table(kind: str) -> str:
    """The code of the score table that an item of ``kind`` has when nobody chose another."""
    return TYPES[kind].score_tables[0] if kind in TYPES else "all_or_nothing"


def table_code(kind: str, key: Key) -> str:
    """The code of an item's own score table where it says one, else that of its type."""
    own = key.get("score_table")
    return str(own) if own else default_table(kind)


def _canonical(response: Response) -> str:
    # A leading NUL keeps JSON apart from a text response that happens to look like it.
    return "\0" + json.dumps(response, sort_keys=True, default=str)


def _net(parts: Parts) -> Fraction:
    return max(Fraction(parts.right - parts.wrong, parts.total), Fraction(0))


def _all_or_nothing(table: ScoreTable, parts: Parts) -> Fraction:
    return Fraction(int(parts.right == parts.total and not parts.wrong))


def _equal_shares(table: ScoreTable, parts: Parts) -> Fraction:
    return Fraction(parts.right, parts.total)


def _right_minus_wrong(table: ScoreTable, parts: Parts) -> Fraction:
    return _net(parts)


def _each_option(table: ScoreTable, parts: Parts) -> Fraction:
    offered = max(parts.offered, parts.total)
    return Fraction(max(0, offered - (parts.total - parts.right) - parts.wrong), offered)


def _by_right_count(table: ScoreTable, parts: Parts) -> Fraction:
    if table.parts is not None and parts.total != table.parts:
        raise UnfitTable(f"score table {table.code} is for {table.parts} parts, the item has {parts.total}")
    return Fraction((table.shares or {}).get(parts.right, Decimal(0)))


_RULES = {
    "all_or_nothing": _all_or_nothing,
    "equal_shares": _equal_shares,
    "right_minus_wrong": _right_minus_wrong,
    "each_option": _each_option,
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
    "multiple_each": {"rule": "each_option"},
    "equal_shares": {"rule": "equal_shares"},
    "right_minus_wrong": {"rule": "right_minus_wrong"},
    "rubric": {"rule": "equal_shares"},
}
