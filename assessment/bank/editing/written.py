"""Fields of questions that people mark by a rubric, and of programs."""

import re
from typing import Any

from assessment.bank.editing.base import (
    EditForm,
    Fields,
    Json,
    Row,
    html,
    lines,
    rows,
    shown,
    source,
    text,
    told,
    whole,
)

_LEVEL = re.compile(r"(\d+(?:[.,]\d+)?)\s*[:|–—-]\s*(.*)")
CRITERION = Row("c", most=12, least=1, new=lambda: {"name": "", "levels": ""})
PAIR = Row(most=40, new=lambda: {"input": "", "output": ""})


def _read_rubric(fields: Fields) -> Fields:
    criteria = [{"id": text(row.get("id")), "name": text(row.get("name")),
                 "levels": [_read_level(line) for line in lines(row.get("levels"))]}
                for row in rows(fields.get("criteria"))]
    return {"rubric": {"criteria": criteria}, "model_answer": html(fields.get("model_answer"))}


def _read_level(line: str) -> Fields:
    """`1,5: says why`: points, then what earns them."""
    match = _LEVEL.match(line)
    return {"points": match[1], "text": match[2]} if match else {"points": line, "text": ""}


def _show_rubric(key: Json) -> Fields:
    criteria = [{"id": each["id"], "name": each["name"],
                 "levels": "\n".join(f"{shown(level['points'])}: {level['text']}" for level in each["levels"])}
                for each in key.get("rubric", {}).get("criteria", ())]
    return {"criteria": criteria or [{"id": "c1", **CRITERION.new()}],
            "model_answer": source(key.get("model_answer", ""))}


def _blank(**more: Any) -> Fields:
    return {"criteria": [{"id": "c1", **CRITERION.new()}], "model_answer": "", **more}


def _numbers(fields: Fields, *names: str) -> Fields:
    return told(**{name: whole(fields.get(name)) for name in names})


def _shown_numbers(values: Json, *names: str) -> Fields:
    return {name: str(values.get(name, "")) for name in names}


def _read_essay(fields: Fields) -> tuple[Fields, Fields]:
    return _numbers(fields, "min_words", "max_words", "rows"), _read_rubric(fields)


def _read_upload(fields: Fields) -> tuple[Fields, Fields]:
    accept = fields.get("accept")
    return {"accept": accept if isinstance(accept, list) else [], **_numbers(fields, "most", "largest_mb")}, \
        _read_rubric(fields)


def _read_oral(fields: Fields) -> tuple[Fields, Fields]:
    return _numbers(fields, "longest_seconds"), _read_rubric(fields)


def _read_pairs(value: Any) -> list[Fields]:
    pairs = [{side: row.get(side) or "" for side in ("input", "output")} for row in rows(value)]
    return [pair for pair in pairs if pair["input"] or pair["output"]]


def _read_code(fields: Fields) -> tuple[Fields, Fields]:
    starter = fields.get("starter")
    content = {"language": text(fields.get("language")) or "python", "samples": _read_pairs(fields.get("samples")),
               "starter": starter if isinstance(starter, str) else ""}
    return content, {"tests": _read_pairs(fields.get("tests")), **_numbers(fields, "time_ms", "memory_mb")}


def _show_code(content: Json, key: Json) -> Fields:
    return {"language": content.get("language", "python"), "starter": content.get("starter", ""),
            "samples": [dict(each) for each in content.get("samples", ())],
            "tests": [dict(each) for each in key.get("tests", ())] or [PAIR.new()],
            **_shown_numbers(key, "time_ms", "memory_mb")}


WRITTEN_FORMS = (
    EditForm("essay", "written", lambda: _blank(rows="12"), _read_essay,
             lambda content, key: {**_shown_numbers(content, "min_words", "max_words", "rows"), **_show_rubric(key)},
             {"criteria": CRITERION}),
    EditForm("file_upload", "written", lambda: _blank(accept=["pdf", "docx"], most="1", largest_mb="10"), _read_upload,
             lambda content, key: {"accept": list(content.get("accept", ())), **_show_rubric(key),
                                   **_shown_numbers(content, "most", "largest_mb")}, {"criteria": CRITERION}),
    EditForm("oral", "written", lambda: _blank(longest_seconds="120"), _read_oral,
             lambda content, key: {**_shown_numbers(content, "longest_seconds"), **_show_rubric(key)},
             {"criteria": CRITERION}),
    EditForm("code", "written", lambda: {"language": "python", "samples": [], "tests": [PAIR.new()],
                                         "time_ms": "2000", "memory_mb": "128"},
             _read_code, _show_code, {"samples": PAIR, "tests": PAIR}),
)
