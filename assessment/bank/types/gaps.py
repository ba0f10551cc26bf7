"""Gaps to be filled: in a text (`[[g1]]`) or in the cells of a table."""

import re
from collections.abc import Mapping
from typing import Any

from assessment.bank.numbers import parse_number
from assessment.bank.types.base import Given, ItemType, Parts, Problems, Stored, UnfitKey, ids, required
from assessment.bank.types.fields import (
    ANSWER_LIMIT,
    OPTION_LIMIT,
    cleaner,
    is_id,
    is_short_text,
    read_html,
    read_options,
    read_rows,
    read_whole,
)
from assessment.bank.types.quantities import accepts_number, read_accepted_numbers
from assessment.bank.types.words import accepts_text, answer_of_texts, read_accepted_texts
from lms.core.errors import Problem
from lms.core.i18n import _

TABLES = ("equal_shares", "all_or_nothing")
KINDS = ("text", "number", "choice", "pool")
GAP_MARK = re.compile(r"\[\[(g[1-9]\d?)\]\]")
"""The place of a gap in the prompt."""
MOST_GAPS, MOST_ROWS, MOST_COLUMNS, MOST_IN_POOL = 40, 30, 12, 40
WIDEST = 60


def _read_cloze(content: Given, said: Stored, problems: Problems) -> Stored:
    own = _read_gaps(content, problems)
    _check_marks(GAP_MARK.findall(said["prompt"]), own["gaps"], problems)
    return own


def _read_table_fill(content: Given, said: Stored, problems: Problems) -> Stored:
    table, own = _read_table(content.get("table"), problems), _read_gaps(content, problems)
    _check_marks([cell["gap"] for row in table["rows"] for cell in row["cells"] if "gap" in cell],
                 own["gaps"], problems)
    return {"table": table, **own}


def _check_marks(marks: list[str], gaps: list[Stored], problems: Problems) -> None:
    """Every gap stands at one place, and every place has its gap."""
    known = ids(gaps)
    for mark in dict.fromkeys(marks):
        if mark not in known:
            problems.append(Problem(f"gaps-{mark}", _("Gap %(gap)s is not described.", gap=mark)))
        elif marks.count(mark) > 1:
            problems.append(Problem(f"gaps-{mark}", _("Gap %(gap)s stands at two places.", gap=mark)))
    for gap in known:
        if gap not in marks:
            problems.append(Problem(f"gaps-{gap}", _("Gap %(gap)s stands nowhere in the question.", gap=gap)))


def _read_gaps(content: Given, problems: Problems) -> Stored:
    rows = read_rows(content.get("gaps"), MOST_GAPS)
    gaps: list[Stored] = []
    for number, row in enumerate(rows[:MOST_GAPS], start=1):
        gap = _read_gap(row, problems)
        if gap is None or gap["id"] in ids(gaps):
            problems.append(Problem(f"gaps-{number}", _("A gap needs an id of its own such as g1, and a kind.")))
            continue
        gaps.append(gap)
    if not gaps or len(rows) > MOST_GAPS:
        problems.append(Problem("gaps", _("This question needs 1 to %(n)s gaps.", n=MOST_GAPS)))
    own: Stored = {"gaps": gaps}
    if any(gap["kind"] == "pool" for gap in gaps):
        own["pool"] = read_options(content, "pool", problems, most=MOST_IN_POOL)
        own["reuse"] = content.get("reuse") is True
    return own


def _read_gap(row: object, problems: Problems) -> Stored | None:
    identity, kind = (row.get("id"), row.get("kind")) if isinstance(row, Mapping) else (None, None)
    if not isinstance(row, Mapping) or not is_id(identity, "g") or kind not in KINDS:
        return None
    gap: Stored = {"id": identity, "kind": kind}
    if kind == "choice":
        own: Problems = []
        gap["options"] = read_options(row, "options", own)
        problems += [Problem(f"gaps-{identity}", problem.message) for problem in own]
    width = read_whole(row.get("width"), 1, WIDEST)
    return gap | ({"width": width} if width else {})


def _read_table(raw: object, problems: Problems) -> Stored:
    given = raw if isinstance(raw, Mapping) else {}
    heads = [read_html(each, "table", OPTION_LIMIT, problems)
             for each in read_rows(given.get("head"), MOST_COLUMNS)[:MOST_COLUMNS + 1]]
    rows = [_read_row(row, problems) for row in read_rows(given.get("rows"), MOST_ROWS)]
    widths = {len(row["cells"]) for row in rows}
    if not rows or len(rows) > MOST_ROWS or len(widths) > 1 or not 1 <= max(widths) <= MOST_COLUMNS:
        problems.append(Problem("table", _(
            "The table needs 1 to %(rows)s rows of equally many cells, at most %(columns)s.",
            rows=MOST_ROWS, columns=MOST_COLUMNS)))
    return {"head": heads, "rows": rows}


