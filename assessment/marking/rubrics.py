"""Marks by a rubric: criteria, each with levels that are worth points. Pure, no database.

A rubric is ``{"criteria": [{"id": "c1", "name": str, "levels": [{"points": "1.5", "text": str}, ...]}]}``, as the
bank keeps it in a key; a marker chooses one level, by its place from 0, for each criterion.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.bank.types import TYPES, needs_person
from assessment.marking.scoring import PARTIAL, RIGHT, WRONG, Mark
from lms.core.errors import Invalid, Problem
from lms.core.i18n import _

FINEST = Decimal("0.0001")
WAITING = "waiting"
"""The state of a mark that a person has still to give."""
UNMARKED = Mark(Decimal(0), 0.0, WAITING)
BY_HAND = frozenset(code for code in TYPES if needs_person(code))
"""What a person marks; of programs only those that tests have not judged."""


@dataclass(frozen=True)
class RubricMark:
    """What a marker gave: the place of the chosen level by criterion, and points out of the rubric's own maximum."""

    levels: dict[str, int]
    points: Decimal
    maximum: Decimal


def criteria_of(key: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The criteria of an item's rubric, in order; the answer as a whole where the key has no rubric."""
    rubric = key.get("rubric")
    criteria = rubric.get("criteria") if isinstance(rubric, Mapping) else None
    return list(criteria) if criteria else [_whole_answer()]


def rubric_maximum(key: Mapping[str, Any]) -> Decimal:
    """The sum of the best level of every criterion."""
    return sum((max(map(_worth, each["levels"]), default=Decimal(0)) for each in criteria_of(key)), Decimal(0))


def read_marks(key: Mapping[str, Any], chosen: Mapping[str, str]) -> RubricMark:
    """The levels that a marker chose (criterion id -> place of the level as text).

    Raises Invalid with a problem for each criterion without a level.
    """
    levels: dict[str, int] = {}
    problems: list[Problem] = []
    points = Decimal(0)
    for each in criteria_of(key):
        said = chosen.get(each["id"], "")
        if not said.isdecimal() or int(said) >= len(each["levels"]):
            problems.append(Problem(each["id"], _("Choose a level for “%(name)s”.", name=each["name"])))
            continue
        levels[each["id"]] = int(said)
        points += _worth(each["levels"][int(said)])
    if problems:
        raise Invalid(_("Not every criterion has a level yet."), problems=problems)
    return RubricMark(levels, points, rubric_maximum(key))


def scaled_mark(points: Decimal, maximum: Decimal, item_points: Decimal) -> Mark:
    """The mark of an item worth ``item_points`` for ``points`` out of the rubric's ``maximum``."""
    share = points / maximum if maximum else Decimal(0)
    state = RIGHT if share == 1 else WRONG if share == 0 else PARTIAL
    return Mark((item_points * share).quantize(FINEST).normalize() + Decimal(0), float(share), state)


def _whole_answer() -> dict[str, Any]:
    return {"id": "c1", "name": _("The whole answer"),
            "levels": [{"points": points, "text": ""} for points in ("1", "0.75", "0.5", "0.25", "0")]}


def _worth(level: Mapping[str, Any]) -> Decimal:
    return Decimal(str(level["points"]))
