"""Answers that are a number: in the four cells of the graduation exam, or in a box, with a unit where one is asked."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assessment.bank.cells import CELLS, plain_cells, read_cells
from assessment.bank.numbers import number_text, parse_number, read_number
from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, judge_one, required
from assessment.bank.types.fields import (
    ANSWER_LIMIT,
    MOST_ACCEPTED,
    cleaner,
    is_short_text,
    is_variable,
    nothing_more,
    read_line,
    read_rows,
    read_whole,
)
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("all_or_nothing",)
NUMBER_LENGTH = 16
UNIT_MODES = ("none", "shown", "typed")
LONGEST_UNIT = 20
# Letters that look alike and mean the same in a unit.
_UNIT_SIGNS = str.maketrans({"·": ".", "⋅": ".", "*": ".", "^": "", "µ": "μ", "º": "°", "˚": "°", "−": "-"})
_NUMBER_PART = re.compile(r"[\s+\d.,\-\u2212\u2010-\u2015\ufe58\ufe63\uff0d\uff10-\uff19]*")


def accepted_rows(key: Given, problems: Problems, where: str = "key") -> list[Given]:
    """The rows of `accepted`, bounded; none or too many are a problem."""
    rows = [row for row in read_rows(key.get("accepted"), MOST_ACCEPTED) if isinstance(row, Mapping)]
    if not rows:
        problems.append(Problem(where, _("Give at least one right answer.")))
    if len(rows) > MOST_ACCEPTED:
        problems.append(Problem(where, _("At most %(n)s right answers.", n=MOST_ACCEPTED)))
    return rows[:MOST_ACCEPTED]


def read_accepted_numbers(key: Given, content: Stored, problems: Problems, where: str = "key") -> list[Stored]:
    """Accepted values as stored: {"value", "tolerance"} and `relative` where the tolerance is a share of the value."""
    accepted = []
    for row in accepted_rows(key, problems, where):
        number, tolerance = (_stored_number(each, content) for each in (row.get("value"), row.get("tolerance") or "0"))
        if number is None or tolerance is None or tolerance.startswith("-"):
            shown = f"{row.get('value')} ± {row.get('tolerance') or 0}"[:60]
            problems.append(Problem(where, _("“%(text)s” is not a number; write for example −1,5 or 0,01.",
                                             text=shown)))
            continue
        relative = {"relative": True} if row.get("relative") is True else {}
        accepted.append({"value": number, "tolerance": tolerance, **relative})
    return accepted


def _stored_number(raw: object, content: Stored) -> str | None:
    if is_variable(content, raw):
        return read_line(raw, ANSWER_LIMIT) or None
    number = read_number(raw)
    return None if number is None else number_text(number)


def accepts_number(key: Stored, typed: Decimal | None, factor: Decimal = Decimal(1)) -> bool:
    """Whether a number, in a unit of which `factor` make the main one, is one of the accepted."""
    return typed is not None and any(_is_near(row, typed, factor) for row in required(key, "accepted"))


def _is_near(accepted: Mapping[str, Any], typed: Decimal, factor: Decimal) -> bool:
    centre = parse_number(str(accepted.get("value")))
    tolerance = parse_number(str(accepted.get("tolerance") or "0"))
    if centre is None or tolerance is None:
        raise UnfitKey("an accepted value is not a number")
    margin = abs(tolerance * centre) if accepted.get("relative") else abs(tolerance)
    return abs(typed - centre * factor) <= margin * factor


def unit_signs(unit: str) -> str:
    """A unit as units are compared: `m²` = `m2` = `m^2`; capitals count (`mW` is not `MW`)."""
    return "".join(unicodedata.normalize("NFKC", unit.translate(_UNIT_SIGNS)).translate(_UNIT_SIGNS).split())


def _read_numeric(content: Given, said: Stored, problems: Problems) -> Stored:
    return _read_unit(content, problems) | {"max_length": read_max_length(content, NUMBER_LENGTH, problems)}


def _read_unit(content: Given, problems: Problems) -> Stored:
    raw = content.get("unit")
    if raw is None:
        return {}
    given = raw if isinstance(raw, Mapping) else {}
    mode, text = given.get("mode"), read_line(given.get("text"), LONGEST_UNIT)
    if mode not in UNIT_MODES or (mode != "none" and not text):
        problems.append(Problem("unit", _("Say which unit is meant, and whether it is shown or typed.")))
        return {}
    return {"unit": {"mode": mode, "text": text}} if mode != "none" else {}


def read_max_length(content: Given, usual: int, problems: Problems) -> int:
    """`max_length`, how many characters an answer may have; the usual number where nothing is said."""
    raw = content.get("max_length")
    number = read_whole(raw, 1, ANSWER_LIMIT)
    if raw is not None and number is None:
        problems.append(Problem("max_length", _("An answer may have 1 to %(n)s characters.", n=ANSWER_LIMIT)))
    return number or usual


def _read_numeric_key(key: Given, content: Stored, problems: Problems) -> Stored:
    accepted, limit = read_accepted_numbers(key, content, problems), content["max_length"]
    if accepted and min(len(row["value"]) for row in accepted) > limit and "variables" not in content:
        problems.append(Problem("max_length", _("No right answer fits in %(n)s characters.", n=limit)))
    return {"accepted": accepted} | _read_units(key, content, problems)


def _read_units(key: Given, content: Stored, problems: Problems) -> Stored:
    """Other units that may be typed: the main one is `factor` of each (1 cm = 0.01 m)."""
    units = []
    for row in read_rows(key.get("units"), MOST_ACCEPTED)[:MOST_ACCEPTED]:
        given = row if isinstance(row, Mapping) else {}
        unit, factor = read_line(given.get("unit"), LONGEST_UNIT), read_number(given.get("factor"))
        if not unit or factor is None or factor <= 0:
            problems.append(Problem("units", _("Another unit needs its name and a factor above 0.")))
            continue
        units.append({"unit": unit, "factor": number_text(factor)})
    return {"units": units} if units and "unit" in content else {}


def _judge_numeric(content: Stored, key: Stored, response: object) -> Parts:
    text, unit = (response if isinstance(response, str) else ""), content.get("unit")
    if unit is None:
        return judge_one(accepts_number(key, parse_number(text)))
    number = _NUMBER_PART.match(text)
    digits = number[0] if number else ""
    typed = unit_signs(text[len(digits):])
    if not typed and unit["mode"] == "shown":
        return judge_one(accepts_number(key, parse_number(digits)))
    factors = {unit_signs(row["unit"]): Decimal(row["factor"]) for row in key.get("units", ())}
    factors[unit_signs(unit["text"])] = Decimal(1)
    right = typed in factors and accepts_number(key, parse_number(digits), factors[typed])
    return judge_one(right)


def _answer_numeric(content: Stored, key: Stored) -> str | None:
    number = key["accepted"][0]["value"].replace(".", ",") if key.get("accepted") else None
    unit = content.get("unit", {})
    return f"{number} {unit['text']}" if number and unit.get("mode") == "typed" else number


def _read_cells_key(key: Given, content: Stored, problems: Problems) -> Stored:
    raw, accepted = read_rows(key.get("accepted"), MOST_ACCEPTED)[:MOST_ACCEPTED], []
    for each in raw:
        cells = read_line(each, ANSWER_LIMIT) if is_variable(content, each) else read_cells(each)
        if not cells or (len(cells) > CELLS and not is_variable(content, cells)):
            problems.append(Problem("key", _(
                "“%(text)s” does not fit: at most four signs out of digits, minus and decimal comma.",
                text=str(each)[:20])))
        elif cells not in accepted:
            accepted.append(cells)
    if not raw:
        problems.append(Problem("key", _("Give at least one right answer.")))
    return {"accepted": accepted}


def _judge_cells(_content: Stored, key: Stored, response: object) -> Parts:
    accepted = {read_cells(each) for each in required(key, "accepted")}
    if None in accepted or not accepted:
        raise UnfitKey("an accepted answer does not fit the four cells")
    return judge_one(read_cells(response) in accepted)


FOUR_CELL = ItemType(
    "four_cell", cleaner(nothing_more, _read_cells_key, TABLES),
    lambda _content, response: response is None or plain_cells(response) is not None, _judge_cells, TABLES,
    lambda _content, key: next(iter(key["accepted"]), None))
SHORT_NUMERIC = ItemType(
    "short_numeric", cleaner(_read_numeric, _read_numeric_key, TABLES),
    lambda _content, response: response is None or is_short_text(response), _judge_numeric, TABLES, _answer_numeric)
