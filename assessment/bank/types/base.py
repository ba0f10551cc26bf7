"""What every type of item is made of: what it says, what may be answered, what of it is right."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.errors import Problem

Given = Mapping[str, Any]
"""JSON as it was handed in: nothing about it is known."""
Stored = dict[str, Any]
"""JSON that was cleaned: it has the shape of its type, though a draft may have holes."""
Problems = list[Problem]


class UnfitKey(ValueError):
    """The key lacks what marking this type of item needs."""


@dataclass(frozen=True)
class Parts:
    """What a response got right: ``right`` of ``total`` parts, and ``wrong`` parts claimed without right.

    ``offered`` is how many things could have been claimed, where that is more than the right ones.
    """

    right: int
    wrong: int
    total: int
    offered: int = 0


Clean = Callable[[Given, Given, Problems], tuple[Stored, Stored]]
Fits = Callable[[Stored, object], bool]
Judge = Callable[[Stored, Stored, object], Parts]


@dataclass(frozen=True)
class ItemType:
    """One type of item: pure functions of its content, its key and a response."""

    code: str
    clean: Clean
    """(content, key) as handed in -> cleaned; appends a Problem for each thing that is wrong or missing."""
    fits: Fits
    """(content, response): may this response be stored? null, a cleared answer, always fits."""
    judge: Judge | None
    """(content, key, response) -> Parts; raises UnfitKey. None: a person marks it by the rubric."""
    score_tables: tuple[str, ...]
    """Codes of the score tables that an item of this type may have, the usual one first."""
    answer: Callable[[Stored, Stored], object]
    """(content, key) -> a response that is wholly right, as far as a key can say; None where it cannot."""
    exam: bool = True
    """Whether it may stand in an exam."""
    longest: int = 8_000
    """Characters of the JSON that carries a response."""


def judge_one(right: bool) -> Parts:
    """A response that is right or wrong as a whole."""
    return Parts(int(right), int(not right), 1)


def required(key: Given, name: str) -> Any:
    """A part of the key that marking cannot do without."""
    value = key.get(name)
    if value is None:
        raise UnfitKey(f"the key has no {name!r}")
    return value


def ids(rows: Any) -> list[str]:
    """The ids of stored options, targets, gaps, areas or points."""
    return [row["id"] for row in rows or ()]


def no_answer(_content: Stored, _key: Stored) -> None:
    """What only a person can judge has no right response."""
