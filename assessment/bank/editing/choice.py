"""Fields of questions with options and statements."""

from assessment.bank.editing.base import (
    EditForm,
    Fields,
    Json,
    Row,
    blank_options,
    flag,
    option_rows,
    rows,
    show_options,
    source,
    text,
    told,
    whole,
)

STATEMENTS = 4
OPTION = Row("o", least=2, new=lambda: {"text": ""})


def _read_options(fields: Fields) -> Fields:
    fixed = [text(row.get("id")) for row in rows(fields.get("options")) if flag(row, "fixed")]
    return {"options": option_rows(fields.get("options")), **told(fixed=fixed)}


def _show_options(content: Json) -> Fields:
    fixed = content.get("fixed", ())
    return {"options": [{"id": each["id"], "text": source(each["text"]), "fixed": "1" if each["id"] in fixed else ""}
                        for each in content["options"]]}


def _read_single(fields: Fields) -> tuple[Fields, Fields]:
    return _read_options(fields), {"correct": text(fields.get("right")) or None}


def _read_several(fields: Fields) -> tuple[Fields, Fields]:
    right = fields.get("right")
    given = fields.get("choose")
    bounds = told(**{end: whole(given.get(end)) for end in ("min", "max")}) if isinstance(given, dict) else {}
    return _read_options(fields) | told(choose=bounds or None), {"correct": right if isinstance(right, list) else []}


def _show_several(content: Json, key: Json) -> Fields:
    choose = content.get("choose", {})
    return {**_show_options(content), "right": list(key.get("correct", ())),
            "choose": {end: str(choose.get(end, "")) for end in ("min", "max")}}


def _read_statements(fields: Fields) -> tuple[Fields, Fields]:
    options = option_rows(fields.get("options"))
    given = fields.get("truth")
    truth = given if isinstance(given, dict) else {}
    judged = all(truth.get(each["id"]) in ("true", "false") for each in options)
    true = [each["id"] for each in options if truth.get(each["id"]) == "true"]
    return {"options": options}, {"true": true if judged else None}


def _show_statements(content: Json, key: Json) -> Fields:
    return {"options": show_options(content["options"]),
            "truth": {each["id"]: "true" if each["id"] in key.get("true", ()) else "false"
                      for each in content["options"]}}


def _read_one(fields: Fields) -> tuple[Fields, Fields]:
    return {}, {"true": {"true": True, "false": False}.get(text(fields.get("truth")))}


def _show_one(_content: Json, key: Json) -> Fields:
    true = key.get("true")
    return {"truth": "" if true is None else "true" if true else "false"}


CHOICE_FORMS = (
    EditForm("single_choice", "choice", lambda: {"options": blank_options("o", 4)}, _read_single,
             lambda content, key: {**_show_options(content), "right": key.get("correct") or ""}, {"options": OPTION}),
    EditForm("multiple_response", "choice", lambda: {"options": blank_options("o", 4), "right": []}, _read_several,
             _show_several, {"options": OPTION}),
    EditForm("single_true_false", "choice", dict, _read_one, _show_one),
    EditForm("true_false", "choice", lambda: {"options": blank_options("o", STATEMENTS), "truth": {}},
             _read_statements, _show_statements),
)