def _read_row(row: object, problems: Problems) -> Stored:
    given = row if isinstance(row, Mapping) else {}
    cells: list[Stored] = []
    for cell in read_rows(given.get("cells"), MOST_COLUMNS)[:MOST_COLUMNS + 1]:
        said = cell if isinstance(cell, Mapping) else {}
        if is_id(said.get("gap"), "g"):
            cells.append({"gap": said["gap"]})
        else:
            cells.append({"text": read_html(said.get("text"), "table", OPTION_LIMIT, problems)})
    return {"head": read_html(given.get("head"), "table", OPTION_LIMIT, problems), "cells": cells}


def _read_key(key: Given, content: Stored, problems: Problems) -> Stored:
    raw = key.get("gaps")
    given = raw if isinstance(raw, Mapping) else {}
    clean: Stored = {}
    for gap in content["gaps"]:
        right = given.get(gap["id"])
        where = f"gaps-{gap['id']}"
        clean[gap["id"]] = _read_gap_key(gap, right if isinstance(right, Mapping) else {}, content, where, problems)
    used = [right["correct"] for gap in content["gaps"] if gap["kind"] == "pool"
            and (right := clean[gap["id"]])["correct"]]
    if len(set(used)) < len(used) and not content.get("reuse"):
        problems.append(Problem("key", _("A word of the pool is right at two gaps: say that it may be used again.")))
    return {"gaps": clean}


def _read_gap_key(gap: Stored, right: Given, content: Stored, where: str, problems: Problems) -> Stored:
    if gap["kind"] == "text":
        return read_accepted_texts(right, ANSWER_LIMIT, problems, where)
    if gap["kind"] == "number":
        return {"accepted": read_accepted_numbers(right, content, problems, where)}
    correct = right.get("correct")
    if correct not in ids(_offered(gap, content)):
        problems.append(Problem(where, _("Say which option is right.")))
        correct = None
    return {"correct": correct}


def _offered(gap: Stored, content: Stored) -> list[Any]:
    return list(gap.get("options", ()) if gap["kind"] == "choice" else content.get("pool", ()))


def _fits(content: Stored, response: object) -> bool:
    if response is None:
        return True
    gaps = {gap["id"]: gap for gap in content.get("gaps", ())}
    if not isinstance(response, dict) or not all(
            name in gaps and _fits_gap(gaps[name], content, value) for name, value in response.items()):
        return False
    used = [value for name, value in response.items() if value is not None and gaps[name]["kind"] == "pool"]
    return bool(content.get("reuse")) or len(set(used)) == len(used)


def _fits_gap(gap: Stored, content: Stored, value: object) -> bool:
    if value is None:
        return True
    if gap["kind"] in ("text", "number"):
        return is_short_text(value)
    return isinstance(value, str) and value in ids(_offered(gap, content))


def _judge(content: Stored, key: Stored, response: object) -> Parts:
    given = response if isinstance(response, dict) else {}
    rights, gaps = required(key, "gaps"), required(content, "gaps")
    if not gaps or any(gap["id"] not in rights for gap in gaps):
        raise UnfitKey("a gap has no right answer")
    filled = [gap for gap in gaps if given.get(gap["id"]) not in (None, "")]
    right = sum(_is_right(gap, rights[gap["id"]], given[gap["id"]]) for gap in filled)
    return Parts(right, len(filled) - right, len(gaps))


def _is_right(gap: Stored, right: Stored, value: object) -> bool:
    if gap["kind"] == "text":
        return accepts_text(right, value)
    if gap["kind"] == "number":
        return accepts_number(right, parse_number(value))
    return bool(value == required(right, "correct"))


def _answer(content: Stored, key: Stored) -> dict[str, Any]:
    return {gap["id"]: _answer_gap(gap, key["gaps"].get(gap["id"], {})) for gap in content["gaps"]}


def _answer_gap(gap: Stored, right: Stored) -> str | None:
    if gap["kind"] == "text":
        return answer_of_texts(right)
    if gap["kind"] == "number":
        return str(right["accepted"][0]["value"]).replace(".", ",") if right.get("accepted") else None
    return right.get("correct")


CLOZE = ItemType("cloze", cleaner(_read_cloze, _read_key, TABLES), _fits, _judge, TABLES, _answer, longest=20_000)
TABLE_FILL = ItemType("table_fill", cleaner(_read_table_fill, _read_key, TABLES), _fits, _judge, TABLES, _answer,
                      longest=20_000)
