"""How results become a page and a table. No database."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from assessment.bank.types import TYPES
from assessment.marking.export import Cell
from assessment.marking.rubrics import criteria_of
from assessment.marking.services import ResultItem, ResultList
from lms.core.i18n import _, format_datetime


@dataclass(frozen=True)
class OptionLine:
    """An option or statement as the candidate saw it, with what he said of it and what is right.

    For choices ``said`` and ``right`` are whether it was chosen and should have been; for statements whether
    it was called true and is true (``said`` None: not judged). ``right`` is None where the key is not shown.
    """

    label: str
    text: str
    said: bool | None
    right: bool | None


def way_to_show(type: str) -> str:
    """How an answer of this type is shown: by its "options", as a "line" or "text", as "files", or "whole"."""
    ways = dict.fromkeys(("single_choice", "multiple_response", "true_false"), "options")
    ways |= dict.fromkeys(("four_cell", "short_numeric", "short_text", "maths"), "line")
    ways |= {"essay": "text", "code": "text", "file_upload": "files", "oral": "files"}
    return ways.get(type, "whole")


def right_response(item: ResultItem) -> Any:
    """A response that is wholly right, to be shown as the candidate's own is; None where only a person can say."""
    return TYPES[item.item.type].answer(item.item.content, item.key or {})


def numbered_options(item: ResultItem) -> list[OptionLine]:
    """The options of a choice or a statement in the order of the candidate's form."""
    by_id = {option["id"]: option["text"] for option in item.item.content.get("options", [])}
    order = [each for each in item.item.option_order if each in by_id] or list(by_id)
    return [OptionLine(_label(item, place), by_id[each], _said(item, each), _is_right(item, each))
            for place, each in enumerate(order)]


def accepted_answers(item: ResultItem) -> list[str]:
    """What a typed answer should have been, numbers with a comma and with the unit, formulas as TeX."""
    unit = (item.item.content.get("unit") or {}).get("text", "")
    return [_accepted(each, unit) for each in (item.key or {}).get("accepted", [])]


def _accepted(each: Any, unit: str) -> str:
    if isinstance(each, str):
        return each
    if "tex" in each:
        return f"\\({each['tex']}\\)"
    return f"{each['value']} {unit}".strip().replace(".", ",") if "value" in each else str(each.get("text", ""))


@dataclass(frozen=True)
class GivenLevel:
    """What a marker gave for one criterion of the rubric, in the rubric's own points."""

    name: str
    text: str
    points: Decimal
    maximum: Decimal


def given_levels(item: ResultItem) -> list[GivenLevel]:
    """The criteria of an answer that a person marked, each with the level that he chose."""
    chosen = item.given.levels if item.given else {}
    return [_given_level(each, each["levels"][chosen[each["id"]]]) for each in criteria_of(item.key or {})
            if each["id"] in chosen]


def _given_level(criterion: dict[str, Any], level: dict[str, Any]) -> GivenLevel:
    best = max(Decimal(str(each["points"])) for each in criterion["levels"])
    return GivenLevel(criterion["name"], level.get("text", ""), Decimal(str(level["points"])), best)


def csv_header() -> list[str]:
    """Column names of the results."""
    return [_("Candidate number"), _("Name"), _("Form"), _("Started"), _("Submitted"), _("Points"),
            _("Out of"), _("Right"), _("Partly right"), _("Wrong"), _("Left blank")]


def csv_rows(results: ResultList) -> Iterator[list[Cell]]:
    """One row a candidate; one who is not marked yet has no points."""
    for row in results.rows:
        marks = row.marks
        figures: list[Cell] = [marks.points, marks.maximum, marks.right, marks.partial, marks.wrong,
                               marks.omitted] if marks and not marks.waiting else [None] * 6
        yield [row.attempt.number, row.name, row.form_code, format_datetime(row.attempt.started_at),
               format_datetime(row.attempt.submitted_at), *figures]


def _label(item: ResultItem, place: int) -> str:
    return f"{chr(ord('a') + place)})" if item.item.type == "true_false" else f"{chr(ord('A') + place)}."


def _said(item: ResultItem, option_id: str) -> bool | None:
    response: Any = item.response
    if item.item.type == "true_false":
        judged = response.get(option_id) if isinstance(response, dict) else None
        return judged if isinstance(judged, bool) else None
    return option_id in response if isinstance(response, list) else option_id == response


def _is_right(item: ResultItem, option_id: str) -> bool | None:
    if item.key is None:
        return None
    key = item.key
    right = key.get("correct", key.get("true", []))
    return option_id == right if isinstance(right, str) else option_id in right
