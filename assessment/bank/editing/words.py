"""Fields of questions that are answered by a number, some words or a formula."""

from typing import Any

from assessment.bank.editing.base import EditForm, Fields, Json, Row, flag, lines, rows, shown, text, told, whole

EXAM_LENGTH = 4
NUMBER = Row(most=20, least=1, new=lambda: {"value": "", "tolerance": "0"})


def _read_number(fields: Fields) -> tuple[Fields, Fields]:
    accepted = [told(value=text(row.get("value")), tolerance=text(row.get("tolerance")),
                     relative=flag(row, "relative") or None)
                for row in rows(fields.get("accepted")) if text(row.get("value"))]
    given = fields.get("unit")
    asked = given if isinstance(given, dict) else {}
    unit = {"mode": text(asked.get("mode")), "text": text(asked.get("text"))}
    units = [{"unit": text(row.get("unit")), "factor": text(row.get("factor"))}
             for row in rows(fields.get("units")) if text(row.get("unit"))]
    length = EXAM_LENGTH if flag(fields, "exam_length") else whole(fields.get("max_length"))
    return told(max_length=length, unit=unit if unit.get("mode") in ("shown", "typed") else None), \
        {"accepted": accepted, **told(units=units)}


def _show_number(content: Json, key: Json) -> Fields:
    accepted = [{"value": shown(row["value"]), "tolerance": shown(row["tolerance"]),
                 "relative": "1" if row.get("relative") else ""} for row in key.get("accepted", ())]
    units = [{"unit": row["unit"], "factor": shown(row["factor"])} for row in key.get("units", ())]
    length = content.get("max_length")
    return {"accepted": accepted or [NUMBER.new()], "unit": dict(content.get("unit", {"mode": "none", "text": ""})),
            "units": units, "exam_length": "1" if length == EXAM_LENGTH else "",
            "max_length": str(length) if length and length != EXAM_LENGTH else ""}


def _blank_number() -> Fields:
    return {"accepted": [NUMBER.new()], "unit": {"mode": "none", "text": ""}, "units": [], "exam_length": "1"}


def read_texts(fields: Fields) -> dict[str, Any]:
    """Accepted texts, one on a line."""
    return {"accepted": [{"text": line} for line in lines(fields.get("words"))],
            "case_sensitive": flag(fields, "case_sensitive"), **told(pattern=flag(fields, "pattern") or None)}


def show_texts(key: Json) -> Fields:
    """Accepted texts as lines."""
    return {"words": "\n".join(row["text"] for row in key.get("accepted", ()) if "text" in row),
            "case_sensitive": "1" if key.get("case_sensitive") else "", "pattern": "1" if key.get("pattern") else ""}


def _read_words(fields: Fields) -> tuple[Fields, Fields]:
    return told(max_length=whole(fields.get("max_length"))), read_texts(fields)


def _read_cells(fields: Fields) -> tuple[Fields, Fields]:
    return {}, {"accepted": lines(fields.get("words"))}


def _read_formula(fields: Fields) -> tuple[Fields, Fields]:
    accepted = [{"tex": text(row.get("tex"))} for row in rows(fields.get("accepted")) if text(row.get("tex"))]
    letters = list(text(fields.get("letters")).replace(",", " ").replace(";", " ").split())
    return {"letters": letters, "form": text(fields.get("form")) or "any"}, {"accepted": accepted}


def _show_formula(content: Json, key: Json) -> Fields:
    accepted = [{"tex": row["tex"]} for row in key.get("accepted", ())]
    return {"letters": " ".join(content.get("letters", ())), "form": content.get("form", "any"),
            "accepted": accepted or [{"tex": ""}]}


WORD_FORMS = (
    EditForm("four_cell", "words", dict, _read_cells,
             lambda _content, key: {"words": "\n".join(key.get("accepted", ()))}),
    EditForm("short_numeric", "words", _blank_number, _read_number, _show_number,
             {"accepted": NUMBER, "units": Row(most=20, new=lambda: {"unit": "", "factor": ""})}),
    EditForm("short_text", "words", lambda: {"max_length": "200"}, _read_words,
             lambda content, key: {**show_texts(key), "max_length": str(content.get("max_length") or "")}),
    EditForm("maths", "words", lambda: {"accepted": [{"tex": ""}], "letters": "x", "form": "any"}, _read_formula,
             _show_formula, {"accepted": Row(most=20, least=1, new=lambda: {"tex": ""})}),
)
