"""Fields of texts and tables with gaps. A gap is where `[[g1]]` stands; its fields follow the marks."""

import re
from typing import Any

from assessment.bank.editing.base import (
    EditForm,
    Fields,
    Json,
    Row,
    blank_options,
    flag,
    html,
    lines,
    option_rows,
    rows,
    show_options,
    shown,
    source,
    text,
    told,
    whole,
)
from assessment.bank.editing.words import read_texts, show_texts
from assessment.bank.markup import one_line
from assessment.bank.types.gaps import GAP_MARK

_ONLY_MARK = re.compile(r"\s*\[\[(g[1-9]\d?)\]\]\s*\Z")
_TOLERANCE = re.compile(r"\s*(?:±|\+/?-)\s*")
COLUMNS = 2


def _tidy(fields: Fields) -> None:
    """A row of fields for every mark, in the order of the marks; what was said of a gap stays with it."""
    table = fields.get("table")
    held = " ".join(text(cell) for row in rows(table.get("rows")) for cell in _cells(row)) if isinstance(table, dict) \
        else text(fields.get("prompt"))
    said = {text(row.get("id")): row for row in rows(fields.get("gaps"))}
    fields["gaps"] = [said.get(mark) or {"id": mark, "kind": "text"} for mark in dict.fromkeys(GAP_MARK.findall(held))]
    if any(row.get("kind") == "pool" for row in fields["gaps"]) and not rows(fields.get("pool")):
        fields["pool"] = blank_options("o", 3)


def _cells(row: Fields) -> list[Any]:
    cells = row.get("cells")
    return cells if isinstance(cells, list) else []


def _read_gaps(fields: Fields) -> tuple[Fields, Fields]:
    gaps: list[Fields] = []
    key: Fields = {}
    for row in rows(fields.get("gaps")):
        identity, kind = text(row.get("id")), text(row.get("kind")) or "text"
        gap: Fields = {"id": identity, "kind": kind, **told(width=whole(row.get("width")))}
        if kind == "choice":
            options = lines(row.get("choices"))
            gap["options"] = [{"id": f"o{number}", "text": html(line.removeprefix("*").strip())}
                              for number, line in enumerate(options, start=1)]
            key[identity] = {"correct": next((f"o{number}" for number, line in enumerate(options, start=1)
                                              if line.startswith("*")), None)}
        elif kind == "pool":
            key[identity] = {"correct": text(row.get("correct")) or None}
        else:
            key[identity] = read_texts(row) if kind == "text" else {"accepted": _numbers(row.get("words"))}
        gaps.append(gap)
    pooled = any(gap["kind"] == "pool" for gap in gaps)
    pool = {"pool": option_rows(fields.get("pool")), "reuse": flag(fields, "reuse")} if pooled else {}
    return {"gaps": gaps, **pool}, {"gaps": key}


def _numbers(value: Any) -> list[Fields]:
    """`1,5 ± 0,1` on each line."""
    found = []
    for line in lines(value):
        number, *tolerance = _TOLERANCE.split(line, maxsplit=1)
        found.append({"value": number, "tolerance": tolerance[0] if tolerance else "0"})
    return found


def _show_gaps(content: Json, key: Json) -> Fields:
    gaps = [{"id": gap["id"], "kind": gap["kind"], "width": str(gap.get("width", "")),
             **_show_gap(gap, key.get("gaps", {}).get(gap["id"], {}))} for gap in content["gaps"]]
    return {"gaps": gaps, "pool": show_options(content.get("pool")), "reuse": "1" if content.get("reuse") else ""}


def _show_gap(gap: Json, right: Json) -> Fields:
    if gap["kind"] == "choice":
        marked = [f"{'*' if each['id'] == right.get('correct') else ''}{source(each['text'])}"
                  for each in gap.get("options", ())]
        return {"choices": "\n".join(marked)}
    if gap["kind"] == "pool":
        return {"correct": right.get("correct") or ""}
    if gap["kind"] == "number":
        return {"words": "\n".join(
            shown(row["value"]) + (f" ± {shown(row['tolerance'])}" if row.get("tolerance", "0") != "0" else "")
            for row in right.get("accepted", ()))}
    return show_texts(right)


def _read_table(fields: Fields) -> tuple[Fields, Fields]:
    table = fields.get("table")
    given = table if isinstance(table, dict) else {}
    head = given.get("head")
    body = [{"head": _line(row.get("head")), "cells": [_read_cell(cell) for cell in _cells(row)]}
            for row in rows(given.get("rows"))]
    own, key = _read_gaps(fields)
    heads = [_line(each) for each in head] if isinstance(head, list) else []
    return {"table": {"head": heads, "rows": body}, **own}, key


def _line(value: Any) -> str:
    return one_line(html(value))


def _read_cell(cell: Any) -> Fields:
    mark = _ONLY_MARK.match(text(cell))
    return {"gap": mark[1]} if mark else {"text": _line(cell)}


def _show_table(content: Json, key: Json) -> Fields:
    table = content["table"]
    body = [{"head": source(row["head"]),
             "cells": [f"[[{cell['gap']}]]" if "gap" in cell else source(cell["text"]) for cell in row["cells"]]}
            for row in table["rows"]]
    return {"table": {"head": [source(each) for each in table["head"]], "rows": body}, **_show_gaps(content, key)}


def _blank_table() -> Fields:
    body = [{"head": "", "cells": [""] * COLUMNS} for _row in range(2)]
    return {"table": {"head": [""] * (COLUMNS + 1), "rows": body}, "gaps": []}


def _tidy_table(fields: Fields) -> None:
    """Every row has as many cells as the table has columns beside the first."""
    given = fields.get("table")
    table = given if isinstance(given, dict) else {}
    fields["table"] = table
    widest = max([len(_cells(row)) for row in rows(table.get("rows"))] + [1])
    wanted = text(fields.get("columns"))
    columns = int(wanted) if wanted.isdecimal() and len(wanted) < 4 and 1 <= int(wanted) <= 12 else widest
    for row in rows(table.get("rows")):
        row["cells"] = (_cells(row) + [""] * columns)[:columns]
    said = table.get("head")
    head = said if isinstance(said, list) else []
    table["head"] = (head + [""] * (columns + 1))[:columns + 1]
    fields["columns"] = str(columns)
    _tidy(fields)


POOL = Row("o", most=40, least=2, new=lambda: {"text": ""})
GAP_FORMS = (
    EditForm("cloze", "gaps", lambda: {"gaps": []}, _read_gaps, _show_gaps, {"pool": POOL}, _tidy),
    EditForm("table_fill", "gaps", _blank_table, _read_table, _show_table,
             {"pool": POOL, "table.rows": Row(most=30, least=1, new=lambda: {"head": "", "cells": []})}, _tidy_table),
)
